#include <algorithm>

#include <fmt/format.h>

#include "hub/events.h"
#include "hub/name_pattern.h"
#include "hub/requests.h"
#include "hub/state.h"
#include "wire/path.h"

namespace so::hub {

// The number of what is left out is not given to another object.
Outcome<void> Hub::State::restore(const StoredObject& stored, TimePoint now) {
  if (stored.scope == Mailboxes::kMailScope) return restore_mailbox(stored, now);
  objects_.reserve(stored.id);
  const auto scope = scopes_.make(stored.scope);
  if (!scope) return fail(scope.error());
  auto adopted = objects_.adopt(**scope, stored, now);
  if (!adopted) prune(*scope);
  if (adopted) (void)make_scope(stored.scope, now);  // equips it, and those above it
  return adopted;
}

void Hub::State::revert(StoreId id, const std::optional<StoredObject>& stored, bool shown,
                        TimePoint now, Effects& out) {
  if (revert_mailbox(id, stored, now)) return;
  SharedObject* object = objects_.find(id);
  if (object == nullptr) {
    if (stored) undo_drop(*stored, now, out);
    return;
  }
  if (!stored) return forget(*object);
  objects_.revert(*object, *stored, now);
  if (!shown) return;
  objects_.begin_epoch(*object);
  tell_gap(object->users.tools(), out);
}

// The store still has it, so it is there; one of the same name that came meanwhile gives way.
void Hub::State::undo_drop(const StoredObject& stored, TimePoint now, Effects& out) {
  const Scope* scope = scopes_.find(stored.scope);
  SharedObject* other = scope == nullptr ? nullptr : Objects::find(*scope, stored.name);
  if (other != nullptr) {
    const std::vector<ToolId> users = other->users.tools();
    forget(*other);
    tell_gap(users, out);
  }
  (void)restore(stored, now);  // refused: a bound was reached, and the next hub will have it
}

void Hub::State::tell_gap(const std::vector<ToolId>& tools, Effects& out) {
  if (tools.empty()) return;
  tell(tools, {{.kind = wire::Kind::kGap}, {}, {}, {}}, tools.front(), out);
}

void Hub::State::forget(SharedObject& object) {
  for (auto& [id, tool] : tools_) {
    for (auto& [number, member] : tool.members) {
      if (std::erase(member.uses, &object) > 0) object.users.remove(tool.id);
    }
  }
  Scope& home = object.home();
  objects_.destroy(object);
  prune(&home);
}

Outcome<Hub::State::Reply> Hub::State::drop(const Call& call) {
  const auto request = Drop::read(call.body);
  if (!request) return fail(request.error());
  if (auto good = may_look(call); !good) return fail(good.error());
  if (request->pattern) return drop_all(call);
  SharedObject* object = find_object(call);
  if (object == nullptr) {
    if (auto good = scopes_.check(call.frame.scope); !good) return fail(good.error());
    return refuse(Why::kNotFound,
                  fmt::format("no object {} in {}", call.frame.name, call.frame.scope));
  }
  const policy::Subject place{.scope = call.frame.scope, .object = call.frame.name};
  if (auto good = access_.check(policy::Action::kDelete, place, who_asks(call)); !good) {
    return fail(good.error());
  }
  if (!object->users.empty()) {
    return refuse(Why::kInUse, fmt::format("object {} is in use", object->name()));
  }
  Scope& home = object->home();
  const StoreId id = object->id();
  objects_.drop(*object);
  dropped_in(home, call.now);
  return Reply{.body = {}, .about = id};
}

// What is in use, or not for this client to end, is kept. What was recorded of them all is stored
// together or not at all, so the reply may be about any of them.
Outcome<Hub::State::Reply> Hub::State::drop_all(const Call& call) {
  if (auto good = scopes_.check(call.frame.scope); !good) return fail(good.error());
  if (call.frame.name.size() > wire::kMaxObjectName) {
    return refuse(Why::kBadPath, fmt::format("pattern of {} bytes is over the limit of {}",
                                             call.frame.name.size(), wire::kMaxObjectName));
  }
  Scope* scope = scopes_.find(call.frame.scope);
  if (scope == nullptr) return refuse(Why::kNotFound, fmt::format("no scope {}", call.frame.scope));
  const NamePattern pattern{call.frame.name};
  std::vector<SharedObject*> ending;
  std::size_t kept = 0;
  for (const auto& object : scope->objects) {
    const std::string& name = object->name();
    if (name.empty() || !pattern.matches(name)) continue;
    const policy::Subject place{.scope = scope->path, .object = name};
    const bool may = access_.check(policy::Action::kDelete, place, who_asks(call)).has_value();
    may && object->users.empty() ? ending.push_back(object.get()) : void(++kept);
  }
  Reply reply{fmt::format(R"({{"dropped":{},"kept":{}}})", ending.size(), kept)};
  for (SharedObject* object : ending) {
    if (object->persistent()) reply.about = object->id();
    objects_.drop(*object);
  }
  dropped_in(*scope, call.now);
  return reply;
}

// A predefined object begins anew where its scope stays.
void Hub::State::dropped_in(Scope& scope, TimePoint now) {
  const std::string path = scope.path;
  prune(&scope);
  if (Scope* left = scopes_.find(path)) {
    left->equipped = 0;
    equip(*left, now);
  }
}

}  // namespace so::hub
