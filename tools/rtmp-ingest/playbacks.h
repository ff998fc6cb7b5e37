#pragma once

#include <functional>
#include <map>
#include <memory>
#include <utility>

#include "net/loop.h"
#include "net/tcp_connections.h"
#include "playback.h"
#include "rtmp/session.h"
#include "stream.h"

namespace so::ingest {

/// The recordings that players are sent, each from its own place on. Of one player no more than
/// kAhead waits for its socket: a player that wants all at once gets it as fast as it takes it.
class Playbacks {
 public:
  static constexpr std::size_t kAhead = std::size_t{512} << 10U;  // bytes

  /// The session of a connection; nullptr: it is gone.
  using Find = std::function<rtmp::ServerSession*(net::ConnId id)>;
  Playbacks(net::Loop& loop, net::TcpConnections& connections, Find find);

  /// Of a player that has been told that it begins. What it played before has ended.
  void begin(const StreamKey& player, std::unique_ptr<Playback> playback);
  void end(const StreamKey& player) { players_.erase(player); }
  void closed(net::ConnId id);

  // Of who plays no recording, nothing comes of these.
  void pause(const StreamKey& player, bool paused);
  void seek(const StreamKey& player, double position_ms);
  void buffer(const StreamKey& player, Millis length);
  void receive(const StreamKey& player, rtmp::MediaKind kind, bool wanted);

  [[nodiscard]] std::size_t size() const { return players_.size(); }

 private:
  struct Player {
    std::unique_ptr<Playback> playback;
    bool audio = true;
    bool video = true;
    bool complete = false;  // and told so
  };

  void tick();
  void feed(const StreamKey& key, Player& player);
  void send_owed(net::ConnId id, rtmp::ServerSession& session);
  Player* find(const StreamKey& key);

  net::Loop& loop_;
  net::TcpConnections& connections_;
  Find session_;
  std::map<StreamKey, Player> players_;
  net::Timer timer_;
};

}  // namespace so::ingest
