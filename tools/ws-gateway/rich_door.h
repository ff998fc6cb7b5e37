#pragma once

#include <functional>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>

#include "audience.h"
#include "doorway.h"
#include "json/read.h"
#include "wsproto/request.h"

namespace so::gateway {

/// The protocol scopewire.v1 (scopewire-ws(7)): requests go to the hub and are answered by it; its
/// events pass as they are, framed once for all who hear them.
class RichDoor {
 public:
  explicit RichDoor(Doorway& doorway) : doorway_(doorway) {}

  /// Joins the scope; `/` joins none: to look around.
  void open(net::ConnId id, std::string scope);
  void message(net::ConnId id, const net::WsMessage& message);
  /// One message too many: answered, not done.
  void flood(net::ConnId id, const net::WsMessage& message);
  /// All are told to come back, each after a time of its own within `spread` of its close.
  void advise(std::string_view reason, Millis spread);
  void closed(net::ConnId id);
  void hub_lost();

  /// A change, a sync, a join or a leave.
  void event(const wire::FrameView& event);
  /// A call of this connection's client, which may answer it.
  void call(net::ConnId id, const wire::FrameView& call) { send(id, call.body); }
  /// An event for one client; whether it is on its way, or for these.
  bool tell(net::ConnId id, std::string_view event);
  void tell_all(std::span<const net::ConnId> ids, std::string_view event);
  /// A message for an identity of this connection, or that others have taken its place.
  void mail(net::ConnId id, const wire::FrameView& mail) { send(id, mail.body); }

 private:
  struct Connection {
    std::string scope;             // of the URL: meant by requests that name none
    std::set<std::string> topics;  // it hears
  };

  void welcome(net::ConnId id, const bus::Reply& joined);
  void dispatch(net::ConnId id, const wsproto::Request& request);
  void join(net::ConnId id, const wsproto::Request& request);
  void leave(net::ConnId id, const wsproto::Request& request);
  void use(net::ConnId id, const wsproto::Request& request);
  void release(net::ConnId id, const wsproto::Request& request);
  void refresh(net::ConnId id, const wsproto::Request& request);
  void mailbox(net::ConnId id, const wsproto::Request& request);
  bus::Done answer(net::ConnId id, const wsproto::Request& request);
  bus::Done before_more(net::ConnId id, bus::Done done);
  void reply(net::ConnId id, const wsproto::Request& request, const bus::Reply& reply);
  void hear(net::ConnId id, const std::string& topic);
  void forget(net::ConnId id, const std::function<bool(const std::string& topic)>& which);
  void send(net::ConnId id, std::string_view text) {
    doorway_.server.send(id, net::Frame::text(text));
  }

  Doorway& doorway_;
  std::unordered_map<net::ConnId, Connection> connections_;
  Audience audience_;             // by scope and object; presence by scope
  std::set<net::ConnId> asking_;  // what may have a large answer, and are not heard meanwhile
  json::Parser parser_;
};

}  // namespace so::gateway
