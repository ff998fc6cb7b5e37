#include "chat_door.h"

#include <array>

#include "base/log.h"
#include "whereabouts.h"
#include "wsproto/chat.h"

namespace so::gateway {

using wsproto::kChatObject;

void ChatDoor::open(net::ConnId id, std::string scope) {
  doorway_.server.want_messages(id, false);  // a line before the scope is joined would go nowhere
  doorway_.hub.join(member_of(id), scope, {}, [this, id](const bus::Reply& reply) {
    if (!reply.ok()) refuse(id, reply);
  });
  doorway_.hub.use(member_of(id), scope, kChatObject, {},
                   [this, id](const bus::Reply& reply) { joined(id, reply); });
  scopes_.emplace(id, std::move(scope));
}

void ChatDoor::joined(net::ConnId id, const bus::Reply& reply) {
  const auto connection = scopes_.find(id);
  if (connection == scopes_.end()) return;
  if (!reply.ok()) return refuse(id, reply);
  members_.add(connection->second, id);
  doorway_.whereabouts.joined(id, connection->second);
  send_lines(std::array{id}, reply.body);
  doorway_.listen_to(id);
}

// The first reason counts: where the scope is refused, its object is too.
void ChatDoor::refuse(net::ConnId id, const bus::Reply& why) {
  if (scopes_.erase(id) == 0) return;
  doorway_.server.send(id, net::Frame::text(wsproto::chat_error(why.code, why.message)));
  doorway_.server.close(id, close_code_for(why.code), why.message);
}

void ChatDoor::message(net::ConnId id, const net::WsMessage& message) {
  const auto connection = scopes_.find(id);
  if (connection == scopes_.end()) return;
  const auto change = wsproto::line_to_change(parser_, as_text(message.payload));
  if (!change) {
    doorway_.server.send(id,
                         net::Frame::text(wsproto::chat_error("bad_json", change.error().text)));
    return;
  }
  doorway_.hub.change(member_of(id), connection->second, kChatObject, *change,
                      [this, id](const bus::Reply& reply) {
                        if (!reply.ok())
                          doorway_.server.send(
                              id, net::Frame::text(wsproto::chat_error(reply.code, reply.message)));
                      });
}

void ChatDoor::closed(net::ConnId id) {
  const auto connection = scopes_.find(id);
  if (connection == scopes_.end()) return;
  members_.remove(connection->second, id);
  scopes_.erase(connection);
}

void ChatDoor::event(const wire::FrameView& event) {
  if (event.name != kChatObject) return;
  if (const auto members = members_.of(std::string{event.scope}); !members.empty())
    send_lines(members, event.body);
}

bool ChatDoor::tell(net::ConnId id, std::string_view event) {
  const auto line = wsproto::line_of_message(parser_, event);
  return line && doorway_.server.send(id, net::Frame::text(*line)) == net::Sent::kQueued;
}

void ChatDoor::tell_all(std::span<const net::ConnId> ids, std::string_view event) {
  if (ids.empty()) return;
  const auto line = wsproto::line_of_message(parser_, event);
  if (line) doorway_.server.broadcast(ids, net::Frame::text(*line));
}

void ChatDoor::send_lines(std::span<const net::ConnId> to, std::string_view event) {
  const auto lines = wsproto::lines_of_event(parser_, event);
  if (!lines) return log::error("unable to read an event of the hub: {}", lines.error().text);
  for (const std::string& line : *lines) doorway_.server.broadcast(to, net::Frame::text(line));
}

}  // namespace so::gateway
