#include "rtmp/link.h"

#include <algorithm>
#include <utility>

#include <fmt/format.h>

namespace so::rtmp {
namespace {

// A peer that wants to hear of every byte would get more than it sends.
constexpr std::uint32_t kMinWindow = 4096;

double seconds(Millis time) {
  return std::chrono::duration<double>(time).count();
}

}  // namespace

Link::Link(Role role, const LinkOptions& options, std::uint64_t seed, TimePoint now)
    : handshake_(role, seed, options.form),
      reader_(options.limits),
      window_(options.window),
      announced_(options.window),
      ping_after_(role == Role::kServer ? options.ping_after : Millis{0}),
      silence_(options.silence),
      start_(now),
      heard_(now),
      pinged_(now) {
  expect("the rtmp handshake", options.handshake);
  handshake_.start(output_);
}

void Link::receive(ByteView bytes, TimePoint now) {
  if (failure_) return;
  input_.append(bytes);
  heard(bytes.size(), now);
}

void Link::lend(ByteView bytes, TimePoint now) {
  if (failure_) return;
  input_.lend(bytes);
  heard(bytes.size(), now);
}

// The last message may still lie there.
void Link::keep() {
  input_.consume(std::exchange(used_, 0));
  input_.keep();
}

void Link::heard(std::size_t bytes, TimePoint now) {
  heard_ = now;
  received_ += bytes;
  if (!established() || received_ - acknowledged_ < window_) return;
  acknowledged_ = received_;
  send(Acknowledgement{static_cast<std::uint32_t>(received_)});
}

Result<std::optional<RawMessage>> Link::next() {
  if (failure_) return so::fail(*failure_);
  auto message = read();
  if (!message) failure_ = message.error();
  return message;
}

Result<std::optional<RawMessage>> Link::read() {
  while (!established()) {
    const auto shaken = shake_hands();
    if (!shaken) return so::fail(shaken.error());
    if (!*shaken) return std::nullopt;
  }
  while (true) {
    if (aggregate_) {
      auto inner = aggregate_->next();
      if (!inner || *inner) return inner;
      aggregate_.reset();
    }
    input_.consume(std::exchange(used_, 0));
    ByteView rest = input_.view();
    auto message = reader_.next(rest);
    used_ = input_.size() - rest.size();
    if (!message || !*message) return message;
    const auto obeyed = obey(**message);
    if (!obeyed) return so::fail(obeyed.error());
    if (!*obeyed) return message;
  }
}

Result<bool> Link::shake_hands() {
  const auto taken = handshake_.advance(input_.view(), output_);
  if (!taken) return so::fail(taken.error());
  input_.consume(*taken);
  if (established()) {
    settled();
    output_.insert(output_.end(), queued_.begin(), queued_.end());
    queued_ = {};
  }
  return *taken > 0;
}

// Answers whether the message was for us.
Result<bool> Link::obey(const RawMessage& message) {
  switch (message.header.type) {
    case MessageType::kSetChunkSize: {
      const auto size = SetChunkSize::decode(message.body);
      if (!size) return so::fail(size.error());
      reader_.set_chunk_size(size->bytes);
      return true;
    }
    case MessageType::kAbort: {
      const auto abort = Abort::decode(message.body);
      if (!abort) return so::fail(abort.error());
      reader_.abort(abort->chunk_stream);
      return true;
    }
    case MessageType::kWindowAckSize: {
      const auto window = WindowAckSize::decode(message.body);
      if (!window) return so::fail(window.error());
      window_ = std::max(window->bytes, kMinWindow);
      return true;
    }
    case MessageType::kSetPeerBandwidth: {
      const auto bandwidth = SetPeerBandwidth::decode(message.body);
      if (!bandwidth) return so::fail(bandwidth.error());
      if (bandwidth->bytes != announced_) send(WindowAckSize{bandwidth->bytes});
      announced_ = bandwidth->bytes;
      return true;
    }
    case MessageType::kUserControl: {
      const auto control = UserControl::decode(message.body);
      if (!control) return so::fail(control.error());
      return obey(*control);
    }
    case MessageType::kAggregate:
      aggregate_body_ = to_bytes(message.body);
      aggregate_.emplace(RawMessage{message.header, aggregate_body_});
      return true;
    case MessageType::kAcknowledgement:
      return true;  // a hint at most: peers count differently
    case MessageType::kAudio:
    case MessageType::kVideo:
    case MessageType::kDataAmf3:
    case MessageType::kSharedObjectAmf3:
    case MessageType::kCommandAmf3:
    case MessageType::kDataAmf0:
    case MessageType::kSharedObjectAmf0:
    case MessageType::kCommandAmf0:
      return false;
  }
  return true;  // unknown types are skipped
}

bool Link::obey(const UserControl& message) {
  if (message.event == UserControl::Event::kPingRequest) {
    send(UserControl{UserControl::Event::kPingResponse, message.value});
    return true;
  }
  return message.event == UserControl::Event::kPingResponse;
}

void Link::send(const MessageHeader& header, ByteView body) {
  if (failure_) return;
  write_message(header, body, writer_.chunk_size(), sink());
}

void Link::send_short(const MessageHeader& header, ByteView body) {
  if (failure_) return;
  writer_.write(header, body, sink());
}

void Link::set_chunk_size(std::uint32_t bytes) {
  send(SetChunkSize{bytes});
  writer_.set_chunk_size(bytes);
}

Bytes Link::take_output() {
  return std::exchange(output_, {});
}

void Link::expect(std::string_view what, Millis within) {
  expected_ = Expected{std::string{what}, within, heard_ + within};
}

std::optional<TimePoint> Link::ping_due() const {
  if (!established() || expected_ || ping_after_ == Millis{0}) return std::nullopt;
  return std::max(heard_, pinged_) + ping_after_;
}

std::optional<TimePoint> Link::deadline() const {
  if (failure_) return std::nullopt;
  std::optional<TimePoint> first = ping_due();
  const auto sooner = [&first](TimePoint time) { first = first ? std::min(*first, time) : time; };
  if (expected_) sooner(expected_->until);
  if (silence_ > Millis{0}) sooner(heard_ + silence_);
  return first;
}

void Link::tick(TimePoint now) {
  if (failure_) return;
  if (expected_ && now >= expected_->until) {
    return fail({Code::kUnreachable,
                 fmt::format("waited {} s for {}", seconds(expected_->within), expected_->what)});
  }
  if (silence_ > Millis{0} && now >= heard_ + silence_) {
    return fail({Code::kUnreachable, fmt::format("nothing heard for {} s", seconds(silence_))});
  }
  if (const auto due = ping_due(); due && now >= *due) ping(now);
}

void Link::ping(TimePoint now) {
  const auto since = std::chrono::duration_cast<Millis>(now - start_).count();
  send(UserControl{UserControl::Event::kPingRequest, static_cast<std::uint32_t>(since)});
  pinged_ = now;
}

void Link::fail(const Error& error) {
  if (!failure_) failure_ = error;
}

}  // namespace so::rtmp
