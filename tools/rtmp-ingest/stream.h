#pragma once

#include <cstdint>
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
  std::size_t player_queue = std::size_t{8} << 20U;  // bytes that may wait for one player
  std::uint32_t chunk_size = 4096;                   // of what players are sent
};

/// One stream and its players. Its source is a client of ours, whose media goes to the media plane
/// as well, or the media plane, when somebody else publishes it; or nothing for a while. A unit is
/// chunked once for all players.
class Stream {
 public:
  Stream(net::Loop& loop, net::TcpConnections& connections, StreamOptions options)
      : loop_(loop), connections_(connections), options_(std::move(options)) {}

  /// Published here from now on; says where on the media plane.
  Result<std::string> publish_here();
  /// Published elsewhere: fetched while there are players.
  Status fetch(const std::string& endpoint);
  /// The source is gone; players stay.
  void end_source();
  [[nodiscard]] bool has_source() const { return publisher_ || subscriber_; }
  [[nodiscard]] bool is_here() const { return publisher_ != nullptr; }

  /// From the publisher that is here.
  void media(const rtmp::Media& media);
  /// Data for the players alone, at the present time of the stream.
  void data(ByteView body);

  void add_player(const StreamKey& player);
  void remove_player(const StreamKey& player) { players_.erase(player); }
  void pause(const StreamKey& player, bool paused);
  void receive(const StreamKey& player, rtmp::MediaKind kind, bool wanted);
  [[nodiscard]] std::vector<StreamKey> players() const;
  [[nodiscard]] bool has_players() const { return !players_.empty(); }

 private:
  struct Player {
    bool waits_for_key = false;
    bool paused = false;
    bool audio = true;
    bool video = true;
  };
  using Chunked = std::map<std::uint32_t, net::SharedBytes>;  // by message stream: nearly always 1

  [[nodiscard]] const media::Head& head() const { return publisher_ ? publisher_->head() : head_; }
  void send_all(const media::UnitView& unit);
  void send(const StreamKey& key, Player& player, const media::UnitView& unit, Chunked& chunked);
  [[nodiscard]] bool wants(const StreamKey& key, Player& player, const media::UnitView& unit) const;

  net::Loop& loop_;
  net::TcpConnections& connections_;
  StreamOptions options_;
  std::unique_ptr<media::Publisher> publisher_;
  std::unique_ptr<media::Subscriber> subscriber_;
  media::Head head_;             // of what is fetched
  std::uint32_t timestamp_ = 0;  // of the latest unit
  bool video_ = false;           // it has some
  std::map<StreamKey, Player> players_;
};

}  // namespace so::ingest
