#include <algorithm>

#include <fmt/format.h>

#include "hub/events.h"
#include "hub/state.h"

namespace so::hub {

// The number of what is left out is not given to another object.
Outcome<void> Hub::State::restore(const StoredObject& stored, TimePoint now) {
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
  prune(&home);
  if (Scope* left = scopes_.find(call.frame.scope)) {  // a predefined one begins anew
    left->equipped = 0;
    equip(*left, call.now);
  }
  return Reply{.body = {}, .about = id};
}

}  // namespace so::hub
