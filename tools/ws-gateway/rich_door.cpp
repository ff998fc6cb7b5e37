#include "rich_door.h"

#include <random>
#include <utility>
#include <variant>

#include "ask_hub.h"
#include "visitors.h"
#include "whereabouts.h"
#include "wsproto/reply.h"

namespace so::gateway {

using wsproto::Request;

void RichDoor::open(net::ConnId id, std::string scope) {
  const bool nowhere = scope == "/";
  connections_.emplace(id, Connection{std::move(scope), {}});
  if (nowhere) return welcome(id, {});
  doorway_.server.want_messages(id, false);
  doorway_.hub.join(member_of(id), connections_.at(id).scope, {},
                    [this, id](const bus::Reply& reply) { welcome(id, reply); });
}

void RichDoor::welcome(net::ConnId id, const bus::Reply& joined) {
  const auto connection = connections_.find(id);
  if (connection == connections_.end()) return;
  if (!joined.ok()) {
    send(id, wsproto::refused({}, joined.code, joined.message));
    doorway_.server.close(id, close_code_for(joined.code), joined.message);
    return;
  }
  doorway_.whereabouts.joined(id, connection->second.scope);
  send(id, wsproto::hello({.member = doorway_.hub.member_id(member_of(id)),
                           .scope = connection->second.scope,
                           .user = doorway_.visitors.user(id),
                           .expires = doorway_.visitors.expires(id)}));
  doorway_.listen_to(id);
}

void RichDoor::message(net::ConnId id, const net::WsMessage& message) {
  const auto connection = connections_.find(id);
  if (connection == connections_.end()) return;
  if (!message.text) {
    doorway_.server.close(id, net::close_code::kUnsupported, "scopewire.v1 speaks text");
    return;
  }
  auto parsed = wsproto::parse_request(parser_, as_text(message.payload));
  if (const auto* refusal = std::get_if<wsproto::Refusal>(&parsed)) {
    return send(id, wsproto::refused(refusal->id, refusal->code, refusal->message));
  }
  auto& request = std::get<Request>(parsed);
  if (request.scope.empty()) request.scope = connection->second.scope;
  name_identity(request, doorway_.visitors.user(id));
  dispatch(id, request);
}

void RichDoor::flood(net::ConnId id, const net::WsMessage& message) {
  auto parsed = wsproto::parse_request(parser_, as_text(message.payload));
  const auto* const refusal = std::get_if<wsproto::Refusal>(&parsed);
  const std::string& request = refusal != nullptr ? refusal->id : std::get<Request>(parsed).id;
  send(id, wsproto::refused(request, kFlood.code, kFlood.message));
}

void RichDoor::dispatch(net::ConnId id, const Request& request) {
  using wire::Kind;
  if (request.ping) return send(id, wsproto::pong(request.id));
  if (request.refresh) return refresh(id, request);
  if (request.kind == Kind::kJoin) return join(id, request);
  if (request.kind == Kind::kLeave) return leave(id, request);
  if (request.kind == Kind::kUse) return use(id, request);
  if (request.kind == Kind::kRelease) return release(id, request);
  if (!ask_hub(doorway_.hub, member_of(id), request, answer(id, request))) mailbox(id, request);
}

void RichDoor::join(net::ConnId id, const Request& request) {
  doorway_.hub.join(member_of(id), request.scope, {request.info, request.presence},
                    before_more(id, [this, id, request](const bus::Reply& granted) {
                      if (granted.ok() && connections_.contains(id))
                        doorway_.whereabouts.joined(id, request.scope);
                      if (granted.ok() && request.presence)
                        hear(id, Audience::presence(request.scope));
                      reply(id, request, granted);
                    }));
}

// What was asked before is answered before: nothing is heard of the scope once this is answered.
void RichDoor::leave(net::ConnId id, const Request& request) {
  doorway_.hub.leave(member_of(id), request.scope, [this, id, request](const bus::Reply& left) {
    doorway_.whereabouts.left(id, request.scope);
    const std::string below = request.scope == "/" ? "/" : request.scope + "/";
    forget(id, [&](const std::string& topic) {
      return topic.starts_with(request.scope + "\n") || topic.starts_with(below);
    });
    reply(id, request, left);
  });
}

void RichDoor::use(net::ConnId id, const Request& request) {
  doorway_.hub.use(member_of(id), request.scope, request.object,
                   {request.persistent, request.epoch, request.version},
                   before_more(id, [this, id, request](const bus::Reply& granted) {
                     reply(id, request, granted);
                     if (!granted.ok()) return;
                     hear(id, Audience::topic(request.scope, request.object));
                     send(id, granted.body);
                   }));
}

void RichDoor::release(net::ConnId id, const Request& request) {
  doorway_.hub.release(member_of(id), request.scope, request.object,
                       [this, id, request](const bus::Reply& released) {
                         const std::string topic = Audience::topic(request.scope, request.object);
                         forget(id, [&](const std::string& heard) { return heard == topic; });
                         reply(id, request, released);
                       });
}

void RichDoor::mailbox(net::ConnId id, const Request& request) {
  using wire::Kind;
  if (request.kind == Kind::kRegister) {
    std::optional<Millis> lifetime;
    if (request.lifetime) lifetime = Millis{*request.lifetime};
    doorway_.hub.open_mailbox(member_of(id), request.identity, {lifetime, request.connections},
                              answer(id, request));
  } else if (request.kind == Kind::kUnregister) {
    doorway_.hub.close_mailbox(member_of(id), request.identity, answer(id, request));
  }
}

// Another token of the same user, with what it claims from now on. While there is no hub nobody
// need be asked: it is told when it is back, and may refuse the member then.
void RichDoor::refresh(net::ConnId id, const Request& request) {
  const std::string& user = doorway_.visitors.user(id);
  auto visitor = doorway_.visitors.of_token(request.token, "user " + user, wall_now());
  if (!visitor) return send(id, wsproto::refused(request.id, "bad_token", visitor.error().text));
  if (visitor->user != user) {
    return send(id,
                wsproto::refused(request.id, "bad_token", "token: it is of another user (sub)"));
  }
  const std::string claims = visitor->credentials.text();
  bus::Done done = [this, id, request, visitor = *std::move(visitor)](const bus::Reply& known) {
    if (!connections_.contains(id)) return;
    if (!known.ok()) return reply(id, request, known);
    doorway_.visitors.admit(id, visitor);
    if (!request.id.empty()) send(id, wsproto::refreshed(request.id, visitor.expires));
  };
  if (doorway_.hub.connected())
    return doorway_.hub.introduce(member_of(id), claims, std::move(done));
  doorway_.hub.introduce(member_of(id), claims);
  done({});
}

bus::Done RichDoor::answer(net::ConnId id, const Request& request) {
  bus::Done done = [this, id, request](const bus::Reply& answered) {
    reply(id, request, answered);
  };
  return reads(request.kind) ? before_more(id, std::move(done)) : done;
}

// The answer may be as large as the queue, and room is made for one: the client is heard again when
// it has come, or when there is no hub that would send it.
bus::Done RichDoor::before_more(net::ConnId id, bus::Done done) {
  if (!doorway_.hub.connected()) return done;
  doorway_.server.want_messages(id, false);
  asking_.insert(id);
  return [this, id, done = std::move(done)](const bus::Reply& answered) {
    done(answered);
    if (asking_.erase(id) > 0) doorway_.listen_to(id);
  };
}

void RichDoor::hub_lost() {
  for (const net::ConnId id : std::exchange(asking_, {})) doorway_.listen_to(id);
}

void RichDoor::reply(net::ConnId id, const Request& request, const bus::Reply& reply) {
  if (!reply.ok() && !reply.body.empty()) {
    return send(id, wsproto::refused(request.id, reply.body));
  }
  if (!reply.ok()) return send(id, wsproto::refused(request.id, reply.code, reply.message));
  if (!request.id.empty())
    send(id, wsproto::done(request.id, request.kind, {reply.epoch, reply.version}, reply.body));
}

// A connection may have closed, or left, while the hub was asked.
void RichDoor::hear(net::ConnId id, const std::string& topic) {
  const auto connection = connections_.find(id);
  if (connection == connections_.end()) return;
  connection->second.topics.insert(topic);
  audience_.add(topic, id);
}

void RichDoor::forget(net::ConnId id, const std::function<bool(const std::string& topic)>& which) {
  const auto connection = connections_.find(id);
  if (connection == connections_.end()) return;
  std::erase_if(connection->second.topics, [&](const std::string& topic) {
    if (!which(topic)) return false;
    audience_.remove(topic, id);
    return true;
  });
}

void RichDoor::advise(std::string_view reason, Millis spread) {
  std::minstd_rand random{std::random_device{}()};
  std::uniform_int_distribution<Millis::rep> after{0, spread.count()};
  for (const auto& [id, connection] : connections_) {
    send(id, wsproto::advice(reason, Millis{after(random)}));
  }
}

void RichDoor::closed(net::ConnId id) {
  forget(id, [](const std::string&) { return true; });
  connections_.erase(id);
  asking_.erase(id);
}

bool RichDoor::tell(net::ConnId id, std::string_view event) {
  return doorway_.server.send(id, net::Frame::text(event)) == net::Sent::kQueued;
}

void RichDoor::tell_all(std::span<const net::ConnId> ids, std::string_view event) {
  if (!ids.empty()) doorway_.server.broadcast(ids, net::Frame::text(event));
}

void RichDoor::event(const wire::FrameView& event) {
  const bool presence = event.header.kind == wire::Kind::kMember;
  const auto listeners = audience_.of(presence ? Audience::presence(event.scope)
                                               : Audience::topic(event.scope, event.name));
  if (!listeners.empty()) doorway_.server.broadcast(listeners, net::Frame::text(event.body));
}

}  // namespace so::gateway
