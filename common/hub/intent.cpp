// What a request would do, and what becomes of it where somebody else refuses that.
#include "hub/intent.h"

#include <algorithm>
#include <array>
#include <utility>

#include "hub/requests.h"
#include "hub/state.h"
#include "wire/path.h"

namespace so::hub {

using policy::Action;

// What the hub refuses by itself is asked nobody.
Intent Hub::State::examine(ToolId from, const wire::FrameView& request) {
  Intent intent;
  const auto tool = tools_.find(from);
  if (tool == tools_.end()) return intent;
  const auto body = read_body(request.body);
  if (!body) return intent;
  auto visitor = visitor_of(request.header.kind, *body);
  if (!visitor) return intent;
  Effects none;
  if (!intend({tool->second, request, *body, {}, none, Wording::kAsSent, *std::move(visitor)},
              intent)) {
    intent.deeds.clear();
  }
  if (intent.deeds.empty()) return intent;
  intent.member = wire::to_text(wire::MemberId{tool->second.incarnation, request.header.member});
  return intent;
}

Outcome<void> Hub::State::intend(const Call& call, Intent& intent) {
  using wire::Kind;
  const Kind kind = call.frame.header.kind;
  if (kind == Kind::kJoin) return intend_join(call, intent);
  if (kind == Kind::kAsk) return intend_play(call, intent);
  const auto* who = who_asks(call);
  if (who == nullptr) return {};
  intent.claims = who->text();
  if (kind == Kind::kUse) return intend_use(call, intent);
  if (kind == Kind::kChange) return intend_change(call, intent);
  if (kind == Kind::kPublish) return intend_publish(call, intent);
  if (kind == Kind::kHistory) return intend_history(call, intent);
  if (kind == Kind::kEmit || kind == Kind::kCall) return intend_visit(call, intent);
  constexpr std::array kLooks{Kind::kGet, Kind::kList, Kind::kMembers, Kind::kStat, Kind::kDrop};
  const bool looks = std::find(kLooks.begin(), kLooks.end(), kind) != kLooks.end();
  return looks ? intend_look(call, intent) : Outcome<void>{};
}

const Member* Hub::State::member_of(ToolId from, const wire::FrameView& request) const {
  const auto tool = tools_.find(from);
  if (tool == tools_.end()) return nullptr;
  const auto at = tool->second.members.find(request.header.member);
  return at == tool->second.members.end() ? nullptr : &at->second;
}

bool Hub::State::is_inside(ToolId from, const wire::FrameView& request) const {
  const Member* member = member_of(from, request);
  const Scope* scope = scopes_.find(request.scope);
  return member != nullptr && scope != nullptr && scope->members.contains(member->id);
}

bool Hub::State::has(ToolId from, const wire::FrameView& undo) const {
  using wire::Kind;
  const auto any = [](const auto& all, auto is_it) {
    return std::any_of(all.begin(), all.end(), is_it);
  };
  const Member* member = member_of(from, undo);
  if (member == nullptr) return false;
  const Kind kind = undo.header.kind;
  if (kind == Kind::kLeave) {
    return any(member->scopes, [&](auto* each) { return wire::is_within(each->path, undo.scope); });
  }
  if (kind == Kind::kRelease) {
    return any(member->uses, [&](auto* each) {
      return each->home().path == undo.scope && each->name() == undo.name;
    });
  }
  if (kind == Kind::kUnpublish) {
    return any(member->streams, [&](const auto& each) { return each == undo.scope; });
  }
  const Mailbox* mailbox = kind == Kind::kUnregister ? mailboxes_.find(undo.name) : nullptr;
  return mailbox != nullptr &&
         any(mailbox->readers, [&](const auto& each) { return each.id == member->id; });
}

// Who is not in a scope is let into it, and into those above, by whoever decides who may join them.
void Hub::State::add_connects(const Call& call, Intent& intent) const {
  for (std::string_view path = call.frame.scope; path != "/"; path = wire::parent_path(path)) {
    if (is_in(call, scopes_.find(path))) continue;
    intent.deeds.push_back({Action::kConnect, std::string{path}});
  }
}

Outcome<void> Hub::State::intend_visit(const Call& call, Intent& intent) const {
  if (!call.visitor.visits) return {};
  if (auto good = check_presence(call); !good) return good;
  add_connects(call, intent);
  return {};
}

Outcome<void> Hub::State::intend_look(const Call& call, Intent& intent) const {
  if (auto good = may_look(call); !good) return good;
  add_connects(call, intent);
  return {};
}

Outcome<void> Hub::State::intend_join(const Call& call, Intent& intent) const {
  const auto request = Join::read(call.body, options_);
  if (!request) return fail(request.error());
  const auto* who = request->claims ? request->claims.get() : who_asks(call);
  if (who == nullptr || call.frame.header.member == 0) return {};
  if (auto good = scopes_.check(call.frame.scope); !good) return good;
  const Member* member = find_member(call);
  if (auto good = may_enter(call.frame.scope, member, who); !good) return good;
  if (auto good = check_room_for(call, member); !good) return good;
  add_connects(call, intent);
  for (std::string_view path = call.frame.scope; path != "/"; path = wire::parent_path(path)) {
    if (scopes_.find(path) == nullptr) {
      intent.deeds.push_back({Action::kCreate, std::string{path}});
    }
  }
  intent.claims = who->text();
  intent.info = request->info.value_or("{}");
  return {};
}

Outcome<void> Hub::State::intend_use(const Call& call, Intent& intent) const {
  if (find_object(call) != nullptr) return {};
  if (const auto scope = joined_scope(call, call.frame.scope); !scope) return fail(scope.error());
  const policy::Subject place{.scope = call.frame.scope, .object = call.frame.name};
  const auto* who = who_asks(call);
  for (const Action action : {Action::kRead, Action::kCreate}) {
    if (auto good = access_.check(action, place, who); !good) return good;
  }
  intent.deeds.push_back(
      {Action::kCreate, std::string{call.frame.scope}, std::string{call.frame.name}});
  return {};
}

Outcome<void> Hub::State::intend_change(const Call& call, Intent& intent) const {
  const auto batch = Batch::read(call.body, options_);
  if (!batch) return fail(batch.error());
  const auto add = [&](Action action) {
    intent.deeds.push_back({action, std::string{call.frame.scope}, std::string{call.frame.name}});
  };
  SharedObject* object = find_object(call);
  const bool inside = is_in(call, scopes_.find(call.frame.scope));
  if (auto good = may_change(call, object, inside); !good) return good;
  add_connects(call, intent);
  const policy::Subject place{.scope = call.frame.scope, .object = call.frame.name};
  if (auto good = access_.check_batch(object, place, *batch, who_asks(call)); !good) return good;
  if (object == nullptr) {
    if (auto good = access_.check(Action::kCreate, place, who_asks(call)); !good) return good;
    add(Action::kCreate);
  }
  policy::Actions told;
  intent.changes = "[";
  for (const Change& change : batch->changes) {
    const Action action = action_of(change);
    if (!told.has(action)) add(action);
    told.add(action);
    if (intent.changes.size() > 1) intent.changes += ',';
    append_change(intent.changes, change);
  }
  intent.changes += ']';
  return {};
}

Outcome<void> Hub::State::intend_publish(const Call& call, Intent& intent) {
  const std::string_view path = call.frame.scope;
  if (auto good = scopes_.check(path); !good) return good;
  const auto scope = joined_scope(call, wire::parent_path(path));
  if (!scope) return fail(scope.error());
  if (auto good = may_use_stream(Action::kPublish, path, who_asks(call)); !good) return good;
  if (streams_.find(path) != nullptr) return {};  // it is the member's own, or refused
  intent.deeds.push_back({Action::kPublish, (*scope)->path, std::nullopt, std::string{path}});
  return {};
}

Outcome<void> Hub::State::intend_play(const Call& call, Intent& intent) const {
  const auto request = Ask::read(call.body, options_);
  if (!request) return fail(request.error());
  const auto* who = request->claims ? request->claims.get() : who_asks(call);
  if (who == nullptr || request->action != Action::kPlay || !request->name) return {};
  if (auto good = check_place(call.frame.scope); !good) return good;
  const policy::Subject subject{.scope = call.frame.scope, .name = request->name};
  if (auto good = access_.check(Action::kPlay, subject, who); !good) return good;
  intent.claims = who->text();
  const std::string scope{call.frame.scope};
  const std::string within = scope == "/" ? scope : scope + '/';
  intent.deeds.push_back(
      {Action::kPlay, scope, std::nullopt, within + std::string{*request->name}});
  return {};
}

// To be told what was said of a stream is decided by whoever decides who plays it.
Outcome<void> Hub::State::intend_history(const Call& call, Intent& intent) const {
  const std::string_view path = call.frame.scope;
  if (path == "/") return {};
  if (auto good = scopes_.check(path); !good) return good;
  if (auto good = may_use_stream(Action::kPlay, path, who_asks(call)); !good) return good;
  const std::string scope{wire::parent_path(path)};
  intent.deeds.push_back({Action::kPlay, scope, std::nullopt, std::string{path}});
  return {};
}

void Hub::State::turn_down(ToolId from, const wire::FrameView& request, const Denial& why,
                           TimePoint now, Effects& out) {
  const std::size_t place = reserve_reply(request, out);
  auto reply = [&]() -> Outcome<Reply> {
    const auto tool = tools_.find(from);
    if (tool == tools_.end()) return refuse(Why::kUnknownTool, "the lease ran out");
    const auto body = read_body(request.body);
    if (!body) return fail(body.error());
    auto visitor = visitor_of(request.header.kind, *body);
    if (!visitor) return fail(visitor.error());
    return denied({tool->second, request, *body, now, out, Wording::kAsSent, *std::move(visitor)},
                  why);
  }();
  respond(from, request, std::move(reply), place, out);
}

// Of a change, what the author must believe again; unless it is elsewhere, or may not read that.
Outcome<Hub::State::Reply> Hub::State::denied(const Call& call, const Denial& why) const {
  Refusal refusal = why.refusal;
  if (refusal.why != Why::kDenied) return fail(std::move(refusal));
  refusal.details = Access::details(why.action);
  const bool tells =
      call.frame.header.kind == wire::Kind::kChange && is_in(call, scopes_.find(call.frame.scope));
  if (!tells) return fail(std::move(refusal));
  const auto batch = Batch::read(call.body, options_);
  if (!batch) return fail(batch.error());
  SharedObject* object = find_object(call);
  const policy::Subject place{.scope = call.frame.scope, .object = call.frame.name};
  if (auto good = access_.check_batch(object, place, *batch, who_asks(call)); !good) {
    return fail(good.error());
  }
  refusal.details = Access::details(object, *batch, why.action);
  return fail(std::move(refusal));
}

}  // namespace so::hub
