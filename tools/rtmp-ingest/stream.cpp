#include "stream.h"

#include <utility>

#include "rtmp/prepared.h"

namespace so::ingest {
namespace {

rtmp::MediaKind kind_of(flv::TagType type) {
  switch (type) {
    case flv::TagType::kAudio:
      return rtmp::MediaKind::kAudio;
    case flv::TagType::kVideo:
      return rtmp::MediaKind::kVideo;
    case flv::TagType::kScript:
      break;
  }
  return rtmp::MediaKind::kData;
}

flv::TagType type_of(rtmp::MediaKind kind) {
  switch (kind) {
    case rtmp::MediaKind::kAudio:
      return flv::TagType::kAudio;
    case rtmp::MediaKind::kVideo:
      return flv::TagType::kVideo;
    case rtmp::MediaKind::kData:
      break;
  }
  return flv::TagType::kScript;
}

// Publishers say "@setDataFrame", "onMetaData", value; players are told "onMetaData", value.
ByteView without_set_data_frame(ByteView body) {
  constexpr std::string_view kPrefix{"\x02\x00\x0d@setDataFrame", 16};
  return as_text(body).starts_with(kPrefix) ? body.subspan(kPrefix.size()) : body;
}

}  // namespace

Result<std::string> Stream::publish_here() {
  auto opened = media::Publisher::open(loop_, options_.media_folder, options_.head);
  if (!opened) return fail(opened.error());
  subscriber_.reset();
  publisher_ = std::move(*opened);
  return publisher_->endpoint();
}

Status Stream::fetch(const std::string& endpoint) {
  auto opened = media::Subscriber::open(
      loop_, endpoint,
      {.unit =
           [this](const media::UnitView& unit, bool) {
             head_.add({unit.sequence, unit.flags, unit.type, unit.timestamp,
                        std::make_shared<const Bytes>(to_bytes(unit.body))});
             send_all(unit);
           },
       .end = {}});
  if (!opened) return fail(opened.error());
  head_ = media::Head{options_.head};
  subscriber_ = std::move(*opened);
  return {};
}

void Stream::end_source() {
  publisher_.reset();
  subscriber_.reset();
  head_ = media::Head{options_.head};
  video_ = false;
  for (auto& [key, player] : players_) player.waits_for_key = false;
}

void Stream::media(const rtmp::Media& media) {
  if (!publisher_) return;
  const ByteView body =
      media.kind == rtmp::MediaKind::kData ? without_set_data_frame(media.body) : media.body;
  send_all(media::view(publisher_->publish({type_of(media.kind), media.timestamp, body})));
}

void Stream::data(ByteView body) {
  send_all({0, 0, flv::TagType::kScript, timestamp_, body});
}

void Stream::add_player(const StreamKey& player) {
  Player& entry = players_[player];
  entry = Player{};
  Chunked chunked;
  bool key = false;
  for (const media::Unit& unit : head().units()) {
    key |= (unit.flags & media::flag::kKey) != 0;
    send(player, entry, media::view(unit), chunked);
    chunked.clear();
  }
  entry.waits_for_key = video_ && !key;
}

void Stream::pause(const StreamKey& player, bool paused) {
  const auto entry = players_.find(player);
  if (entry == players_.end()) return;
  entry->second.paused = paused;
  if (!paused) entry->second.waits_for_key = video_;
}

void Stream::receive(const StreamKey& player, rtmp::MediaKind kind, bool wanted) {
  const auto entry = players_.find(player);
  if (entry == players_.end()) return;
  if (kind == rtmp::MediaKind::kAudio) entry->second.audio = wanted;
  if (kind != rtmp::MediaKind::kVideo) return;
  if (wanted && !entry->second.video) entry->second.waits_for_key = true;
  entry->second.video = wanted;
}

std::vector<StreamKey> Stream::players() const {
  std::vector<StreamKey> keys;
  for (const auto& [key, player] : players_) keys.push_back(key);
  return keys;
}

void Stream::send_all(const media::UnitView& unit) {
  timestamp_ = unit.timestamp;
  video_ |= unit.type == flv::TagType::kVideo;
  Chunked chunked;
  for (auto& [key, player] : players_) {
    if (wants(key, player, unit)) send(key, player, unit, chunked);
  }
}

// A player for whom too much waits gets nothing more until that has left and a key frame comes:
// what it is sent can always be decoded, and the publisher never waits.
bool Stream::wants(const StreamKey& key, Player& player, const media::UnitView& unit) const {
  if (unit.has(media::flag::kRetained)) return true;
  if (player.paused) return false;
  if (unit.type == flv::TagType::kAudio && !player.audio) return false;
  if (unit.type == flv::TagType::kVideo && !player.video) return false;
  const std::size_t queued = connections_.queued_bytes(key.client);
  if (queued > options_.player_queue) player.waits_for_key = true;
  if (!player.waits_for_key) return true;
  const bool starts = unit.has(media::flag::kKey) || !video_ || !player.video;
  if (!starts || queued > options_.player_queue / 4) return false;
  player.waits_for_key = false;
  return true;
}

void Stream::send(const StreamKey& key, Player& player, const media::UnitView& unit,
                  Chunked& chunked) {
  net::SharedBytes& bytes = chunked[key.stream];
  if (!bytes) {
    const rtmp::Media media{key.stream, kind_of(unit.type), unit.timestamp, unit.body};
    bytes = std::make_shared<const Bytes>(rtmp::prepare(media, options_.chunk_size));
  }
  if (connections_.send(key.client, bytes) == net::Sent::kFull) player.waits_for_key = true;
}

}  // namespace so::ingest
