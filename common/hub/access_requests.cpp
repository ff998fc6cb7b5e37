// What the policy has to do with requests, and with the scopes that there are.
#include <utility>

#include <fmt/format.h>

#include "hub/requests.h"
#include "hub/state.h"
#include "wire/path.h"

namespace so::hub {

using policy::Action;

const policy::Credentials* Hub::State::who_asks(const Call& call) {
  const Member* member = find_member(call);
  if (member != nullptr && member->claims) return member->claims.get();
  return call.visitor.claims ? call.visitor.claims.get() : call.tool.claims.get();
}

// Whose share of what is remembered it takes: the user's, whatever it comes by, else the member's.
std::string Hub::State::author_of(const Call& call) {
  const policy::Credentials* who = who_asks(call);
  const std::string_view user = who == nullptr ? std::string_view{} : who->first("sub");
  if (!user.empty()) return std::string{user};
  return wire::to_text(wire::MemberId{call.tool.incarnation, call.frame.header.member});
}

// From the top down, as the scopes are entered. Where the member is, it stays.
Outcome<void> Hub::State::may_enter(std::string_view path, const Member* member,
                                    const policy::Credentials* who) const {
  if (path == "/" || who == nullptr || access_.policy() == nullptr) return {};
  if (auto above = may_enter(wire::parent_path(path), member, who); !above) return above;
  const Scope* scope = scopes_.find(path);
  if (scope != nullptr && member != nullptr && scope->members.contains(member->id)) return {};
  if (auto good = access_.check(Action::kConnect, {.scope = path}, who); !good) return good;
  if (scope == nullptr) {
    if (auto good = access_.check(Action::kCreate, {.scope = path}, who); !good) return good;
  }
  const auto most = access_.policy()->of_scope(path).members;
  if (!most || (scope == nullptr ? 0 : scope->members.size()) < *most) return {};
  return refuse(Why::kLimit, fmt::format("members of {}: {} is the limit", path, *most));
}

Outcome<SharedObject*> Hub::State::create_object(const Call& call, Scope& scope, bool persistent) {
  const policy::Subject place{.scope = scope.path, .object = call.frame.name};
  if (auto good = access_.check(Action::kCreate, place, who_asks(call)); !good) {
    return fail(good.error());
  }
  const auto* policy = access_.policy();
  const auto most = policy == nullptr ? std::nullopt : policy->of_scope(scope.path).objects;
  return objects_.create(scope, call.frame.name, persistent, call.now, most);
}

Outcome<void> Hub::State::may_use_stream(Action action, std::string_view path,
                                         const policy::Credentials* who) const {
  if (who == nullptr) return {};
  if (path != "/") {
    return access_.check(action,
                         {.scope = wire::parent_path(path), .name = wire::last_segment(path)}, who);
  }
  // For all at once: for each that is up, and each of which somebody would hear it.
  Outcome<void> all;
  const auto may = [&](std::string_view stream) {
    if (stream != "/") all = may_use_stream(action, stream, who);
    return all.has_value();
  };
  streams_.each("/", [&](const Stream& stream) { return may(stream.path); });
  if (all) follows_.each_with_metadata(may);
  return all;
}

// In the root there is metadata of streams, if nothing else.
Outcome<void> Hub::State::check_place(std::string_view path) const {
  return path == "/" ? Outcome<void>{} : scopes_.check(path);
}

Outcome<Hub::State::Reply> Hub::State::ask(const Call& call) {
  const auto request = Ask::read(call.body, options_);
  if (!request) return fail(request.error());
  if (auto good = check_place(call.frame.scope); !good) return fail(good.error());
  const auto* who = request->claims ? request->claims.get() : who_asks(call);
  const policy::Subject subject{call.frame.scope, request->object, request->key, request->name};
  auto good = request->action == Action::kConnect ? may_enter(call.frame.scope, nullptr, who)
                                                  : access_.check(request->action, subject, who);
  if (!good) return fail(good.error());
  return Reply{};
}

Outcome<Scope*> Hub::State::make_scope(std::string_view path, TimePoint now) {
  auto scope = scopes_.make(path);
  if (scope) {
    for (Scope* each = *scope; each->parent != nullptr; each = each->parent) equip(*each, now);
  }
  return scope;
}

// Gives the scope the objects that the policy has for it, once for each policy.
void Hub::State::equip(Scope& scope, TimePoint now) {
  if (std::exchange(scope.equipped, access_.number()) == access_.number()) return;
  if (access_.policy() == nullptr || scope.parent == nullptr) return;
  for (const policy::Predefined& each : access_.policy()->tables().objects) {
    if (each.scope.matches(scope.path)) objects_.predefine(scope, each, now);
  }
}

void Hub::State::set_policy(std::shared_ptr<const policy::Policy> policy, TimePoint now,
                            Effects& out) {
  access_.set(std::move(policy));
  scopes_.each([&](Scope& scope) {
    for (const auto& object : scope.objects) objects_.end_predefined(*object, now);
    equip(scope, now);
  });
  record(out);
}

}  // namespace so::hub
