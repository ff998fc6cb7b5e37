#include "meta_door.h"

#include <array>
#include <utility>

#include "base/log.h"
#include "wsproto/chat.h"
#include "wsproto/ems.h"

namespace so::gateway {
namespace {

bool same(const net::Frame& a, const net::Frame& b) {
  return *a.parcel().head == *b.parcel().head;
}

}  // namespace

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
  doorway_.hub.meta(member_of(id), connection->second.stream, metadata->data,
                    {.timestamp = metadata->timestamp}, [refuse](const bus::Reply& reply) {
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
  if (!event.name.empty()) return was_there(std::string{event.name}, stream, frame);
  if (stream == "/") {
    for (auto& [topic, followed] : followed_) news(topic, followed, stream, frame);
    return;
  }
  for (const std::string& topic : std::array{stream, std::string{"/"}}) {
    const auto entry = followed_.find(topic);
    if (entry != followed_.end()) news(topic, entry->second, stream, frame);
  }
}

// What the hub has when we ask is news to those who were there only if it is not what they heard
// last: something was missed.
void MetaDoor::was_there(const std::string& topic, const std::string& stream,
                         const net::Frame& frame) {
  const auto entry = followed_.find(topic);
  if (entry == followed_.end()) return;
  const auto known = entry->second.latest.find(stream);
  if (known != entry->second.latest.end() && same(known->second, frame)) return;
  news(topic, entry->second, stream, frame);
}

// Whoever hears of one stream has one latest value, whomever it was said to.
void MetaDoor::news(const std::string& topic, Followed& followed, const std::string& stream,
                    const net::Frame& frame) {
  auto& latest = followed.latest;
  const std::string& about = topic == "/" ? stream : topic;
  if (latest.size() < kKept || latest.contains(about)) latest.insert_or_assign(about, frame);
  if (followed.live) doorway_.server.broadcast(listeners_.of(topic), frame);
}

}  // namespace so::gateway
