// What RTMP clients ask for.
#include <utility>

#include <fmt/format.h>

#include "base/log.h"
#include "ingest.h"
#include "rtmp/capabilities.h"
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
  const auto reject = [&](std::string_view why) {
    client.session.reject_connect("NetConnection.Connect.Rejected", why);
  };
  auto scope =
      wire::scope_of_url(request.path.path, wire::query_value(request.path.query, "scope"));
  if (!scope) return reject(scope.error().text);
  if (!hub_.connected()) return reject("There is no hub at present.");
  if (const auto known = prove(id, request); !known) return reject(known.error().text);
  client.capabilities = rtmp::capabilities(request.object);
  amf::Members answer = rtmp::enhanced_answer(request.object);
  if (verifier_ && !proof_optional_ && client.proof.claims.empty()) {
    client.wanted = *std::move(scope);  // encoders have their token in the stream's name
    answer.push_back({"member", amf::Value::string(hub_.member_id(member_of(id)))});
    return client.session.accept_connect(answer);
  }
  hub_.join(member_of(id), *scope, {},
            [this, id, scope = *scope, answer = std::move(answer)](const bus::Reply& reply) {
              joined(id, scope, answer, reply);
            });
}

void Ingest::joined(net::ConnId id, const std::string& scope, amf::Members answer,
                    const bus::Reply& reply) {
  Client* client = find(id);
  if (client == nullptr) return;
  if (reply.ok()) {
    client->scope = scope;
    answer.push_back({"member", amf::Value::string(hub_.member_id(member_of(id)))});
    client->session.accept_connect(answer);
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

// Who has waited in vain, and publishers that did not come back.
void Ingest::end_waiting() {
  const TimePoint now = loop_.now();
  std::vector<std::string> ended;
  for (const auto& [name, until] : lost_) {
    if (until <= now) ended.push_back(name);
  }
  for (const std::string& name : ended) {
    lost_.erase(name);
    tell_end(name);
  }
  std::vector<Waiting> late;
  std::erase_if(waiting_, [&](const Waiting& waiting) {
    if (waiting.until <= now) late.push_back(waiting);
    return waiting.until <= now;
  });
  for (const auto& [player, name, until] : late) {
    Client* client = find(player.client);
    client->plays.erase(player.stream);
    client->session.play_failed(player.stream, "NetStream.Play.StreamNotFound",
                                fmt::format("Nobody has published {}.", name));
    send_owed(player.client, *client);
    leave(name, player);
  }
}

void Ingest::source_begins(const std::string& name) {
  const bool missed = lost_.erase(name) > 0;
  std::erase_if(waiting_, [&](const Waiting& waiting) { return waiting.name == name; });
  for (const StreamKey& player : stream(name).players()) {
    Client* client = find(player.client);
    if (client == nullptr || missed) continue;  // those were not told of the end either
    client->session.status(player.stream, "status", "NetStream.Play.PublishNotify",
                           "The stream is published.");
    send_owed(player.client, *client);
  }
}

void Ingest::slow(const StreamKey& player) {
  Client* client = find(player.client);
  if (client == nullptr) return;
  ++counters_.slow_players;
  client->session.status(player.stream, "warning", "NetStream.Play.InsufficientBW",
                         "Frames are left out up to a key frame.");
  send_owed(player.client, *client);
}

void Ingest::stuck(const StreamKey& player) {
  ++counters_.stuck_players;
  connections_.abort(player.client, "too slow a player");
}

void Ingest::leave(const std::string& name, const StreamKey& player) {
  const auto entry = streams_.find(name);
  if (entry == streams_.end()) return;
  entry->second.remove_player(player);
  std::erase_if(waiting_, [&](const Waiting& waiting) { return waiting.player == player; });
  if (!entry->second.has_players()) hub_.unfollow(name);
  forget_if_idle(name);
}

// Fetched streams are fetched for players only.
void Ingest::forget_if_idle(const std::string& name) {
  const auto entry = streams_.find(name);
  if (entry == streams_.end() || entry->second.has_players() || entry->second.is_here()) return;
  streams_.erase(entry);
  lost_.erase(name);
}

Stream& Ingest::stream(const std::string& name) {
  const auto found = streams_.find(name);
  if (found != streams_.end()) return found->second;
  StreamHandlers handlers{.skips = [this](const StreamKey& player) { slow(player); },
                          .stuck = [this](const StreamKey& player) { stuck(player); }};
  return streams_.try_emplace(name, loop_, connections_, options_.stream, std::move(handlers))
      .first->second;
}

void Ingest::on(net::ConnId id, const rtmp::SharedObjectMessage& message) {
  if (is_stranger(id)) return;
  ++counters_.object_messages;
  counters_.unknown_events += message.skipped;
  objects_.message(id, find(id)->scope, message);
}

void Ingest::on(net::ConnId id, const rtmp::Call& call) {
  if (is_stranger(id)) return;
  calls_.call(id, find(id)->scope, call);
}

void Ingest::on(net::ConnId id, const rtmp::Reply& reply) {
  calls_.reply(id, reply);
}

}  // namespace so::ingest
