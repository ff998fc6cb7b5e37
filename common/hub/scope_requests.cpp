#include <algorithm>

#include <fmt/format.h>

#include "hub/events.h"
#include "hub/listing.h"
#include "hub/requests.h"
#include "hub/state.h"
#include "json/write.h"
#include "wire/path.h"

namespace so::hub {
namespace {

Shown shown_of(std::string_view member, const Attendance& attendance) {
  return {member, attendance.user, attendance.info};
}

void list_members(const Scope& scope, Listing& reply) {
  reply.open("members");
  for (const auto& [id, attendance] : scope.members) {
    json::Writer item;
    append_shown(item.object(), shown_of(wire::to_text(id), attendance));
    if (!reply.add(item.end().text())) break;
  }
  reply.close();
}

void list_rooms(const Scope& scope, Listing& reply) {
  reply.open("rooms");
  for (const std::string& room : scope.rooms) {
    if (!reply.add(json::Writer{}.string(room).text())) break;
  }
  reply.close();
}

void list_objects(const Scope& scope, Listing& reply) {
  std::vector<const SharedObject*> objects;
  for (const auto& object : scope.objects) {
    if (object->name().empty()) continue;  // the scope's own is not one of its objects
    objects.push_back(object.get());
  }
  std::sort(objects.begin(), objects.end(),
            [](const auto* a, const auto* b) { return a->name() < b->name(); });
  reply.open("objects");
  for (const SharedObject* object : objects) {
    json::Writer item;
    item.object().key("name").string(object->name()).key("persistent");
    item.boolean(object->persistent()).key("version").natural(object->version());
    if (!reply.add(item.key("users").natural(object->users.members()).end().text())) break;
  }
  reply.close();
}

void list_streams(const std::vector<const Stream*>& streams, TimePoint now, Listing& reply) {
  reply.open("streams");
  for (const Stream* stream : streams) {
    json::Writer item;
    item.object().key("stream").string(stream->path).key("publisher");
    item.string(wire::to_text(stream->publisher));
    if (const StreamRates* rates = stream->rates(now)) {
      item.key("rates").object().key("bytes_per_second").natural(rates->bytes_per_second);
      item.key("frames_per_second").natural(rates->frames_per_second);
      item.key("gop").natural(rates->gop).key("players").natural(rates->players).end();
    }
    if (!reply.add(item.end().text())) break;
  }
  reply.close();
}

}  // namespace

void Hub::State::begin_presence(Scope& scope) {
  if (scope.presence_epoch == 0) scope.presence_epoch = sources_.incarnation + ++presences_;
}

// `about` is in the scope yet.
void Hub::State::tell_watchers(std::string_view event, Scope& scope, const Member& about,
                               Effects& out) {
  begin_presence(scope);
  ++scope.presence_version;
  if (scope.watchers.tools().empty() && !seen_.wants(policy::Topic::kMember)) return;
  Shown shown = shown_of(about.text, scope.members.at(about.id));
  if (event == "leave") shown.info = {};
  std::string body =
      presence_event(event, scope.path, scope.presence_epoch, scope.presence_version, shown);
  see(policy::Topic::kMember, scope.path, body);
  wire::Frame frame{{.kind = wire::Kind::kMember,
                     .member = about.id.number,
                     .epoch = scope.presence_epoch,
                     .version = scope.presence_version},
                    scope.path,
                    {},
                    std::move(body)};
  tell(scope.watchers.tools(), std::move(frame), about.tool, out);
}

Outcome<Hub::State::Reply> Hub::State::join(const Call& call) {
  if (call.frame.header.member == 0) {
    return refuse(Why::kBadRequest, "member is 0, which is the tool itself");
  }
  const auto request = Join::read(call.body, options_);
  if (!request) return fail(request.error());
  if (auto good = scopes_.check(call.frame.scope); !good) return fail(good.error());
  Member* member = find_member(call);
  const auto* who = request->claims ? request->claims.get() : who_asks(call);
  if (auto good = may_enter(call.frame.scope, member, who); !good) return fail(good.error());
  if (request->presence.value_or(false)) {
    auto good = access_.check(policy::Action::kPresence, {.scope = call.frame.scope}, who);
    if (!good) return fail(good.error());
  }
  if (auto good = check_room_for(call, member); !good) return fail(good.error());
  const auto scope = make_scope(call.frame.scope, call.now);
  if (!scope) return fail(scope.error());

  if (member == nullptr) member = &add_member(call.tool, call.frame.header.member);
  if (request->claims) member->claims = request->claims;
  if (!(*scope)->members.contains(member->id)) {
    enter(*member, **scope, request->info.value_or("{}"), call.out);
  } else if (request->info) {
    show(*member, **scope, *request->info, call.out);
  }
  if (request->presence) watch(*member, **scope, *request->presence);
  Listing reply{fmt::format(R"({{"member":"{}")", member->text)};
  if (!request->presence.value_or(false)) return Reply{reply.finish()};
  list_members(**scope, reply);
  return Reply{reply.finish(), (*scope)->presence_epoch, (*scope)->presence_version};
}

// Whether the member may join one more scope, and all above it.
Outcome<void> Hub::State::check_room_for(const Call& call, const Member* member) const {
  if (member == nullptr && call.tool.members.size() >= options_.members_per_tool) {
    return refuse(Why::kLimit,
                  fmt::format("members of the tool: {} is the limit", options_.members_per_tool));
  }
  std::size_t scopes = member == nullptr ? 0 : member->scopes.size();
  for (std::string_view path = call.frame.scope; path != "/"; path = wire::parent_path(path)) {
    const Scope* scope = scopes_.find(path);
    if (member == nullptr || scope == nullptr || !scope->members.contains(member->id)) ++scopes;
  }
  if (scopes <= options_.scopes_per_member) return {};
  return refuse(Why::kLimit,
                fmt::format("scopes of the member: {} is the limit", options_.scopes_per_member));
}

Member* Hub::State::find_member(const Call& call) {
  const auto at = call.tool.members.find(call.frame.header.member);
  return at == call.tool.members.end() ? nullptr : &at->second;
}

Member& Hub::State::add_member(Tool& tool, std::uint64_t number) {
  const wire::MemberId id{tool.incarnation, number};
  return tool.members.emplace(number, Member{id, wire::to_text(id), tool.id, {}, {}, {}, {}})
      .first->second;
}

// From the top down, so that others see a member in a room only after they saw it above.
void Hub::State::enter(Member& member, Scope& scope, const std::string& info, Effects& out) {
  if (scope.parent == nullptr || scope.members.contains(member.id)) return;
  enter(member, *scope.parent, info, out);

  scope.members.emplace(
      member.id, Attendance{info, std::string{member.claims ? member.claims->first("sub") : ""}});
  scope.present.add(member.tool);
  scope.counters.connections.enter();
  member.scopes.push_back(&scope);
  tell_watchers("join", scope, member, out);
}

// A member that is there already shows something else of itself.
void Hub::State::show(const Member& member, Scope& scope, const std::string& info, Effects& out) {
  std::string& shown = scope.members.at(member.id).info;
  if (shown == info) return;
  shown = info;
  tell_watchers("join", scope, member, out);
}

void Hub::State::watch(const Member& member, Scope& scope, bool presence) {
  bool& watches = scope.members.at(member.id).presence;
  if (watches == presence) return;
  watches = presence;
  if (presence) {
    scope.watchers.add(member.tool);
  } else {
    scope.watchers.remove(member.tool);
  }
}

Outcome<Hub::State::Reply> Hub::State::leave(const Call& call) {
  if (auto good = check_path(call.frame.scope); !good) return fail(good.error());
  Member* member = find_member(call);
  if (member == nullptr) return Reply{};
  leave_all_within(*member, call.frame.scope, call.now, call.out);
  if (member->scopes.empty()) {
    end_calls_to(call.tool.id, member->id.number, call.out);
    mailboxes_.remove_all(member->id, call.now);
    call.tool.members.erase(member->id.number);
  }
  return Reply{};
}

void Hub::State::leave_all_within(Member& member, std::string_view path, TimePoint now,
                                  Effects& out) {
  for (std::size_t i = member.scopes.size(); i-- > 0;) {
    Scope& scope = *member.scopes[i];
    if (!wire::is_within(scope.path, path)) continue;
    member.scopes.erase(member.scopes.begin() + static_cast<std::ptrdiff_t>(i));
    depart(member, scope, now, out);
  }
}

void Hub::State::depart(Member& member, Scope& scope, TimePoint now, Effects& out) {
  release_all_in(member, scope, now);
  end_streams_in(member, scope, out);
  watch(member, scope, false);
  tell_watchers("leave", scope, member, out);
  scope.members.erase(member.id);
  scope.present.remove(member.tool);
  scope.counters.connections.leave();
  if (!scope.members.empty() || scope.lasting) return;
  if (options_.keep > Millis{0}) {
    empty_rooms_.arm(scope, now + options_.keep);
  } else {
    prune(&scope);
  }
}

// Ends a room that nothing is in and that is not kept, and those above it that were only there for
// it. What is there for the room only ends with it.
void Hub::State::prune(Scope* scope) {
  const auto is_for_room = [](const auto& each) { return each->predefined && !each->persistent(); };
  const auto over = [&](const Scope& room) {
    return !room.lasting && room.waiting == 0 && room.members.empty() && room.rooms.empty() &&
           std::all_of(room.objects.begin(), room.objects.end(), is_for_room);
  };
  while (over(*scope)) {
    while (!scope->objects.empty()) objects_.destroy(**scope->objects.begin());
    scope = &scopes_.remove(*scope);
  }
}

// Who is there, at the version that the last event of it had.
Outcome<Hub::State::Reply> Hub::State::roll_call(const Call& call) {
  const std::string_view path = call.frame.scope;
  if (auto good = scopes_.check(path); !good) return fail(good.error());
  if (auto good = access_.check_connect(path, who_asks(call)); !good) return fail(good.error());
  auto good = access_.check(policy::Action::kPresence, {.scope = path}, who_asks(call));
  if (!good) return fail(good.error());
  Scope* scope = scopes_.find(path);
  if (scope == nullptr) return refuse(Why::kNotFound, fmt::format("no scope {}", path));
  begin_presence(*scope);
  Listing reply{json::Writer{}.object().key("scope").string(path).text()};
  list_members(*scope, reply);
  return Reply{reply.finish(), scope->presence_epoch, scope->presence_version};
}

Outcome<Hub::State::Reply> Hub::State::list(const Call& call) {
  const std::string_view path = call.frame.scope;
  if (path != "/") {
    if (auto good = scopes_.check(path); !good) return fail(good.error());
  }
  if (auto good = access_.check_connect(path, who_asks(call)); !good) return fail(good.error());
  const Scope* scope = scopes_.find(path);
  if (scope == nullptr) return refuse(Why::kNotFound, fmt::format("no scope {}", path));
  std::size_t members = scope->members.size();
  if (scope->parent == nullptr) {
    for (const auto& [id, tool] : tools_) members += tool.members.size();
  }
  json::Writer start;
  start.object().key("scope").string(path).key("members").natural(members);
  Listing reply{start.text()};
  list_rooms(*scope, reply);
  list_objects(*scope, reply);
  list_streams(streams_.in(path), call.now, reply);
  return Reply{reply.finish()};
}

}  // namespace so::hub
