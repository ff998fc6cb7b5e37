#pragma once

#include <cstddef>
#include <set>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "audience.h"
#include "doorway.h"
#include "json/read.h"
#include "meta_rights.h"

namespace so::gateway {

/// EvoStream's wsJsonMeta (scopewire-ws(7), METADATA): each connection reads and writes the
/// metadata of one stream, or of all. A stream is followed while somebody listens to it.
///
/// Who may read is decided by the hub: of one stream once, when the connection comes; who may not,
/// and may not write either, is closed. Of all streams for each stream.
class MetaDoor {
 public:
  explicit MetaDoor(Doorway& doorway) : doorway_(doorway) {}

  /// `stream` is a whole path; "/" is every stream. With `latest`, the last value is sent first.
  void open(net::ConnId id, const std::string& stream, bool latest);
  void message(net::ConnId id, const net::WsMessage& message);
  void closed(net::ConnId id);

  /// Metadata of a stream.
  void event(const wire::FrameView& event);

  /// The hub is back: what could not be asked is asked.
  void hub_is_back();
  /// Who listens to all streams may meanwhile be allowed others.
  void look_again() { rights_.look_again(); }

 private:
  enum class Reading { kAsked, kUnasked, kYes, kNo };
  struct Connection {
    std::string stream;
    std::string claims;
    bool wants_latest = false;  // until it has been sent
    Reading reading = Reading::kUnasked;
    std::vector<net::Frame> early{};  // what came while it was asked, up to MetaRights::kWaiting
    std::size_t lost = 0;             // of these, over the bound
    [[nodiscard]] std::string topic() const {
      return stream == "/" ? Audience::topic("/", claims) : stream;
    }
  };
  // What the hub said last of each stream that somebody listens to, and whether it was said because
  // we asked.
  struct Followed {
    std::size_t listeners = 0;
    bool live = false;  // the reply to follow came: from here on events are news
    std::unordered_map<std::string, net::Frame> latest;  // by stream: one, or for "/" up to kKept
  };

  void follow(const std::string& stream);
  void unfollow(const std::string& stream);
  void ask(net::ConnId id);
  void answered(net::ConnId id, const bus::Reply& reply);
  void refused(net::ConnId id, const bus::Reply& may_read);
  void listen(net::ConnId id);
  void hold(net::ConnId id, const net::Frame& frame);
  void followed(const std::string& stream, const bus::Reply& reply);
  void send_latest(net::ConnId id);
  void was_there(const std::string& topic, const std::string& stream, const net::Frame& frame);
  void news(const std::string& topic, Followed& followed, const std::string& stream,
            const net::Frame& frame);

  Doorway& doorway_;
  std::unordered_map<net::ConnId, Connection> connections_;
  Audience listeners_;            // by Connection::topic()
  Audience asking_;               // of whom it is not known whether they may listen, by stream
  std::set<std::string> crowds_;  // the claims of those who listen to all streams
  static constexpr std::size_t kKept = 1024;  // as many as the hub keeps
  std::unordered_map<std::string, Followed> followed_;
  MetaRights rights_{doorway_.hub};
  json::Parser parser_;
};

}  // namespace so::gateway
