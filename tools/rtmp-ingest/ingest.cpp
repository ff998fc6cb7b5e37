#include "ingest.h"

#include <algorithm>
#include <utility>
#include <variant>

#include "base/log.h"
#include "base/random.h"
#include "rtmp/capabilities.h"

namespace so::ingest {
namespace {

constexpr Millis kTick{250};  // how late a time-out may be noticed; cheaper than a timer a client

void say_closed(Client& client, std::string_view why) {
  client.session.status(0, "status", "NetConnection.Connect.Closed", why);
}

}  // namespace

Ingest::Ingest(IngestOptions options, net::Loop& loop, net::TcpConnections& connections,
               bus::Client& hub)
    : options_(std::move(options)),
      loop_(loop),
      connections_(connections),
      hub_(hub),
      objects_(hub, connections,
               [this](net::ConnId id) -> std::optional<Objects::Voice> {
                 Client* client = find(id);
                 if (client == nullptr) return std::nullopt;
                 return Objects::Voice{client->session.encoding(), client->session.chunk_size()};
               }),
      calls_(hub, {.find =
                       [this](net::ConnId id) {
                         Client* client = find(id);
                         return client == nullptr ? nullptr : &client->session;
                       },
                   .turn = [this](net::ConnId id) { turn(id); }}),
      playbacks_(loop, connections,
                 [this](net::ConnId id) {
                   Client* client = find(id);
                   return client == nullptr ? nullptr : &client->session;
                 }),
      deadline_(loop, [this] { tick(); }) {
  connections.set_handlers(
      {.on_open = [this](net::ConnId id, const net::Address& peer) { opened(id, peer); },
       .on_bytes = [this](net::ConnId id, ByteView bytes) { received(id, bytes); },
       .on_close = [this](net::ConnId id, std::string_view why) { closed(id, why); }});
  hub.listen({.event = [this](const wire::FrameView& frame) { event(frame); },
              .sync = [this](const wire::FrameView& frame) { objects_.event(frame); },
              .link =
                  [](bool connected, std::string_view why) {
                    connected ? log::info("the hub is there")
                              : log::warn("the hub is gone: {}", why);
                  },
              .call =
                  [this](const wire::FrameView& frame) {
                    if (frame.name == kKnock) return knocked(frame);
                    calls_.called(frame, loop_.now());
                  },
              .kick = [this](const wire::FrameView& frame) { kicked(frame); },
              .refused = [this](const wire::FrameView& claim,
                                const bus::Reply& why) { refused(claim, why); }});
  hub.follow("/", {.meta = false, .streams = true, .latest = false});
  deadline_.start(kTick, kTick);
}

Client* Ingest::find(net::ConnId id) {
  const auto entry = clients_.find(id);
  return entry == clients_.end() ? nullptr : entry->second.get();
}

void Ingest::opened(net::ConnId id, const net::Address& peer) {
  clients_.emplace(id,
                   new Client{{options_.session, random_u64(), loop_.now()}, peer, {}, {}, {}, 0});
}

void Ingest::received(net::ConnId id, ByteView bytes) {
  Client* client = find(id);
  if (client == nullptr) return;
  client->session.lend(bytes, loop_.now());
  turn(id);
  client->session.keep();
  connections_.may_wait(id, is_unwatched(*client));
}

// It publishes, and nobody has any of it.
bool Ingest::is_unwatched(const Client& client) {
  const auto watched = [](const auto& entry) { return entry.second->stream->is_watched(); };
  return !client.publishes.empty() && std::ranges::none_of(client.publishes, watched);
}

void Ingest::turn(net::ConnId id) {
  Client* client = find(id);
  if (client == nullptr) return;
  std::string failure;
  while (true) {
    auto event = client->session.next();
    if (!event) failure = event.error().text;
    if (!event || !*event) break;
    std::visit([&](const auto& e) { on(id, e); }, **event);
  }
  send_owed(id, *client);
  connections_.want_bytes(id, client->session.wants_bytes());
  if (!failure.empty()) connections_.close(id, failure);
}

void Ingest::send_owed(net::ConnId id, Client& client) {
  if (Bytes output = client.session.take_output(); !output.empty())
    connections_.send(id, std::move(output));
}

void Ingest::closed(net::ConnId id, std::string_view why) {
  const auto entry = clients_.find(id);
  if (entry == clients_.end()) return;
  const std::unique_ptr<Client> client = std::move(entry->second);
  clients_.erase(entry);
  calls_.closed(id);
  told_data_.forget(id);
  playbacks_.closed(id);
  log::info("{}{}{} has left: {}", to_string(client->peer), client->scope.empty() ? "" : " ",
            client->scope, why);
  for (const auto& [stream, name] : client->plays) leave(name, {id, stream});
  const Ending how = client->session.is_leaving() ? Ending::kSaid : Ending::kLost;
  for (const auto& [stream, publication] : client->publishes) {
    const std::string name = publication->name;  // which ends with it
    end_publish(name, how);
  }
  std::erase_if(knocks_, [id](const Knock& knock) { return knock.asked && knock.asked->id == id; });
  hub_.gone(member_of(id));
  answer_knocks();
  if (clients_.empty() && drained_) std::exchange(drained_, nullptr)();
}

void Ingest::tick() {
  const TimePoint now = loop_.now();
  calls_.tick(now);
  std::vector<net::ConnId> due;
  for (const auto& [id, client] : clients_) {
    if (const auto deadline = client->session.deadline(); deadline && *deadline <= now)
      due.push_back(id);
  }
  for (const net::ConnId id : due) {
    find(id)->session.tick(now);
    turn(id);
  }
  answer_knocks();
  end_waiting();
  for (auto& [name, publication] : publications_) {
    if (publication.recording && !publication.recording->flush())
      end_record(publication, "NetStream.Record.Failed", "The recording cannot be written.");
  }
  if (drained_ && now >= drain_until_) close_all("shutting down");
}

void Ingest::drain(std::function<void()> done) {
  if (clients_.empty()) return done();
  const bool again = drained_ != nullptr;
  drained_ = std::move(done);
  drain_until_ = loop_.now() + options_.drain;
  if (again || options_.drain == Millis{0}) return close_all("shutting down");
  for (const auto& [id, client] : clients_) {
    if ((client->capabilities & rtmp::kReconnect) != 0) {
      client->session.status(0, "status", "NetConnection.Connect.ReconnectRequest",
                             "The server is shutting down.");
      send_owed(id, *client);
    } else {
      say_closed(*client, "The server is shutting down.");
      send_owed(id, *client);
      connections_.close(id, "shutting down");
    }
  }
}

void Ingest::close_all(std::string_view why) {
  for (const auto& [id, client] : clients_) {
    say_closed(*client, "The server is shutting down.");
    send_owed(id, *client);
    connections_.close(id, why);
  }
}

}  // namespace so::ingest
