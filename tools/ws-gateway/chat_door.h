#pragma once

#include <span>
#include <string>
#include <string_view>
#include <unordered_map>

#include "audience.h"
#include "doorway.h"
#include "json/read.h"

namespace so::gateway {

/// The plain chat (scopewire-ws(7), CHAT): a line in is a change of the shared object "chat" of the
/// connection's scope, a change of it by anybody is a line out. Nothing is shown before the hub has
/// ordered it.
class ChatDoor {
 public:
  explicit ChatDoor(Doorway& doorway) : doorway_(doorway) {}

  void open(net::ConnId id, std::string scope);
  void message(net::ConnId id, const net::WsMessage& message);
  void closed(net::ConnId id);

  /// A change or a sync of any object; those that are not "chat" are not ours.
  void event(const wire::FrameView& event);

  /// An event of a client or a server, for one client, or for these: its data is a line.
  bool tell(net::ConnId id, std::string_view event);
  void tell_all(std::span<const net::ConnId> ids, std::string_view event);

 private:
  void joined(net::ConnId id, const bus::Reply& reply);
  void refuse(net::ConnId id, const bus::Reply& why);
  void send_lines(std::span<const net::ConnId> to, std::string_view event);

  Doorway& doorway_;
  std::unordered_map<net::ConnId, std::string> scopes_;  // of the connections that are not refused
  Audience members_;                                     // by scope: those the hub has let in
  json::Parser parser_;
};

}  // namespace so::gateway
