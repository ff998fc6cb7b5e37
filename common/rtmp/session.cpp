#include "rtmp/session.h"

#include <algorithm>
#include <chrono>
#include <utility>

#include <fmt/format.h>

#include "rtmp/chunk_streams.h"

namespace so::rtmp {
namespace {

double seconds(Millis time) {
  return std::chrono::duration<double>(time).count();
}

}  // namespace

ServerSession::ServerSession(const ServerOptions& options, std::uint64_t seed, TimePoint now)
    : options_(options), link_(Role::kServer, options.link, seed, now), now_(now) {
  adjust();
}

void ServerSession::receive(ByteView bytes, TimePoint now) {
  now_ = now;
  link_.receive(bytes, now);
}

void ServerSession::lend(ByteView bytes, TimePoint now) {
  now_ = now;
  link_.lend(bytes, now);
}

std::optional<TimePoint> ServerSession::idle_until() const {
  if (options_.idle == Millis{0} || !idle_since_ || more_than_streams_) return std::nullopt;
  return *idle_since_ + options_.idle;
}

std::optional<TimePoint> ServerSession::media_until() const {
  if (options_.media == Millis{0} || !any(StreamState::kPublishing)) return std::nullopt;
  return media_at_ + options_.media;
}

std::optional<TimePoint> ServerSession::deadline() const {
  if (link_.failure()) return std::nullopt;
  auto first = link_.deadline();
  for (const auto& own : {idle_until(), media_until()}) {
    if (own) first = first ? std::min(*first, *own) : own;
  }
  return first;
}

// Who answers pings is there, and may still be nobody that we have to keep.
void ServerSession::tick(TimePoint now) {
  now_ = now;
  if (const auto until = idle_until(); until && *until <= now) {
    const std::string why = fmt::format("idle for {} s", seconds(options_.idle));
    status(0, "status", "NetConnection.Connect.IdleTimeout", why);
    return link_.fail({Code::kUnreachable, why});
  }
  if (const auto until = media_until(); until && *until <= now) {
    const std::string why = fmt::format("no media for {} s", seconds(options_.media));
    for (const auto& [id, state] : streams_) {
      if (state == StreamState::kPublishing) status(id, "error", "NetStream.Publish.Idle", why);
    }
    return link_.fail({Code::kUnreachable, why});
  }
  link_.tick(now);
}

bool ServerSession::wants_bytes() const {
  return !deciding_ || link_.unread() < options_.held_bytes;
}

Result<std::optional<ServerEvent>> ServerSession::next() {
  while (!deciding_) {
    const auto message = link_.next();
    if (!message) return fail(message.error());
    if (phase_ == Phase::kHandshake && link_.established()) {
      phase_ = Phase::kConnect;
      link_.expect("connect", options_.connect);
    }
    if (!*message) return std::nullopt;
    auto event = dispatch(**message);
    if (!event) link_.fail(event.error());
    if (event && *event) link_.settled();
    if (!event || *event) return event;
  }
  if (link_.failure()) return fail(*link_.failure());
  return std::nullopt;
}

Result<ServerSession::Answer> ServerSession::dispatch(const RawMessage& message) {
  const MessageType type = message.header.type;
  if (type == MessageType::kUserControl) return on_buffer_length(message);
  if (type == MessageType::kCommandAmf0 || type == MessageType::kCommandAmf3) {
    return on_command(message);
  }
  if (phase_ != Phase::kConnected) {
    return fail(Code::kPeer, fmt::format("{} message before connect", to_text(type)));
  }
  if (const auto media = Media::from(message)) return on_media(*media);
  auto object = SharedObjectMessage::decode(message, options_.shared_objects);
  if (!object) return fail(object.error());
  more_than_streams_ = true;
  return Answer{std::move(*object)};
}

// Media on a stream that does not publish is late, or never asked: it is dropped.
ServerSession::Answer ServerSession::on_media(Media media) {
  const auto publishes = [](const auto& stream) {
    return stream.second == StreamState::kPublishing;
  };
  if (media.stream == 0 && std::ranges::count_if(streams_, publishes) == 1) {
    media.stream = std::ranges::find_if(streams_, publishes)->first;  // encoders do so with data
  }
  const auto stream = streams_.find(media.stream);
  if (stream == streams_.end() || !publishes(*stream)) return std::nullopt;
  media_at_ = now_;
  return media;
}

ServerSession::Answer ServerSession::on_buffer_length(const RawMessage& message) {
  const auto control = UserControl::decode(message.body);
  if (!control || control->event != UserControl::Event::kSetBufferLength) return std::nullopt;
  const auto stream = streams_.find(control->value);
  if (stream == streams_.end() || stream->second != StreamState::kPlaying) return std::nullopt;
  return BufferLength{control->value, control->buffer_ms};
}

bool ServerSession::any(StreamState state) const {
  return std::ranges::any_of(streams_, [state](const auto& s) { return s.second == state; });
}

void ServerSession::adjust() {
  const bool publishing = any(StreamState::kPublishing);
  ChunkLimits limits = options_.link.limits;
  if (phase_ != Phase::kConnected) limits.command_bytes = options_.stranger_bytes;
  if (!publishing && !any(StreamState::kPublishAsked)) limits.media_bytes = options_.stranger_bytes;
  link_.set_limits(limits);
  link_.set_silence(publishing ? Millis{options_.publisher_idle} : options_.link.silence);
  const bool idle = phase_ == Phase::kConnected && std::ranges::all_of(streams_, [](const auto& s) {
                      return s.second == StreamState::kIdle;
                    });
  if (!idle) idle_since_.reset();
  if (idle && !idle_since_) idle_since_ = now_;
}

void ServerSession::send_command(const Command& command, std::uint32_t stream) {
  const std::uint32_t chunks = stream == 0 ? kCommandChunks : kStatusChunks;
  link_.send({chunks, 0, Command::type(command_encoding_), stream},
             command.encode(command_encoding_));
}

void ServerSession::status(std::uint32_t stream, std::string_view level, std::string_view code,
                           std::string_view description) {
  send_command({"onStatus", 0, amf::Value::null(), {information(level, code, description)}},
               stream);
}

void ServerSession::send_media(const Media& media) {
  const auto stream = streams_.find(media.stream);
  if (stream == streams_.end() || stream->second != StreamState::kPlaying) return;
  link_.send_short(media.header(), media.body);
}

void ServerSession::send_data(std::uint32_t stream, std::uint32_t timestamp,
                              const amf::Values& values) {
  const Bytes body = amf::encode(values);
  send_media({stream, MediaKind::kData, timestamp, body});
}

void ServerSession::send_shared_object(const SharedObjectMessage& message) {
  link_.send({kCommandChunks, 0, SharedObjectMessage::type(encoding_), 0},
             message.encode(encoding_));
}

}  // namespace so::rtmp
