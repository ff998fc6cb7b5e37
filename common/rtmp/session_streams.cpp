#include <algorithm>
#include <utility>

#include <fmt/format.h>

#include "rtmp/chunk_streams.h"
#include "rtmp/session.h"

namespace so::rtmp {
namespace {

using Event = UserControl::Event;

// publish(false) and play(false) mean stop; Wirecast and Flash say it so.
bool says_stop(const amf::Value& name) {
  return name.as_boolean() == false;
}

std::string text_or(const amf::Value& value, std::string_view otherwise) {
  return std::string{value.as_string().value_or(otherwise)};
}

}  // namespace

// Encoders name streams that do not exist, or none. Where there is one only, it is meant.
ServerSession::Streams::iterator ServerSession::find_stream(std::uint32_t stream) {
  const auto found = streams_.find(stream);
  return found == streams_.end() && streams_.size() == 1 ? streams_.begin() : found;
}

Result<ServerSession::Answer> ServerSession::on_create_stream(const Command& command,
                                                              std::uint32_t /*stream*/) {
  if (streams_.size() == options_.streams) {
    error(command.transaction, "NetConnection.Call.Failed",
          fmt::format("more than {} streams", options_.streams));
    return Answer{};
  }
  std::uint32_t id = 1;  // the first must be 1: rtmp2src ends on StreamEOF(1) only
  while (streams_.contains(id)) ++id;
  streams_.emplace(id, StreamState::kIdle);
  result(command.transaction, amf::Value::number(id));
  return Answer{};
}

// The argument is a number, or a name from GStreamer's rtmp2sink, or missing.
Result<ServerSession::Answer> ServerSession::on_delete_stream(const Command& command,
                                                              std::uint32_t stream) {
  const double id = command.argument(0).as_number().value_or(stream);
  const bool valid = id >= 0 && id <= kMaxMessageStream;
  const auto found = find_stream(valid ? static_cast<std::uint32_t>(id) : 0);
  if (found == streams_.end()) return Answer{};
  auto event = leave(found);
  streams_.erase(found);
  return event;
}

Result<ServerSession::Answer> ServerSession::on_close_stream(const Command& /*command*/,
                                                             std::uint32_t stream) {
  const auto found = find_stream(stream);
  if (found == streams_.end()) return Answer{};
  if (found->second == StreamState::kPublishing) {
    status(found->first, "status", "NetStream.Unpublish.Success", "publish stopped");
  }
  if (found->second == StreamState::kPlaying) {
    status(found->first, "status", "NetStream.Play.Stop", "play stopped");
  }
  return leave(found);
}

ServerSession::Answer ServerSession::leave(Streams::iterator stream) {
  const auto [id, was] = *stream;
  stream->second = StreamState::kIdle;
  adjust();
  if (was == StreamState::kPublishing) return PublishEnd{id};
  if (was == StreamState::kPlaying) return PlayEnd{id};
  return std::nullopt;
}

Result<ServerSession::Answer> ServerSession::on_publish(const Command& command,
                                                        std::uint32_t stream) {
  if (says_stop(command.argument(0))) return on_close_stream(command, stream);
  const auto found = find_stream(stream);
  if (found == streams_.end()) {
    return fail(Code::kPeer, fmt::format("publish on stream {}, which was not created", stream));
  }
  PublishRequest request;
  request.stream = found->first;
  request.name = text_or(command.argument(0), "");
  request.type = text_or(command.argument(1), "live");
  auto path = join_path(app_, request.name);
  if (!path || found->second != StreamState::kIdle) {
    status(found->first, "error", "NetStream.Publish.BadName",
           path ? "the stream is in use" : path.error().text);
    return Answer{};
  }
  request.path = std::move(*path);
  found->second = StreamState::kPublishAsked;
  deciding_ = true;
  leaving_ = false;
  adjust();
  return Answer{std::move(request)};
}

// Makes what was asked what is, unless the client did not ask or has left.
bool ServerSession::settle(std::uint32_t stream, StreamState asked, StreamState now) {
  const auto found = streams_.find(stream);
  if (found == streams_.end() || found->second != asked) return false;
  found->second = now;
  deciding_ = false;
  adjust();
  return true;
}

void ServerSession::publish_started(std::uint32_t stream) {
  if (!settle(stream, StreamState::kPublishAsked, StreamState::kPublishing)) return;
  media_at_ = now_;
  link_.send(UserControl{Event::kStreamBegin, stream});
  status(stream, "status", "NetStream.Publish.Start", "publish started");
}

void ServerSession::publish_failed(std::uint32_t stream, std::string_view code,
                                   std::string_view description) {
  if (!settle(stream, StreamState::kPublishAsked, StreamState::kIdle)) return;
  status(stream, "error", code, description);
  const bool idle = std::ranges::all_of(
      streams_, [](const auto& each) { return each.second == StreamState::kIdle; });
  if (idle && !more_than_streams_) link_.expect("its leave after a refusal", options_.refused);
}

Result<ServerSession::Answer> ServerSession::on_play(const Command& command, std::uint32_t stream) {
  if (says_stop(command.argument(0))) return on_close_stream(command, stream);
  const auto found = find_stream(stream);
  if (found == streams_.end()) {
    return fail(Code::kPeer, fmt::format("play on stream {}, which was not created", stream));
  }
  PlayRequest request;
  request.stream = found->first;
  request.name = text_or(command.argument(0), "");
  request.start = command.argument(1).as_number().value_or(request.start);
  request.duration = command.argument(2).as_number().value_or(request.duration);
  request.reset = command.argument(3).as_boolean().value_or(request.reset);
  auto path = join_path(app_, request.name);
  if (!path || found->second == StreamState::kPublishing) {
    status(found->first, "error", "NetStream.Play.Failed",
           path ? "the stream is in use" : path.error().text);
    return Answer{};
  }
  request.path = std::move(*path);
  found->second = StreamState::kPlayAsked;
  deciding_ = true;
  return Answer{std::move(request)};
}

// One argument, NetStreamPlayOptions, which names the stream.
Result<ServerSession::Answer> ServerSession::on_play2(const Command& command,
                                                      std::uint32_t stream) {
  const amf::Value* name = command.argument(0).find("streamName");
  Command play = command;
  play.arguments = {name != nullptr ? *name : amf::Value::string("")};
  return on_play(play, stream);
}

void ServerSession::play_started(std::uint32_t stream, Source source) {
  if (!settle(stream, StreamState::kPlayAsked, StreamState::kPlaying)) return;
  if (source == Source::kRecording) link_.send(UserControl{Event::kStreamIsRecorded, stream});
  link_.send(UserControl{Event::kStreamBegin, stream});
  status(stream, "status", "NetStream.Play.Reset", "playing and resetting");
  status(stream, "status", "NetStream.Play.Start", "play started");
  send_data(stream, 0,
            {amf::Value::string("|RtmpSampleAccess"), amf::Value::boolean(true),
             amf::Value::boolean(true)});
}

void ServerSession::play_failed(std::uint32_t stream, std::string_view code,
                                std::string_view description) {
  const auto found = streams_.find(stream);
  const bool waited = found != streams_.end() && found->second == StreamState::kPlaying;
  if (waited) found->second = StreamState::kIdle;
  if (!waited && !settle(stream, StreamState::kPlayAsked, StreamState::kIdle)) return;
  status(stream, "error", code, description);
}

// GStreamer ends on the first only, FFmpeg and librtmp on the second only.
void ServerSession::end_of_stream(std::uint32_t stream) {
  const auto found = streams_.find(stream);
  if (found == streams_.end() || found->second != StreamState::kPlaying) return;
  link_.send(UserControl{Event::kStreamEof, stream});
  status(stream, "status", "NetStream.Play.UnpublishNotify", "the publisher has left");
}

// What is live agrees as well: an error would end players.
Result<ServerSession::Answer> ServerSession::on_seek(const Command& command, std::uint32_t stream) {
  result(command.transaction, amf::Value::undefined());
  const auto found = find_stream(stream);
  if (found == streams_.end() || found->second != StreamState::kPlaying) return Answer{};
  return Answer{Seek{found->first, command.argument(0).as_number().value_or(0)}};
}

void ServerSession::seek_started(std::uint32_t stream) {
  const auto found = streams_.find(stream);
  if (found == streams_.end() || found->second != StreamState::kPlaying) return;
  link_.send(UserControl{Event::kStreamEof, stream});
  status(stream, "status", "NetStream.Seek.Notify", "seeking");
  link_.send(UserControl{Event::kStreamBegin, stream});
  status(stream, "status", "NetStream.Play.Start", "play started");
}

void ServerSession::play_complete(std::uint32_t stream, double seconds, std::uint64_t bytes) {
  amf::Value info = information("status", "NetStream.Play.Complete", "all has been sent");
  amf::Members& members = std::get<amf::Object>(info.is).members;
  members.push_back({"duration", amf::Value::number(seconds)});
  members.push_back({"bytes", amf::Value::number(static_cast<double>(bytes))});
  const auto found = streams_.find(stream);
  if (found == streams_.end() || found->second != StreamState::kPlaying) return;
  send_data(stream, 0, {amf::Value::string("onPlayStatus"), info});
  link_.send(UserControl{Event::kStreamEof, stream});
  status(stream, "status", "NetStream.Play.Stop", "play stopped");
}

Result<ServerSession::Answer> ServerSession::on_pause(const Command& command,
                                                      std::uint32_t stream) {
  const auto found = find_stream(stream);
  if (found == streams_.end() || found->second != StreamState::kPlaying) return Answer{};
  const bool paused = command.argument(0).as_boolean().value_or(true);
  link_.send(UserControl{paused ? Event::kStreamEof : Event::kStreamBegin, found->first});
  if (paused) {
    status(found->first, "status", "NetStream.Pause.Notify", "paused");
  } else {
    status(found->first, "status", "NetStream.Unpause.Notify", "goes on");
  }
  return Answer{Pause{found->first, paused, command.argument(1).as_number().value_or(0)}};
}

Result<ServerSession::Answer> ServerSession::on_receive_audio(const Command& command,
                                                              std::uint32_t stream) {
  const auto found = find_stream(stream);
  if (found == streams_.end()) return Answer{};
  const bool wanted = command.argument(0).as_boolean().value_or(true);
  return Answer{Receive{found->first, MediaKind::kAudio, wanted}};
}

Result<ServerSession::Answer> ServerSession::on_receive_video(const Command& command,
                                                              std::uint32_t stream) {
  const auto found = find_stream(stream);
  if (found == streams_.end()) return Answer{};
  const bool wanted = command.argument(0).as_boolean().value_or(true);
  return Answer{Receive{found->first, MediaKind::kVideo, wanted}};
}

}  // namespace so::rtmp
