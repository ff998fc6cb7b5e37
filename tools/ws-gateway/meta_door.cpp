#include "meta_door.h"

#include <array>
#include <utility>

#include "base/log.h"
#include "wsproto/chat.h"
#include "wsproto/ems.h"

namespace so::gateway {

void MetaDoor::open(net::ConnId id, const std::string& stream, bool latest) {
  listeners_.add(stream, id);
  const auto [entry, first] = followed_.try_emplace(stream);
  connections_.emplace(id, Connection{stream, latest});
  if (first) {
    doorway_.hub.follow(stream, {.meta = true, .streams = false, .latest = true},
                        [this, stream](const bus::Reply& reply) { followed(stream, reply); });
  } else if (latest && entry->second.live) {
    send_latest(id, stream);
  }
}

void MetaDoor::followed(const std::string& stream, const bus::Reply& reply) {
  const auto entry = followed_.find(stream);
  if (entry == followed_.end()) return;
  if (!reply.ok()) log::warn("unable to follow {}: {}", stream, reply.message);
  entry->second.live = true;
  for (const net::ConnId id : listeners_.of(stream)) send_latest(id, stream);
}

void MetaDoor::send_latest(net::ConnId id, const std::string& stream) {
  Connection& connection = connections_.at(id);
  if (!std::exchange(connection.wants_latest, false)) return;
  for (const auto& [name, frame] : followed_.at(stream).latest) doorway_.server.send(id, frame);
}

void MetaDoor::message(net::ConnId id, const net::WsMessage& message) {
  const auto connection = connections_.find(id);
  if (connection == connections_.end() || !message.text) return;
  const auto refuse = [this, id](std::string_view code, std::string_view why) {
    doorway_.server.send(id, net::Frame::text(wsproto::chat_error(code, why)));
  };
  const auto metadata = wsproto::read_metadata(parser_, as_text(message.payload));
  if (!metadata) return refuse("bad_json", metadata.error().text);
  doorway_.hub.meta(member_of(id), connection->second.stream, metadata->data, metadata->timestamp,
                    [refuse](const bus::Reply& reply) {
                      if (!reply.ok()) refuse(reply.code, reply.message);
                    });
}

void MetaDoor::closed(net::ConnId id) {
  const auto connection = connections_.find(id);
  if (connection == connections_.end()) return;
  const std::string stream = std::move(connection->second.stream);
  connections_.erase(connection);
  if (!listeners_.remove(stream, id)) return;
  followed_.erase(stream);
  doorway_.hub.unfollow(stream);
}

void MetaDoor::event(const wire::FrameView& event) {
  const auto text = wsproto::ems_message(parser_, event.body);
  if (!text) return log::error("unable to read an event of the hub: {}", text.error().text);
  const net::Frame frame = net::Frame::text(*text);
  const std::string stream{event.scope};
  for (const std::string& topic : std::array{stream, std::string{"/"}}) {
    const auto entry = followed_.find(topic);
    if (entry == followed_.end()) continue;
    auto& latest = entry->second.latest;
    if (latest.size() < kKept || latest.contains(stream)) latest.insert_or_assign(stream, frame);
    if (entry->second.live) doorway_.server.broadcast(listeners_.of(topic), frame);
  }
}

}  // namespace so::gateway
