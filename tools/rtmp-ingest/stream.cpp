#include "stream.h"

#include <algorithm>
#include <utility>

#include "media_words.h"
#include "rtmp/prepared.h"

namespace so::ingest {
namespace {

// Less than this is not worth skipping for: a key frame of a good picture alone is as large.
constexpr std::size_t kLeastBound = 256U << 10U;

// From the last frame of one source to the first of the next.
constexpr std::uint32_t kStepMs = 20;

bool is_coded(const media::UnitView& unit) {
  return unit.type != flv::TagType::kScript && !unit.has(media::flag::kRetained);
}

}  // namespace

Result<std::string> Stream::publish_here() {
  auto opened = media::Publisher::open(loop_, options_.media_folder, options_.head);
  if (!opened) return fail(opened.error());
  subscriber_.reset();
  publisher_ = std::move(*opened);
  begin_source();
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
  begin_source();
  return {};
}

void Stream::begin_source() {
  offset_ = 0;
  resume_ = last_;
  stats_ = {};
}

void Stream::end_source() {
  publisher_.reset();
  subscriber_.reset();
  head_ = media::Head{options_.head};
  video_ = false;
  for (auto& [key, player] : players_) player.waits_for_key = false;
}

std::optional<media::Unit> Stream::media(const rtmp::Media& media) {
  if (!publisher_) return std::nullopt;
  media::Unit unit = publish(*publisher_, media);
  send_all(media::view(unit));
  return unit;
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
    const media::UnitView view = media::view(unit);
    if (!options_.gop_cache && !view.has(media::flag::kRetained)) continue;
    key |= view.has(media::flag::kKey);
    send(player, entry, view, chunked);
    chunked.clear();
  }
  entry.waits_for_key = video_ && !key;
  entry.burst = connections_.queued_bytes(player.client);
}

void Stream::remove_player(const StreamKey& player) {
  players_.erase(player);
  if (players_.empty()) last_.reset();
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
  stats_.add(unit, loop_.now());
  Chunked chunked;
  for (auto& [key, player] : players_) {
    if (wants(key, player, unit)) send(key, player, unit, chunked);
  }
}

// A player for whom too much waits gets nothing more until that has left and a key frame comes:
// what it is sent can always be decoded, and the publisher never waits.
bool Stream::wants(const StreamKey& key, Player& player, const media::UnitView& unit) {
  if (unit.has(media::flag::kRetained)) return true;
  if (player.paused) return false;
  if (unit.type == flv::TagType::kAudio && !player.audio) return false;
  if (unit.type == flv::TagType::kVideo && !player.video) return false;
  const std::size_t queued = connections_.queued_bytes(key.client);
  if (queued == 0) player.burst = 0;
  if (queued > bound(player)) fall_behind(key, player);
  if (!player.waits_for_key || catches_up(key, player, unit)) return true;
  if (player.behind) stats_.skip();
  return false;
}

bool Stream::catches_up(const StreamKey& key, Player& player, const media::UnitView& unit) {
  const bool starts = unit.has(media::flag::kKey) || !video_ || !player.video;
  if (starts && connections_.queued_bytes(key.client) <= bound(player) / 4) {
    player.waits_for_key = false;
    player.behind.reset();
    return true;
  }
  const bool stuck = player.behind && loop_.now() - *player.behind >= options_.player_stall;
  if (stuck && handlers_.stuck) handlers_.stuck(key);
  return false;
}

void Stream::fall_behind(const StreamKey& key, Player& player) {
  player.waits_for_key = true;
  if (player.behind) return;
  player.behind = loop_.now();
  if (handlers_.skips) handlers_.skips(key);
}

std::size_t Stream::bound(const Player& player) const {
  const std::size_t rate = stats_.bytes_per_second();
  if (rate == 0) return options_.player_queue;
  const std::size_t delayed =
      rate * static_cast<std::size_t>(options_.player_delay.count()) / 1000 + player.burst;
  return std::min(options_.player_queue, std::max(kLeastBound, delayed));
}

std::uint32_t Stream::time_for_players(const media::UnitView& unit) {
  if (resume_ && is_coded(unit)) {
    offset_ = *resume_ + kStepMs - unit.timestamp;
    resume_.reset();
  }
  return resume_ ? *resume_ : unit.timestamp + offset_;
}

void Stream::send(const StreamKey& key, Player& player, const media::UnitView& unit,
                  Chunked& chunked) {
  net::SharedBytes& bytes = chunked[key.stream];
  if (!bytes) {
    const std::uint32_t timestamp = time_for_players(unit);
    if (is_coded(unit)) last_ = timestamp;
    const rtmp::Media media{key.stream, kind_of(unit.type), timestamp, unit.body};
    bytes = std::make_shared<const Bytes>(rtmp::prepare(media, options_.chunk_size));
  }
  if (connections_.send_later(key.client, bytes) == net::Sent::kFull) fall_behind(key, player);
}

}  // namespace so::ingest
