#pragma once

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <unordered_map>

#include "bus/client.h"
#include "calls.h"
#include "client.h"
#include "json/read.h"
#include "net/loop.h"
#include "net/tcp_connections.h"
#include "objects.h"
#include "rtmp/session.h"
#include "stream.h"

namespace so::ingest {

struct IngestOptions {
  rtmp::ServerOptions session;
  StreamOptions stream;
};

/// Where the arrows turn: sockets to sessions, their events to the hub and to streams, and back.
/// Rules of the protocol are in rtmp/, rules of rooms and names in the hub.
class Ingest {
 public:
  /// The connections have no handlers yet; all outlive it.
  Ingest(IngestOptions options, net::Loop& loop, net::TcpConnections& connections,
         bus::Client& hub);

  /// Every client is told that the server closes; then `done`, once.
  void drain(std::function<void()> done);

  struct Counters {
    std::uint64_t object_messages = 0;  // of shared objects, from clients
    std::uint64_t unknown_events = 0;   // in them, skipped
  };
  [[nodiscard]] const Counters& counters() const { return counters_; }
  [[nodiscard]] std::size_t clients() const { return clients_.size(); }

 private:
  void opened(net::ConnId id, const net::Address& peer);
  void received(net::ConnId id, ByteView bytes);
  void closed(net::ConnId id, std::string_view why);
  /// Handles what the session has to tell, sends what it owes.
  void turn(net::ConnId id);
  void tick();

  // what a session tells
  void on(net::ConnId id, const rtmp::ConnectRequest& request);
  void on(net::ConnId id, const rtmp::PublishRequest& request);
  void on(net::ConnId id, const rtmp::PlayRequest& request);
  void on(net::ConnId id, const rtmp::PublishEnd& end);
  void on(net::ConnId id, const rtmp::PlayEnd& end);
  void on(net::ConnId id, const rtmp::Media& media);
  void on(net::ConnId id, const rtmp::Pause& pause);
  void on(net::ConnId id, const rtmp::Receive& receive);
  void on(net::ConnId id, const rtmp::SharedObjectMessage& message);
  void on(net::ConnId id, const rtmp::Call& call);
  void on(net::ConnId id, const rtmp::Reply& reply);

  // what the hub answers and tells
  void joined(net::ConnId id, const std::string& scope, const bus::Reply& reply);
  void may_play(net::ConnId id, std::uint32_t stream, const std::string& name,
                const bus::Reply& reply);
  void play(net::ConnId id, std::uint32_t stream, const std::string& name);
  void published(net::ConnId id, std::uint32_t stream, const std::string& name,
                 const bus::Reply& reply);
  void event(const wire::FrameView& event);
  void stream_event(const std::string& name, json::Element event);
  void metadata(const std::string& name, json::Element event);
  void refused(const wire::FrameView& claim, const bus::Reply& why);
  void kicked(const wire::FrameView& kick);

  Client* find(net::ConnId id);
  Stream& stream(const std::string& name);
  void end_publish(const std::string& name);
  void leave(const std::string& name, const StreamKey& player);
  void forget_if_idle(const std::string& name);

  IngestOptions options_;
  net::Loop& loop_;
  net::TcpConnections& connections_;
  bus::Client& hub_;
  Objects objects_;
  Calls calls_;
  std::unordered_map<net::ConnId, std::unique_ptr<Client>> clients_;
  std::map<std::string, Stream> streams_;         // with a source here, or with players
  std::map<std::string, std::string> elsewhere_;  // published by others: stream to endpoint
  std::function<void()> drained_;
  Counters counters_;
  json::Parser parser_;
  net::Timer deadline_;
};

}  // namespace so::ingest
