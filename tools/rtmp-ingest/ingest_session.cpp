// What RTMP clients ask for.
#include <utility>

#include <fmt/format.h>

#include "base/log.h"
#include "ingest.h"
#include "wire/path.h"

namespace so::ingest {
namespace {

std::string_view connect_code(std::string_view code) {
  return code == "no_application" ? "NetConnection.Connect.InvalidApp"
                                  : "NetConnection.Connect.Rejected";
}

}  // namespace

void Ingest::on(net::ConnId id, const rtmp::ConnectRequest& request) {
  Client& client = *find(id);
  const auto scope =
      wire::scope_of_url(request.path.path, wire::query_value(request.path.query, "scope"));
  if (!scope)
    return client.session.reject_connect("NetConnection.Connect.Rejected", scope.error().text);
  if (!hub_.connected())
    return client.session.reject_connect("NetConnection.Connect.Rejected",
                                         "There is no hub at present.");
  hub_.join(member_of(id), *scope, {},
            [this, id, scope = *scope](const bus::Reply& reply) { joined(id, scope, reply); });
}

void Ingest::joined(net::ConnId id, const std::string& scope, const bus::Reply& reply) {
  Client* client = find(id);
  if (client == nullptr) return;
  if (reply.ok()) {
    client->scope = scope;
    client->session.accept_connect({{"member", amf::Value::string(hub_.member_id(member_of(id)))}});
    log::info("{} has joined {}", to_string(client->peer), scope);
  } else {
    log::info("{} was refused {}: {}", to_string(client->peer), scope, reply.message);
    const bool decided = reply.code == "denied";  // by a rule, which has a reason
    client->session.reject_connect(
        connect_code(reply.code), reply.message,
        decided ? amf::Value::string(reply.message) : amf::Value::null());
  }
  turn(id);
}

// A stream's scope may lie below the one that the client has joined: clients cut URLs in different
// places.
void Ingest::on(net::ConnId id, const rtmp::PublishRequest& request) {
  const std::string name = "/" + request.path.path;
  const auto refuse = [&](std::string_view why) {
    find(id)->session.publish_failed(request.stream, "NetStream.Publish.BadName", why);
  };
  if (wire::parent_path(name) == "/") return refuse("The stream has no name.");
  const auto here = streams_.find(name);
  if (elsewhere_.contains(name) || (here != streams_.end() && here->second.is_here())) {
    return refuse("The stream is published already.");
  }
  const auto endpoint = stream(name).publish_here();
  if (!endpoint) {
    log::error("{}: {}", name, endpoint.error().text);
    return find(id)->session.publish_failed(request.stream, "NetStream.Publish.Denied",
                                            "The server cannot take it at present.");
  }
  hub_.join(member_of(id), wire::parent_path(name), {});
  hub_.publish(member_of(id), name, {.endpoint = *endpoint},
               [this, id, stream = request.stream, name](const bus::Reply& reply) {
                 published(id, stream, name, reply);
               });
}

void Ingest::published(net::ConnId id, std::uint32_t stream, const std::string& name,
                       const bus::Reply& reply) {
  Client* client = find(id);
  if (client == nullptr || !reply.ok()) {
    if (client == nullptr && reply.ok()) hub_.unpublish(member_of(id), name);
    end_publish(name);
  }
  if (client == nullptr) return;
  if (reply.ok()) {
    client->publishes.insert_or_assign(stream, name);
    client->session.publish_started(stream);
    log::info("{} publishes {}", to_string(client->peer), name);
  } else {
    log::info("{} was refused to publish {}: {}", to_string(client->peer), name, reply.message);
    client->session.publish_failed(
        stream, reply.code == "in_use" ? "NetStream.Publish.BadName" : "NetStream.Publish.Denied",
        reply.message);
  }
  turn(id);
}

void Ingest::on(net::ConnId id, const rtmp::PublishEnd& end) {
  Client& client = *find(id);
  const auto entry = client.publishes.find(end.stream);
  if (entry == client.publishes.end()) return;
  const std::string name = entry->second;
  client.publishes.erase(entry);
  hub_.unpublish(member_of(id), name);
  end_publish(name);
}

// Its players are told, and stay: the stream may come back.
void Ingest::end_publish(const std::string& name) {
  const auto entry = streams_.find(name);
  if (entry == streams_.end()) return;
  entry->second.end_source();
  for (const StreamKey& player : entry->second.players()) {
    Client* client = find(player.client);
    if (client == nullptr) continue;
    client->session.end_of_stream(player.stream);
    connections_.send(player.client, client->session.take_output());
  }
  log::info("{} has ended", name);
  forget_if_idle(name);
}

// The session tells nothing more until it is decided.
void Ingest::on(net::ConnId id, const rtmp::PlayRequest& request) {
  const std::string name = "/" + request.path.path;
  hub_.may_play(member_of(id), name,
                [this, id, stream = request.stream, name](const bus::Reply& reply) {
                  may_play(id, stream, name, reply);
                });
}

void Ingest::may_play(net::ConnId id, std::uint32_t stream, const std::string& name,
                      const bus::Reply& reply) {
  Client* client = find(id);
  if (client == nullptr) return;
  if (reply.ok()) {
    play(id, stream, name);
  } else {
    log::info("{} was refused to play {}: {}", to_string(client->peer), name, reply.message);
    client->session.play_failed(stream, "NetStream.Play.Failed", reply.message);
  }
  turn(id);
}

void Ingest::play(net::ConnId id, std::uint32_t message_stream, const std::string& name) {
  Client& client = *find(id);
  const auto elsewhere = elsewhere_.find(name);
  const auto here = streams_.find(name);
  const bool live =
      (here != streams_.end() && here->second.has_source()) || elsewhere != elsewhere_.end();
  if (!live) {
    return client.session.play_failed(message_stream, "NetStream.Play.StreamNotFound",
                                      fmt::format("There is no stream {}.", name));
  }
  Stream& source = stream(name);
  if (!source.has_source()) {
    if (const auto fetched = source.fetch(elsewhere->second); !fetched) {
      log::error("{}: {}", name, fetched.error().text);
      return client.session.play_failed(message_stream, "NetStream.Play.Failed",
                                        "The stream cannot be fetched.");
    }
  }
  if (!source.has_players()) hub_.follow(name, {.meta = true, .streams = false, .latest = false});
  client.plays.insert_or_assign(message_stream, name);
  client.session.play_started(message_stream);
  connections_.send(
      id,
      client.session.take_output());  // before the media, which does not pass through the session
  source.add_player({id, message_stream});
}

void Ingest::on(net::ConnId id, const rtmp::PlayEnd& end) {
  Client& client = *find(id);
  const auto entry = client.plays.find(end.stream);
  if (entry == client.plays.end()) return;
  const std::string name = entry->second;
  client.plays.erase(entry);
  leave(name, {id, end.stream});
}

void Ingest::leave(const std::string& name, const StreamKey& player) {
  const auto entry = streams_.find(name);
  if (entry == streams_.end()) return;
  entry->second.remove_player(player);
  if (!entry->second.has_players()) hub_.unfollow(name);
  forget_if_idle(name);
}

// Fetched streams are fetched for players only.
void Ingest::forget_if_idle(const std::string& name) {
  const auto entry = streams_.find(name);
  if (entry != streams_.end() && !entry->second.has_players() && !entry->second.is_here())
    streams_.erase(entry);
}

Stream& Ingest::stream(const std::string& name) {
  return streams_.try_emplace(name, loop_, connections_, options_.stream).first->second;
}

void Ingest::on(net::ConnId id, const rtmp::Media& media) {
  const Client& client = *find(id);
  const auto name = client.publishes.find(media.stream);
  if (name != client.publishes.end()) stream(name->second).media(media);
}

void Ingest::on(net::ConnId id, const rtmp::Pause& pause) {
  const Client& client = *find(id);
  const auto name = client.plays.find(pause.stream);
  if (name != client.plays.end()) stream(name->second).pause({id, pause.stream}, pause.paused);
}

void Ingest::on(net::ConnId id, const rtmp::Receive& receive) {
  const Client& client = *find(id);
  const auto name = client.plays.find(receive.stream);
  if (name != client.plays.end())
    stream(name->second).receive({id, receive.stream}, receive.kind, receive.wanted);
}

void Ingest::on(net::ConnId id, const rtmp::SharedObjectMessage& message) {
  ++counters_.object_messages;
  counters_.unknown_events += message.skipped;
  objects_.message(id, find(id)->scope, message);
}

void Ingest::on(net::ConnId id, const rtmp::Call& call) {
  calls_.call(id, find(id)->scope, call);
}

void Ingest::on(net::ConnId id, const rtmp::Reply& reply) {
  calls_.reply(id, reply);
}

}  // namespace so::ingest
