#pragma once

#include <cstddef>
#include <functional>
#include <map>
#include <string>

#include "bus/client.h"
#include "json/read.h"
#include "net/conn_id.h"
#include "rtmp/session.h"

namespace so::ingest {

/// Remote calls between RTMP clients and everybody else: NetConnection.call becomes the bus's call,
/// and the bus's call of a client becomes a command of its own. Arguments and results are AMF on
/// one side and JSON on the other (amf/json.h).
class Calls {
 public:
  static constexpr std::size_t kUnanswered = 256;  // of one client; more are answered "limit"

  struct Clients {
    std::function<rtmp::ServerSession*(net::ConnId)> find;  // nullptr: it is gone
    std::function<void(net::ConnId)> turn;                  // something is owed to it
  };
  Calls(bus::Client& hub, Clients clients) : hub_(hub), clients_(std::move(clients)) {}

  /// A client calls; `scope` is the one that it has joined.
  void call(net::ConnId id, const std::string& scope, const rtmp::Call& call);
  /// A client answers.
  void reply(net::ConnId id, const rtmp::Reply& reply);
  /// The hub's event: a client is called.
  void called(const wire::FrameView& event, TimePoint now);
  /// Forgets what was not answered in time: the hub has done so, too.
  void tick(TimePoint now);
  void closed(net::ConnId id) { open_.erase(id); }

 private:
  struct Open {
    std::string call;  // the bus's id
    TimePoint due;
  };
  void answered(net::ConnId id, double transaction, const bus::Reply& reply);
  [[nodiscard]] std::string ask(net::ConnId id, json::Element event, const Open& open);

  bus::Client& hub_;
  Clients clients_;
  std::map<net::ConnId, std::map<double, Open>> open_;  // by client and transaction; no empty ones
};

}  // namespace so::ingest
