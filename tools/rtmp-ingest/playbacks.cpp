#include "playbacks.h"

#include <algorithm>

#include "media_words.h"
#include "play_wish.h"

namespace so::ingest {
namespace {

constexpr std::size_t kHead = 16;  // of a message: those without a body are many, too
constexpr Millis kEvery{20};  // a frame of 50 a second; players have a buffer for what is between

}  // namespace

Playbacks::Playbacks(net::Loop& loop, net::TcpConnections& connections, Find find)
    : loop_(loop),
      connections_(connections),
      session_(std::move(find)),
      timer_(loop, [this] { tick(); }) {}

Playbacks::Player* Playbacks::find(const StreamKey& key) {
  const auto entry = players_.find(key);
  return entry == players_.end() ? nullptr : &entry->second;
}

void Playbacks::begin(const StreamKey& player, std::unique_ptr<Playback> playback) {
  players_.insert_or_assign(player, Player{std::move(playback)});
  if (players_.size() == 1) timer_.start(kEvery, kEvery);
}

void Playbacks::closed(net::ConnId id) {
  std::erase_if(players_, [id](const auto& each) { return each.first.client == id; });
}

void Playbacks::pause(const StreamKey& player, bool paused) {
  if (Player* found = find(player)) found->playback->pause(paused, loop_.now());
}

void Playbacks::seek(const StreamKey& player, double position_ms) {
  Player* found = find(player);
  rtmp::ServerSession* session = session_(player.client);
  if (found == nullptr || session == nullptr) return;
  found->playback->seek(place_in_recording(position_ms));
  found->complete = false;
  session->seek_started(player.stream);
}

void Playbacks::buffer(const StreamKey& player, Millis length) {
  if (Player* found = find(player)) found->playback->set_buffer(length);
}

void Playbacks::receive(const StreamKey& player, rtmp::MediaKind kind, bool wanted) {
  Player* found = find(player);
  if (found == nullptr) return;
  (kind == rtmp::MediaKind::kAudio ? found->audio : found->video) = wanted;
}

void Playbacks::tick() {
  if (players_.empty()) return timer_.stop();
  for (auto& [key, player] : players_) feed(key, player);
}

void Playbacks::feed(const StreamKey& key, Player& player) {
  rtmp::ServerSession* session = session_(key.client);
  if (session == nullptr || player.complete) return;
  const std::size_t queued = connections_.queued_bytes(key.client);
  std::size_t room = queued < kAhead ? kAhead - queued : 0;
  while (room > 0) {
    const auto message = player.playback->next(loop_.now());
    if (!message) break;
    room -= std::min(room, message->body.size() + kHead);
    const bool wanted = message->type == flv::TagType::kAudio   ? player.audio
                        : message->type == flv::TagType::kVideo ? player.video
                                                                : true;
    if (wanted)
      session->send_media({key.stream, kind_of(message->type), message->timestamp, message->body});
  }
  if (player.playback->ended()) {
    player.complete = true;
    session->play_complete(key.stream, player.playback->position() / 1000.0,
                           player.playback->bytes());
  }
  send_owed(key.client, *session);
}

void Playbacks::send_owed(net::ConnId id, rtmp::ServerSession& session) {
  if (Bytes output = session.take_output(); !output.empty())
    connections_.send(id, std::move(output));
}

}  // namespace so::ingest
