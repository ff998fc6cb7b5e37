// Players: what they ask for, live or recorded, and what they want less of.
#include <chrono>
#include <utility>

#include <fmt/format.h>

#include "base/log.h"
#include "ingest.h"

namespace so::ingest {

// The session tells nothing more until it is decided.
void Ingest::on(net::ConnId id, const rtmp::PlayRequest& request) {
  on(id, rtmp::PlayEnd{request.stream});
  PlayWish wish = wish_of(request);
  const std::string name = "/" + request.path.path;
  if (wish.recorded && is_live(name)) wish = {.stream = name};  // it is only called like that
  admit(id, request.path.query, [this, id, stream = request.stream, wish](const Status& known) {
    if (!known) {
      find(id)->session.play_failed(stream, "NetStream.Play.Failed", known.error().text);
      return turn(id);
    }
    hub_.may_play(member_of(id), wish.stream, [this, id, stream, wish](const bus::Reply& reply) {
      may_play(id, stream, wish, reply);
    });
  });
}

void Ingest::may_play(net::ConnId id, std::uint32_t stream, const PlayWish& wish,
                      const bus::Reply& reply) {
  Client* client = find(id);
  if (client == nullptr) return;
  if (reply.ok()) {
    play(id, stream, wish);
  } else {
    log::info("{} was refused to play {}: {}", to_string(client->peer), wish.stream, reply.message);
    client->session.play_failed(stream, "NetStream.Play.Failed", reply.message);
  }
  turn(id);
}

bool Ingest::is_live(const std::string& name) const {
  const auto here = streams_.find(name);
  return (here != streams_.end() && here->second.has_source()) || elsewhere_.contains(name) ||
         lost_.contains(name);
}

// What is live comes before what is recorded, unless a place in it is asked for. Where players wait
// for publishers, a recording has to be asked for by its name.
void Ingest::play(net::ConnId id, std::uint32_t stream, const PlayWish& wish) {
  const bool live = is_live(wish.stream);
  const bool waits = options_.play_wait > Millis{0};
  const bool recording =
      wish.recorded || (!wish.live && (wish.range.start > 0 || !(live || waits)));
  if (recording && play_recording(id, stream, wish)) return;
  if (!wish.recorded && (live || waits)) return play_live(id, stream, wish.stream);
  find(id)->session.play_failed(
      stream, "NetStream.Play.StreamNotFound",
      fmt::format("There is no {} {}.", wish.recorded ? "recording of" : "stream", wish.stream));
}

bool Ingest::play_recording(net::ConnId id, std::uint32_t stream, const PlayWish& wish) {
  if (options_.record.empty()) return false;
  auto opened = Playback::open(options_.record, wish.stream.substr(1), wish.range);
  if (!opened) {
    if (opened.error().code != Code::kNotFound)
      log::warn("unable to play the recording of {}: {}", wish.stream, opened.error().text);
    return false;
  }
  Client& client = *find(id);
  client.session.play_started(stream, rtmp::ServerSession::Source::kRecording);
  send_owed(id, client);
  playbacks_.begin({id, stream}, *std::move(opened));
  return true;
}

void Ingest::play_live(net::ConnId id, std::uint32_t message_stream, const std::string& name) {
  Client& client = *find(id);
  const auto elsewhere = elsewhere_.find(name);
  const bool live = is_live(name);
  Stream& source = stream(name);
  if (!source.has_source() && elsewhere != elsewhere_.end()) {
    if (const auto fetched = source.fetch(elsewhere->second.endpoint); !fetched) {
      log::error("{}: {}", name, fetched.error().text);
      return client.session.play_failed(message_stream, "NetStream.Play.Failed",
                                        "The stream cannot be fetched.");
    }
  }
  if (!source.has_players()) hub_.follow(name, {.meta = true, .streams = false, .latest = false});
  client.plays.insert_or_assign(message_stream, name);
  client.session.play_started(message_stream);
  send_owed(id, client);  // before the media, which does not pass through the session
  source.add_player({id, message_stream});
  if (!live) waiting_.push_back({{id, message_stream}, name, loop_.now() + options_.play_wait});
}

void Ingest::on(net::ConnId id, const rtmp::PlayEnd& end) {
  playbacks_.end({id, end.stream});
  Client& client = *find(id);
  const auto entry = client.plays.find(end.stream);
  if (entry == client.plays.end()) return;
  const std::string name = entry->second;
  client.plays.erase(entry);
  leave(name, {id, end.stream});
}

void Ingest::on(net::ConnId id, const rtmp::Pause& pause) {
  playbacks_.pause({id, pause.stream}, pause.paused);
  const Client& client = *find(id);
  const auto name = client.plays.find(pause.stream);
  if (name != client.plays.end()) stream(name->second).pause({id, pause.stream}, pause.paused);
}

void Ingest::on(net::ConnId id, const rtmp::Receive& receive) {
  playbacks_.receive({id, receive.stream}, receive.kind, receive.wanted);
  const Client& client = *find(id);
  const auto name = client.plays.find(receive.stream);
  if (name != client.plays.end())
    stream(name->second).receive({id, receive.stream}, receive.kind, receive.wanted);
}

void Ingest::on(net::ConnId id, const rtmp::Seek& seek) {
  playbacks_.seek({id, seek.stream}, seek.position_ms);
}

void Ingest::on(net::ConnId id, const rtmp::BufferLength& length) {
  playbacks_.buffer({id, length.stream}, Millis{length.milliseconds});
}

// Who may play it may know. Players ask before they play, and go on without an answer.
void Ingest::on(net::ConnId id, const rtmp::LengthRequest& request) {
  const auto answer = [this, id, transaction = request.transaction](Millis length) {
    Client* client = find(id);
    if (client == nullptr) return;
    const double seconds = std::chrono::duration<double>(length).count();
    client->session.result(transaction, amf::Value::number(seconds));
    send_owed(id, *client);
  };
  if (is_live("/" + request.path.path)) return answer(Millis{0});
  rtmp::PlayRequest play;
  play.path = request.path;
  const std::string name = wish_of(play).stream;
  admit(id, request.path.query, [this, id, name, answer](const Status& known) {
    if (!known) return answer(Millis{0});
    hub_.may_play(member_of(id), name, [this, name, answer](const bus::Reply& reply) {
      answer(reply.ok() ? length_of(name) : Millis{0});
    });
  });
}

Millis Ingest::length_of(const std::string& name) const {
  if (options_.record.empty()) return Millis{0};
  const auto opened = Playback::open(options_.record, name.substr(1), {});
  return opened ? (*opened)->length() : Millis{0};
}

}  // namespace so::ingest
