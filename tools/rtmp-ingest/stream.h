#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include "media/zmq_publisher.h"
#include "media/zmq_subscriber.h"
#include "net/loop.h"
#include "net/tcp_connections.h"
#include "rtmp/events.h"
#include "stream_stats.h"

namespace so::ingest {

/// Which message stream of which client.
struct StreamKey {
  net::ConnId client{};
  std::uint32_t stream = 0;

  bool operator==(const StreamKey&) const = default;
  friend bool operator<(const StreamKey& a, const StreamKey& b) {
    return std::tie(a.client, a.stream) < std::tie(b.client, b.stream);
  }
};

struct StreamOptions {
  std::string media_folder;  // of the media plane's sockets
  media::Head::Limits head;
  bool gop_cache = true;  // players begin with what is since the last key frame; else they wait
  std::size_t player_queue = std::size_t{8} << 20U;  // bytes that may wait for one player
  Millis player_delay{5'000};                        // of the stream that may wait, if that is less
  Millis player_stall{30'000};                       // a player that skips for so long is given up
  std::uint32_t chunk_size = 4096;                   // of what players are sent
};

/// What a stream tells of its players; may be left out. Called from inside media(): they close
/// nothing at once.
struct StreamHandlers {
  std::function<void(const StreamKey& player)> skips{};  // too slow: up to a key frame
  std::function<void(const StreamKey& player)> stuck{};  // that did not help
};

/// One stream and its players. Its source is a client of ours, whose media goes to the media plane
/// as well, or the media plane, when somebody else publishes it; or nothing for a while. A unit is
/// chunked once for all players, its timestamp unchanged. To players that have stayed since an
/// earlier source, the timestamps go on.
class Stream {
 public:
  Stream(net::Loop& loop, net::TcpConnections& connections, StreamOptions options,
         StreamHandlers handlers = {})
      : loop_(loop),
        connections_(connections),
        options_(std::move(options)),
        handlers_(std::move(handlers)) {}

  /// Published here from now on; says where on the media plane.
  Result<std::string> publish_here();
  /// Published elsewhere: fetched while there are players.
  Status fetch(const std::string& endpoint);
  /// The source is gone; players stay.
  void end_source();
  [[nodiscard]] bool has_source() const { return publisher_ || subscriber_; }
  [[nodiscard]] bool is_here() const { return publisher_ != nullptr; }

  /// From the publisher that is here; as it went on. Its body is without "@setDataFrame".
  std::optional<media::Unit> media(const rtmp::Media& media);
  /// Data for the players alone, at the present time of the stream.
  void data(ByteView body);

  void add_player(const StreamKey& player);
  void remove_player(const StreamKey& player);
  void pause(const StreamKey& player, bool paused);
  void receive(const StreamKey& player, rtmp::MediaKind kind, bool wanted);
  [[nodiscard]] std::vector<StreamKey> players() const;
  [[nodiscard]] std::size_t player_count() const { return players_.size(); }
  [[nodiscard]] bool has_players() const { return !players_.empty(); }
  /// Whether players, or others through the media plane, wait for what its publisher sends.
  [[nodiscard]] bool is_watched() const {
    return has_players() || (publisher_ && publisher_->is_watched());
  }
  [[nodiscard]] const StreamStats& stats() const { return stats_; }

 private:
  struct Player {
    bool waits_for_key = false;
    bool paused = false;
    bool audio = true;
    bool video = true;
    std::size_t burst = 0;            // bytes that it began with, until all has left
    std::optional<TimePoint> behind;  // since when it skips
  };
  using Chunked = std::map<std::uint32_t, net::SharedBytes>;  // by message stream: nearly always 1

  [[nodiscard]] const media::Head& head() const { return publisher_ ? publisher_->head() : head_; }
  void begin_source();
  void send_all(const media::UnitView& unit);
  void send(const StreamKey& key, Player& player, const media::UnitView& unit, Chunked& chunked);
  bool wants(const StreamKey& key, Player& player, const media::UnitView& unit);
  bool catches_up(const StreamKey& key, Player& player, const media::UnitView& unit);
  void fall_behind(const StreamKey& key, Player& player);
  [[nodiscard]] std::size_t bound(const Player& player) const;
  std::uint32_t time_for_players(const media::UnitView& unit);

  net::Loop& loop_;
  net::TcpConnections& connections_;
  StreamOptions options_;
  StreamHandlers handlers_;
  std::unique_ptr<media::Publisher> publisher_;
  std::unique_ptr<media::Subscriber> subscriber_;
  media::Head head_;             // of what is fetched
  std::uint32_t timestamp_ = 0;  // of the latest unit
  bool video_ = false;           // it has some
  std::map<StreamKey, Player> players_;
  StreamStats stats_;

  // The clock of players: that of the source, moved on after a new source.
  std::optional<std::uint32_t> last_;    // what they were sent last; none: they have nothing yet
  std::optional<std::uint32_t> resume_;  // where they were when the source changed
  std::uint32_t offset_ = 0;
};

}  // namespace so::ingest
