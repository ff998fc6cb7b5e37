#include "meta_door.h"

#include <array>
#include <utility>
#include <vector>

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
  const std::string claims{doorway_.hub.claims_of(member_of(id))};
  connections_.emplace(id, Connection{.stream = stream, .claims = claims, .wants_latest = latest});
  follow(stream);
  if (stream == "/") {
    crowds_.insert(claims);
    return listen(id);
  }
  asking_.add(stream, id);
  ask(id);
}

// At once, so that nothing is missed that is said while it is asked who may hear it: what a client
// sends first it hears itself.
void MetaDoor::follow(const std::string& stream) {
  const auto [entry, first] = followed_.try_emplace(stream);
  ++entry->second.listeners;
  if (!first) return;
  doorway_.hub.follow(stream, {.meta = true, .streams = false, .latest = true},
                      [this, stream](const bus::Reply& reply) { followed(stream, reply); });
}

void MetaDoor::unfollow(const std::string& stream) {
  if (--followed_.at(stream).listeners > 0) return;
  followed_.erase(stream);
  doorway_.hub.unfollow(stream);
}

void MetaDoor::ask(net::ConnId id) {
  Connection& connection = connections_.at(id);
  connection.reading = Reading::kAsked;
  doorway_.hub.may_play(member_of(id), connection.stream,
                        [this, id](const bus::Reply& reply) { answered(id, reply); });
}

// While there is no hub nobody can say, and it is asked again.
void MetaDoor::answered(net::ConnId id, const bus::Reply& reply) {
  const auto connection = connections_.find(id);
  if (connection == connections_.end()) return;
  if (reply.ok()) {
    asking_.remove(connection->second.stream, id);
    return listen(id);
  }
  if (reply.code != "hub_lost") return refused(id, reply);
  connection->second.reading = Reading::kUnasked;
  if (doorway_.hub.connected()) ask(id);
}

// Who may write comes in for that.
void MetaDoor::refused(net::ConnId id, const bus::Reply& may_read) {
  Connection& connection = connections_.at(id);
  connection.reading = Reading::kNo;
  connection.early.clear();
  asking_.remove(connection.stream, id);
  unfollow(connection.stream);
  const auto code = close_code_for(may_read.code);
  doorway_.hub.may_push(
      member_of(id), connection.stream,
      [this, id, code, why = std::string{may_read.message}](const bus::Reply& may_write) {
        if (!may_write.ok()) doorway_.server.close(id, code, why);
      });
}

void MetaDoor::hub_is_back() {
  std::vector<net::ConnId> unasked;
  for (const auto& [id, connection] : connections_) {
    if (connection.reading == Reading::kUnasked) unasked.push_back(id);
  }
  for (const net::ConnId id : unasked) ask(id);
}

void MetaDoor::listen(net::ConnId id) {
  Connection& connection = connections_.at(id);
  connection.reading = Reading::kYes;
  listeners_.add(connection.topic(), id);
  if (!connection.early.empty()) connection.wants_latest = false;  // they are later
  if (followed_.at(connection.stream).live) send_latest(id);
  if (connection.lost > 0) {
    log::warn("{} values of {} came before it was known who may read them", connection.lost,
              connection.stream);
  }
  for (const net::Frame& frame : std::exchange(connection.early, {})) {
    doorway_.server.send(id, frame);
  }
}

void MetaDoor::hold(net::ConnId id, const net::Frame& frame) {
  Connection& connection = connections_.at(id);
  if (connection.early.size() == MetaRights::kWaiting) {
    connection.early.erase(connection.early.begin());
    ++connection.lost;
  }
  connection.early.push_back(frame);
}

void MetaDoor::followed(const std::string& stream, const bus::Reply& reply) {
  const auto entry = followed_.find(stream);
  if (entry == followed_.end()) return;
  if (!reply.ok()) log::warn("unable to follow {}: {}", stream, reply.message);
  entry->second.live = true;
  const auto send_all = [&](const std::string& topic) {
    for (const net::ConnId id : listeners_.of(topic)) send_latest(id);
  };
  if (stream != "/") return send_all(stream);
  for (const std::string& claims : crowds_) send_all(Audience::topic("/", claims));
}

void MetaDoor::send_latest(net::ConnId id) {
  Connection& connection = connections_.at(id);
  if (!std::exchange(connection.wants_latest, false)) return;
  for (const auto& [name, frame] : followed_.at(connection.stream).latest) {
    if (connection.stream == "/") {
      rights_.give_if_allowed(connection.claims, member_of(id), name,
                              [this, id, frame = frame] { doorway_.server.send(id, frame); });
    } else {
      doorway_.server.send(id, frame);
    }
  }
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
  const Connection gone = std::move(connection->second);
  connections_.erase(connection);
  if (gone.reading == Reading::kNo) return;
  const bool heard = gone.reading == Reading::kYes;
  const bool last = heard ? listeners_.remove(gone.topic(), id) : asking_.remove(gone.stream, id);
  if (last && gone.stream == "/") {
    crowds_.erase(gone.claims);
    rights_.forget(gone.claims);
  }
  unfollow(gone.stream);
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
  if (!followed.live) return;
  if (topic != "/") {
    doorway_.server.broadcast(listeners_.of(topic), frame);
    for (const net::ConnId id : asking_.of(topic)) hold(id, frame);
    return;
  }
  for (const std::string& claims : crowds_) {
    const std::string crowd = Audience::topic("/", claims);
    rights_.give_if_allowed(
        claims, member_of(listeners_.of(crowd).front()), stream,
        [this, crowd, frame] { doorway_.server.broadcast(listeners_.of(crowd), frame); });
  }
}

}  // namespace so::gateway
