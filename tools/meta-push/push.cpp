#include "push.h"

#include <algorithm>
#include <utility>

#include "base/log.h"

namespace so::meta {
namespace {

constexpr json::Limits kLimits{.bytes = std::size_t{64} << 10U,
                               .depth = 30};  // what the hub takes as metadata

}  // namespace

Push::Push(bus::Client& hub, std::uint64_t member, Options options, Handlers handlers)
    : hub_(hub),
      member_(member),
      options_(std::move(options)),
      handlers_(std::move(handlers)),
      text_(new_text()) {
  begin("line ");
}

std::variant<json::Splitter, nmea::Lines> Push::new_text() const {
  if (options_.nmea) return nmea::Lines{};
  return json::Splitter{kLimits, options_.between};
}

// What was not used is not saved for long: after a pause there is no burst.
void Push::allow(double values) {
  const bool was_full = full();
  allowed_ = std::min(allowed_.value_or(0) + values, std::max(values, 1.0));
  push_pieces();
  if (was_full && !full() && handlers_.drained) handlers_.drained();
}

void Push::begin(std::string place) {
  place_ = std::make_shared<const std::string>(std::move(place));
  text_ = new_text();
  source_ended_ = told_read_ = false;
}

void Push::receive(std::string_view text) {
  std::visit([text](auto& reader) { reader.receive(text); }, text_);
  push_pieces();
}

void Push::end_source() {
  std::visit([](auto& reader) { reader.end(); }, text_);
  source_ended_ = true;
  push_pieces();
}

void Push::end() {
  ended_ = true;
  if (!source_ended_) return end_source();
  finish();
}

void Push::push_pieces() {
  read_ = false;
  while (may_send() && !away_) {
    auto piece = std::visit([](auto& reader) { return reader.next(); }, text_);
    if (!piece) {
      read_ = true;
      break;
    }
    if (allowed_) *allowed_ -= 1;
    send(*std::move(piece));
  }
  const bool source_read = read_ && source_ended_ && !ended_;
  if (source_read && !std::exchange(told_read_, true) && handlers_.read) handlers_.read();
  finish();
}

void Push::send(json::Splitter::Piece piece) {
  ++number_;
  if (piece.broken) return reject(*place_, piece.line, piece.text);
  ++waiting_;
  waiting_bytes_ += piece.text.size();
  Value value{place_, piece.line, piece.text.size()};
  if (options_.key.empty()) {
    return ask(0, piece.text, [this, value](const bus::Reply& reply) { answered(value, reply); });
  }
  value.text = std::move(piece.text);
  ask_numbered(number_, unanswered_.emplace(number_, std::move(value)).first->second);
}

void Push::ask(std::uint64_t number, std::string_view text, bus::Done done) {
  bus::MetaOptions meta{.timestamp = options_.timestamp, .clock = options_.clock};
  if (number != 0) {
    meta.producer = options_.key;
    meta.seq = number;
  }
  hub_.meta(member_, options_.stream, text, meta, std::move(done));
}

void Push::ask_numbered(std::uint64_t number, const Value& value) {
  ask(number, value.text,
      [this, number](const bus::Reply& reply) { answered_numbered(number, reply); });
}

void Push::answered_numbered(std::uint64_t number, const bus::Reply& reply) {
  if (reply.code == "hub_lost") {
    away_ = true;
    return;
  }
  const Value value = std::move(unanswered_.extract(number).mapped());
  answered(value, reply);
}

void Push::again() {
  if (!std::exchange(away_, false)) return;
  for (const auto& [number, value] : unanswered_) ask_numbered(number, value);
  push_pieces();
  if (!full() && handlers_.drained) handlers_.drained();
}

void Push::answered(const Value& value, const bus::Reply& reply) {
  const bool was_full = full();
  --waiting_;
  waiting_bytes_ -= value.bytes;
  if (reply.ok()) {
    ++accepted_;
  } else {
    reject(*value.place, value.line, reply.message);
  }
  if (was_full && !full() && handlers_.drained) handlers_.drained();
  finish();
}

void Push::reject(const std::string& place, std::size_t line, std::string_view why) {
  if (rejected_++ < options_.reports) log::error("{}{}{}: {}", options_.who, place, line, why);
}

void Push::finish() {
  if (!ended_ || !read_ || waiting_ > 0 || !handlers_.done) return;
  const auto done = std::exchange(handlers_.done, nullptr);
  if (rejected_ > 0)
    log::error("{}{} of {} values were not accepted", options_.who, rejected_,
               accepted_ + rejected_);
  done(rejected_ > 0 ? Exit::kPartial : Exit::kOk);
}

}  // namespace so::meta
