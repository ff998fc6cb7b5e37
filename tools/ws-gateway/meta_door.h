#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>

#include "audience.h"
#include "doorway.h"
#include "json/read.h"

namespace so::gateway {

/// EvoStream's wsJsonMeta (scopewire-ws(7), METADATA): each connection reads and writes the
/// metadata of one stream, or of all. A stream is followed while somebody listens to it.
class MetaDoor {
 public:
  explicit MetaDoor(Doorway& doorway) : doorway_(doorway) {}

  /// `stream` is a whole path; "/" is every stream. With `latest`, the last value is sent first.
  void open(net::ConnId id, const std::string& stream, bool latest);
  void message(net::ConnId id, const net::WsMessage& message);
  void closed(net::ConnId id);

  /// Metadata of a stream.
  void event(const wire::FrameView& event);

 private:
  struct Connection {
    std::string stream;
    bool wants_latest = false;  // until it has been sent
  };
  // What the hub said last of each stream that somebody listens to, and whether it was said because
  // we asked.
  struct Followed {
    bool live = false;  // the reply to follow came: from here on events are news
    std::unordered_map<std::string, net::Frame> latest;  // by stream: one, or for "/" up to kKept
  };

  void followed(const std::string& stream, const bus::Reply& reply);
  void send_latest(net::ConnId id, const std::string& stream);
  void was_there(const std::string& topic, const std::string& stream, const net::Frame& frame);
  void news(const std::string& topic, Followed& followed, const std::string& stream,
            const net::Frame& frame);

  Doorway& doorway_;
  std::unordered_map<net::ConnId, Connection> connections_;
  Audience listeners_;                        // by stream
  static constexpr std::size_t kKept = 1024;  // as many as the hub keeps
  std::unordered_map<std::string, Followed> followed_;
  json::Parser parser_;
};

}  // namespace so::gateway
