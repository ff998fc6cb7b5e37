#include "hub/objects.h"

#include <algorithm>
#include <cassert>
#include <memory>
#include <string>
#include <utility>

#include <fmt/format.h>

#include "json/write.h"
#include "wire/path.h"

namespace so::hub {

Objects::Objects(const Options& options, std::function<std::uint64_t()> random,
                 std::function<WallMillis()> wall, Observations& seen)
    : options_(options), random_(std::move(random)), wall_(std::move(wall)), seen_(seen) {}

SharedObject* Objects::find(const Scope& scope, std::string_view name) {
  const auto at = scope.objects.find(name);
  return at == scope.objects.end() ? nullptr : at->get();
}

Outcome<void> Objects::check_place(const Scope& scope, std::string_view name,
                                   std::optional<std::size_t> most) const {
  if (!name.empty()) {  // an object without a name is the scope's own
    if (auto good = wire::check_name("object name", name, wire::kMaxObjectName); !good) {
      return refuse(Why::kBadPath, good.error().text);
    }
  }
  if (count_ >= options_.objects) {
    return refuse(Why::kLimit, fmt::format("objects: {} is the limit", options_.objects));
  }
  const std::size_t in_scope = most.value_or(options_.objects_per_scope);
  if (scope.objects.size() >= in_scope) {
    return refuse(Why::kLimit, fmt::format("objects of {}: {} is the limit", scope.path, in_scope));
  }
  return {};
}

SharedObject& Objects::add(Scope& scope, std::string_view name, std::uint64_t epoch, StoreId id) {
  auto made = std::make_unique<SharedObject>(scope, std::string{name}, epoch, id);
  SharedObject& object = *made;
  scope.objects.insert(std::move(made));
  object.counters.created =
      static_cast<std::uint32_t>(std::chrono::duration_cast<Seconds>(wall_()).count());
  scope.counters.objects.enter();
  ++count_;
  if (id != 0) stored_.emplace(id, &object);
  reserve(id);
  see("object_start", object);
  return object;
}

void Objects::see(std::string_view event, const SharedObject& object) {
  if (!seen_.wants(policy::Topic::kObject)) return;
  json::Writer body;
  body.object().key("event").string(event).key("scope").string(object.home().path);
  body.key("object").string(object.name()).key("persistent").boolean(object.persistent());
  seen_.add(
      {policy::Topic::kObject, object.home().path, object.name(), body.end().take(), object.id()});
}

Outcome<SharedObject*> Objects::create(Scope& scope, std::string_view name, bool persistent,
                                       TimePoint now, std::optional<std::size_t> most) {
  if (auto good = check_place(scope, name, most); !good) return fail(good.error());
  const bool stored = persistent || name.empty();
  SharedObject& object = add(scope, name, random_(), stored ? last_id_ + 1 : 0);
  linger(object, now);
  if (stored) {
    holdings_.records.push_back({.kind = Record::Kind::kCreate,
                                 .id = object.id(),
                                 .scope = scope.path,
                                 .name = object.name(),
                                 .epoch = object.epoch(),
                                 .version = object.version()});
  }
  return &object;
}

void Objects::predefine(Scope& scope, const policy::Predefined& what, TimePoint now) {
  SharedObject* object = find(scope, what.name);
  if (object == nullptr) {
    std::size_t bytes = holdings_.data;
    for (const auto& [key, value] : what.values) bytes += Attributes::bytes_of(key, value);
    if (bytes > options_.data_bytes) return;
    const auto made = create(scope, what.name, what.persistent, now);
    if (!made) return;
    object = *made;
    object->begin_with(what.values, holdings_);
  }
  object->predefined = true;
  lingering_.disarm(*object);
}

void Objects::end_predefined(SharedObject& object, TimePoint now) {
  const bool was = std::exchange(object.predefined, false);
  if (was && object.users.empty()) linger(object, now);
}

Outcome<void> Objects::adopt(Scope& scope, const StoredObject& stored, TimePoint now) {
  if (auto good = check_place(scope, stored.name); !good) return good;
  if (find(scope, stored.name) != nullptr) {
    return refuse(Why::kInUse,
                  fmt::format("object {} of {} is there twice", stored.name, stored.scope));
  }
  add(scope, stored.name, stored.epoch, stored.id).restore(stored, now, holdings_);
  return {};
}

void Objects::revert(SharedObject& object, const StoredObject& stored, TimePoint now) {
  object.restore(stored, now, holdings_);
  if (object.users.empty()) linger(object, now);
}

SharedObject* Objects::find(StoreId id) const {
  const auto at = stored_.find(id);
  return at == stored_.end() ? nullptr : at->second;
}

Outcome<Applied> Objects::apply(SharedObject& object, Batch batch, const Sent& sent) {
  auto applied = object.apply(std::move(batch), sent, options_, holdings_);
  if (object.name().empty() && object.users.empty()) linger(object, sent.now);
  if (applied && applied->verdict == Verdict::kOk) {
    for (Scope* at = &object.home(); at != nullptr; at = at->parent) ++at->counters.changes;
  }
  return applied;
}

void Objects::use(SharedObject& object, ToolId tool) {
  object.users.add(tool);
  const auto users = static_cast<std::uint32_t>(object.users.members());
  object.counters.most_users = std::max(object.counters.most_users, users);
  ++object.counters.total_users;
  lingering_.disarm(object);
}

void Objects::release(SharedObject& object, ToolId tool, TimePoint now) {
  object.users.remove(tool);
  if (object.users.empty()) linger(object, now);
}

void Objects::linger(SharedObject& object, TimePoint now) {
  object.touched = now;
  if (may_end(object)) lingering_.arm(object, now + options_.linger);
}

// What a scope says of itself lasts, but nothing is not worth keeping a room for.
bool Objects::may_end(const SharedObject& object) {
  if (object.predefined) return false;
  if (!object.persistent()) return true;
  return object.name().empty() && object.attributes().size() == 0;
}

Scope* Objects::tick(TimePoint now) {
  while (SharedObject* object = lingering_.take(now)) {
    const TimePoint due = object->touched + options_.linger;  // later if it was changed meanwhile
    if (due > now) {
      lingering_.arm(*object, due);
      continue;
    }
    if (!may_end(*object)) continue;
    Scope& home = object->home();
    drop(*object);
    return &home;
  }
  return nullptr;
}

void Objects::drop(SharedObject& object) {
  if (object.persistent()) {
    holdings_.records.push_back({.kind = Record::Kind::kDestroy, .id = object.id()});
  }
  destroy(object);
}

void Objects::destroy(SharedObject& object) {
  assert(object.users.empty());
  see("object_stop", object);
  lingering_.disarm(object);
  holdings_.data -= object.attributes().bytes();
  holdings_.logs -= object.log_bytes();
  --count_;
  stored_.erase(object.id());
  object.home().counters.objects.leave();
  auto& siblings = object.home().objects;
  siblings.erase(siblings.find(object.name()));
}

}  // namespace so::hub
