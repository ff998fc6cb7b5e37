// Publishers: whose a name is, what they send, and how it ends.
#include <algorithm>
#include <utility>

#include "base/log.h"
#include "bus/call_bodies.h"
#include "ingest.h"
#include "wire/path.h"

namespace so::ingest {

// A stream's scope may lie below the one that the client has joined: clients cut URLs in different
// places.
void Ingest::on(net::ConnId id, const rtmp::PublishRequest& request) {
  const Asked asked{id, request.stream, "/" + request.path.path, request.type};
  if (wire::parent_path(asked.name) == "/") {
    return find(id)->session.publish_failed(asked.stream, "NetStream.Publish.BadName",
                                            "The stream has no name.");
  }
  admit(id, request.path.query, [this, asked](const Status& known) {
    if (!known) return refuse_publish(asked, "NetStream.Publish.Denied", known.error().text);
    if (users_.passwords && find(asked.id)->proof.claims.empty())
      return refuse_publish(asked, "NetStream.Publish.Denied", "User and password are wanted.");
    hub_.join(member_of(asked.id), wire::parent_path(asked.name), {}, [this, asked](const auto& r) {
      if (find(asked.id) == nullptr) return;
      r.ok() ? ask_to_publish(asked) : refuse_publish(asked, "NetStream.Publish.Denied", r.message);
    });
  });
}

// What is published already is asked for as well: only whom the hub would let may knock.
void Ingest::ask_to_publish(const Asked& asked) {
  const auto here = streams_.find(asked.name);
  const bool taken =
      (here != streams_.end() && here->second.is_here()) || elsewhere_.contains(asked.name);
  std::string endpoint;
  if (!taken) {
    auto opened = stream(asked.name).publish_here();
    if (!opened) {
      log::error("{}: {}", asked.name, opened.error().text);
      return refuse_publish(asked, "NetStream.Publish.Denied",
                            "The server cannot take it at present.");
    }
    endpoint = std::move(*opened);
  }
  hub_.publish(member_of(asked.id), asked.name, {.endpoint = endpoint},
               [this, asked, taken](const bus::Reply& reply) { published(asked, taken, reply); });
}

void Ingest::published(const Asked& asked, bool taken, const bus::Reply& reply) {
  Client* client = find(asked.id);
  if (client == nullptr) {
    if (reply.ok()) hub_.unpublish(member_of(asked.id), asked.name);
    if (!taken) withdraw(asked.name);
    return;
  }
  if (!reply.ok()) {
    if (taken && reply.code == "in_use") return knock(asked, reply);
    if (!taken) withdraw(asked.name);
    return refuse_publish(
        asked, reply.code == "in_use" ? "NetStream.Publish.BadName" : "NetStream.Publish.Denied",
        reply.message);
  }
  if (taken) return ask_to_publish(asked);  // whoever had it has left meanwhile
  Publication publication{asked.name, {asked.id, asked.stream}, &stream(asked.name)};
  const auto entry = publications_.insert_or_assign(asked.name, std::move(publication)).first;
  client->publishes.insert_or_assign(asked.stream, &entry->second);
  client->session.publish_started(asked.stream);
  log::info("{} publishes {}", to_string(client->peer), asked.name);
  if (asked.type == "record" || asked.type == "append") begin_record(entry->second, asked.type);
  source_begins(asked.name);
  turn(asked.id);
}

void Ingest::refuse_publish(const Asked& asked, std::string_view code, std::string_view why) {
  Client* client = find(asked.id);
  log::info("{} was refused to publish {}: {}", to_string(client->peer), asked.name, why);
  client->session.publish_failed(asked.stream, code, why);
  turn(asked.id);
}

net::ConnId Ingest::publisher_of(const std::string& name) const {
  const auto entry = publications_.find(name);
  return entry == publications_.end() ? net::ConnId{} : entry->second.from.client;
}

// Who has the name is asked for a sign of life. A publisher whose network is gone would keep its
// own return out.
void Ingest::knock(const Asked& asked, const bus::Reply& reply) {
  const bool waits = std::ranges::any_of(
      knocks_, [&](const Knock& each) { return each.asked && each.asked->name == asked.name; });
  const net::ConnId holder = publisher_of(asked.name);
  Client* client = find(holder);
  if (waits || holder == asked.id || (client == nullptr && !elsewhere_.contains(asked.name)))
    return refuse_publish(asked, "NetStream.Publish.BadName", reply.message);
  if (client == nullptr) return knock_elsewhere(asked);
  await_sign(*client, {.holder = holder, .asked = asked});
}

// At the edge where it is. One that is dead is gone when it is answered.
void Ingest::knock_elsewhere(const Asked& asked) {
  constexpr Millis kWithin{5000};
  constexpr unsigned kKnocks = 2;  // it may be gone there and still known to the hub
  const std::string body = bus::call_body({.timeout = kWithin, .to = elsewhere_.at(asked.name).id});
  hub_.call(member_of(asked.id), wire::parent_path(asked.name), kKnock, body,
            [this, asked](const bus::Reply& reply) {
              if (find(asked.id) == nullptr) return;
              Asked again = asked;
              const bool gone = reply.code == "gone" || reply.code == "not_found";
              if (gone && ++again.knocks <= kKnocks) return ask_to_publish(again);
              refuse_publish(asked, "NetStream.Publish.BadName",
                             "The stream is published already.");
            });
}

void Ingest::knocked(const wire::FrameView& call) {
  constexpr std::ptrdiff_t kAtOnce = 8;
  const auto holder = static_cast<net::ConnId>(call.header.member);
  const std::string id = bus::call_id(call.body);
  Client* client = find(holder);
  if (client == nullptr) return hub_.answer(call.header.member, id, {.code = "gone"});
  const auto knocks = std::ranges::count(knocks_, holder, &Knock::holder);
  if (client->publishes.empty() || knocks >= kAtOnce)
    return hub_.answer(call.header.member, id, {.code = "limit"});
  await_sign(*client, {.holder = holder, .call = id});
}

void Ingest::await_sign(Client& holder, Knock knock) {
  knock.received = holder.session.received();
  knock.until = loop_.now() + options_.publisher_dead;
  holder.session.ping(loop_.now());
  send_owed(knock.holder, holder);
  knocks_.push_back(std::move(knock));
  if (options_.replace_publisher) answer_knocks();
}

void Ingest::answer_knocks() {
  std::vector<Knock> lives;
  std::vector<Knock> free;
  std::erase_if(knocks_, [&](const Knock& knock) {
    const Client* holder = find(knock.holder);
    if (holder == nullptr) {
      free.push_back(knock);
    } else if (options_.replace_publisher || loop_.now() >= knock.until) {
      ++counters_.replaced_publishers;
      connections_.abort(knock.holder, "another publisher has taken over");
      return false;  // until it is gone
    } else if (holder->session.received() > knock.received) {
      lives.push_back(knock);
    } else {
      return false;
    }
    return true;
  });
  for (const Knock& knock : lives) {
    if (knock.asked)
      refuse_publish(*knock.asked, "NetStream.Publish.BadName", "The stream is published already.");
    else
      hub_.answer(member_of(knock.holder), knock.call, {.value = "true"});
  }
  for (const Knock& knock : free) {
    if (knock.asked) ask_to_publish(*knock.asked);  // others hear from the hub that it is gone
  }
}

void Ingest::on(net::ConnId id, const rtmp::PublishEnd& end) {
  Client& client = *find(id);
  const auto entry = client.publishes.find(end.stream);
  if (entry == client.publishes.end()) return;
  const std::string name = entry->second->name;
  end_record(*entry->second, "NetStream.Record.Stop", "The recording is complete.");
  client.publishes.erase(entry);
  hub_.unpublish(member_of(id), name);
  end_publish(name, Ending::kSaid);
}

// Nothing had begun: those who wait for the stream go on waiting.
void Ingest::withdraw(const std::string& name) {
  if (const auto entry = streams_.find(name); entry != streams_.end()) entry->second.end_source();
  forget_if_idle(name);
}

// Its players stay: the stream may come back. One that was lost probably does, and soon.
void Ingest::end_publish(const std::string& name, Ending how) {
  if (const auto ended = publications_.find(name); ended != publications_.end()) {
    end_record(ended->second, "", "");
    publications_.erase(ended);
  }
  const auto entry = streams_.find(name);
  if (entry == streams_.end()) return;
  entry->second.end_source();
  log::info("{} has {}", name, how == Ending::kLost ? "lost its publisher" : "ended");
  if (how == Ending::kSaid || options_.publisher_grace == Millis{0}) return tell_end(name);
  if (entry->second.has_players()) lost_[name] = loop_.now() + options_.publisher_grace;
  forget_if_idle(name);
}

void Ingest::tell_end(const std::string& name) {
  const auto entry = streams_.find(name);
  if (entry == streams_.end()) return;
  for (const StreamKey& player : entry->second.players()) {
    Client* client = find(player.client);
    if (client == nullptr) continue;
    client->session.end_of_stream(player.stream);
    send_owed(player.client, *client);
  }
  forget_if_idle(name);
}

void Ingest::on(net::ConnId id, const rtmp::Media& media) {
  const Client& client = *find(id);
  const auto entry = client.publishes.find(media.stream);
  if (entry == client.publishes.end()) return;
  Publication& publication = *entry->second;
  const Stream& stream = *publication.stream;
  const auto unit = publication.stream->media(media);
  if (!unit) return;
  const media::UnitView view = media::view(*unit);
  record(publication, view);
  const auto told = told_data_.of(view, id, loop_.now());
  if (told.dropped) ++counters_.untold_data;
  tell_hub(hub_, member_of(id), publication.name, *unit, told);
  publication.report.tell(hub_, {member_of(id), publication.name, stream.player_count()}, view,
                          stream.stats(), loop_.now());
}

void Ingest::begin_record(Publication& publication, std::string_view type) {
  Client& client = *find(publication.from.client);
  const std::uint32_t stream = publication.from.stream;
  const auto no_access = [&](std::string_view why) {
    log::warn("unable to record {}: {}", publication.name, why);
    client.session.status(stream, "error", "NetStream.Record.NoAccess",
                          "The stream is live, but not recorded.");
  };
  if (options_.record.empty()) return no_access("there is no --record");
  const auto mode = type == "append" ? Recording::Mode::kAppend : Recording::Mode::kReplace;
  auto opened = Recording::open(options_.record, publication.name, mode);
  if (!opened) return no_access(opened.error().text);
  publication.recording = std::move(*opened);
  client.session.status(stream, "status", "NetStream.Record.Start", "Recording.");
}

void Ingest::record(Publication& publication, const media::UnitView& unit) {
  if (!publication.recording) return;
  if (const auto added = publication.recording->add(unit); !added)
    end_record(publication, "NetStream.Record.Failed", added.error().text);
}

void Ingest::end_record(Publication& publication, std::string_view code, std::string_view why) {
  if (!publication.recording) return;
  const auto written = publication.recording->flush();
  publication.recording.reset();
  if (!written) log::error("unable to record {}: {}", publication.name, written.error().text);
  Client* client = find(publication.from.client);
  if (client == nullptr || code.empty()) return;
  client->session.status(publication.from.stream, written ? "status" : "error",
                         written ? code : "NetStream.Record.Failed", why);
  send_owed(publication.from.client, *client);
}

}  // namespace so::ingest
