#include <string_view>

#include <fmt/format.h>

#include "hub/events.h"
#include "hub/listing.h"
#include "hub/requests.h"
#include "hub/state.h"
#include "json/write.h"
#include "wire/member.h"
#include "wire/path.h"

namespace so::hub {
namespace {

constexpr std::uint64_t kMillis = 1000;

std::uint64_t to_natural(WallMillis time) {
  return static_cast<std::uint64_t>(time.count());
}

void append(json::Writer& to, std::string_view name, const Tally& tally) {
  to.key(name).object().key("now").natural(tally.now).key("most").natural(tally.most);
  to.key("total").natural(tally.total).end();
}

void append(json::Writer& to, const ScopeCounters& counters) {
  to.key("created").natural(to_natural(counters.created));
  append(to, "connections", counters.connections);
  append(to, "rooms", counters.rooms);
  append(to, "objects", counters.objects);
  append(to, "streams", counters.streams);
  to.key("changes").natural(counters.changes);
}

void append(json::Writer& to, const SharedObject& object) {
  const ObjectCounters& counters = object.counters;
  to.key("persistent").boolean(object.persistent()).key("version").natural(object.version());
  to.key("created").natural(counters.created * kMillis).key("users").object();
  to.key("now").natural(object.users.members()).key("most").natural(counters.most_users);
  to.key("total").natural(counters.total_users).end();
  to.key("sets").natural(counters.sets).key("deletes").natural(counters.deletes);
  to.key("sends").natural(counters.sends).key("attributes").natural(object.attributes().size());
  to.key("bytes").natural(object.attributes().bytes());
}

void append(json::Writer& to, const Totals& totals) {
  constexpr std::array<std::string_view, Totals::kVerdicts> kVerdicts{"ok", "noop", "dup", "gap",
                                                                      "cas"};
  to.key("hub").object().key("started").natural(to_natural(totals.started));
  to.key("tools").natural(totals.tools).key("members").natural(totals.members);
  to.key("scopes").natural(totals.scopes).key("objects").natural(totals.objects);
  to.key("data_bytes").natural(totals.data_bytes).key("log_bytes").natural(totals.log_bytes);
  to.key("streams").natural(totals.streams).key("metadata").object();
  to.key("values").natural(totals.metadata_values).key("bytes").natural(totals.metadata_bytes);
  to.key("forgotten").natural(totals.metadata_forgotten).end();
  std::uint64_t requests = 0;
  for (const std::uint64_t count : totals.requests) requests += count;
  to.key("requests").natural(requests).key("changes").object();
  for (std::size_t i = 0; i < kVerdicts.size(); ++i) {
    to.key(kVerdicts.at(i)).natural(totals.verdicts.at(i));
  }
  to.end().key("refusals").object();
  for (const auto& [why, count] : totals.refusals) to.key(to_text(why)).natural(count);
  to.end().key("resumed").natural(totals.resumed).key("restarted").natural(totals.restarted);
  to.end();
}

}  // namespace

void Hub::State::count(wire::Kind request, const Outcome<Reply>& reply) {
  const auto kind = static_cast<std::size_t>(request);
  ++totals_.requests.at(kind < Totals::kKinds ? kind : 0);
  if (!reply) ++totals_.refusals[reply.error().why];
}

Totals Hub::State::totals() const {
  Totals totals = totals_;
  totals.tools = tools_.size();
  for (const auto& [id, tool] : tools_) totals.members += tool.members.size();
  totals.scopes = scopes_.size();
  totals.objects = objects_.size();
  totals.data_bytes = objects_.holdings().data;
  totals.log_bytes = objects_.holdings().logs;
  totals.streams = streams_.size();
  totals.metadata_values = metadata_.values();
  totals.metadata_bytes = metadata_.bytes();
  totals.metadata_forgotten = metadata_.forgotten();
  return totals;
}

Outcome<Hub::State::Reply> Hub::State::stat(const Call& call) {
  const auto request = Stat::read(call.body);
  if (!request) return fail(request.error());
  const std::string_view path = call.frame.scope;
  if (auto good = check_path(path); !good) return fail(good.error());
  if (auto good = access_.check_connect(path, who_asks(call)); !good) return fail(good.error());
  const Scope* scope = scopes_.find(path);
  if (scope == nullptr) return refuse(Why::kNotFound, fmt::format("no scope {}", path));
  json::Writer body;
  body.object().key("scope").string(path);
  if (call.frame.name.empty()) {
    append(body, scope->counters);
    if (scope->parent == nullptr) append(body, totals());
    Listing reply{body.text()};
    const bool presence =
        access_.check(policy::Action::kPresence, {.scope = path}, who_asks(call)).has_value();
    if (request->list) list_counters(*scope, presence, reply);
    return Reply{reply.finish()};
  }
  const SharedObject* object = Objects::find(*scope, call.frame.name);
  if (object == nullptr) {
    return refuse(Why::kNotFound, fmt::format("no object {} in {}", call.frame.name, path));
  }
  append(body.key("object").string(object->name()), *object);
  return Reply{body.end().take()};
}

// In no particular order: there may be very many, and who shows them sorts them.
void Hub::State::list_counters(const Scope& scope, bool presence, Listing& reply) const {
  reply.open("room_list");
  for (const std::string& room : scope.rooms) {
    json::Writer item;
    const std::string path = scope.parent == nullptr ? "/" + room : scope.path + "/" + room;
    append(item.object().key("name").string(room), scopes_.find(path)->counters);
    if (!reply.add(item.end().text())) break;
  }
  reply.close();
  reply.open("object_list");
  for (const auto& object : scope.objects) {
    if (object->name().empty()) continue;
    json::Writer item;
    append(item.object().key("name").string(object->name()), *object);
    if (!reply.add(item.end().text())) break;
  }
  reply.close();
  if (!presence) return;
  reply.open("member_list");
  for (const auto& [id, attendance] : scope.members) {
    json::Writer item;
    append_shown(item.object(), {wire::to_text(id), attendance.user, attendance.info});
    if (!reply.add(item.end().text())) break;
  }
  reply.close();
}

}  // namespace so::hub
