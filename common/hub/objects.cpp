#include "hub/objects.h"

#include <cassert>
#include <memory>
#include <string>
#include <utility>

#include <fmt/format.h>

#include "wire/path.h"

namespace so::hub {

Objects::Objects(const Options& options, std::function<std::uint64_t()> random)
    : options_(options), random_(std::move(random)) {}

SharedObject* Objects::find(const Scope& scope, std::string_view name) {
  const auto at = scope.objects.find(name);
  return at == scope.objects.end() ? nullptr : at->second.get();
}

Outcome<SharedObject*> Objects::create(Scope& scope, std::string_view name, bool persistent,
                                       TimePoint now) {
  if (auto good = wire::check_name("object name", name, wire::kMaxObjectName); !good) {
    return refuse(Why::kBadPath, good.error().text);
  }
  if (count_ >= options_.objects) {
    return refuse(Why::kLimit, fmt::format("objects: {} is the limit", options_.objects));
  }
  if (scope.objects.size() >= options_.objects_per_scope) {
    return refuse(Why::kLimit, fmt::format("objects of {}: {} is the limit", scope.path,
                                           options_.objects_per_scope));
  }
  auto made = std::make_unique<SharedObject>(scope, std::string{name}, random_(), persistent);
  SharedObject& object = *made;
  scope.objects.emplace(object.name(), std::move(made));
  ++count_;
  linger(object, now);
  return &object;
}

Outcome<Applied> Objects::apply(SharedObject& object, Batch batch, std::string_view from,
                                TimePoint now) {
  return object.apply(std::move(batch), from, now, options_, holdings_);
}

void Objects::use(SharedObject& object, ToolId tool) {
  object.users.add(tool);
  lingering_.disarm(object);
}

void Objects::release(SharedObject& object, ToolId tool, TimePoint now) {
  object.users.remove(tool);
  if (object.users.empty()) linger(object, now);
}

void Objects::linger(SharedObject& object, TimePoint now) {
  object.touched = now;
  if (!object.persistent()) lingering_.arm(object, now + options_.linger);
}

Scope* Objects::tick(TimePoint now) {
  while (SharedObject* object = lingering_.take(now)) {
    const TimePoint due = object->touched + options_.linger;  // later if it was changed meanwhile
    if (due > now) {
      lingering_.arm(*object, due);
      continue;
    }
    Scope& home = object->home();
    destroy(*object);
    return &home;
  }
  return nullptr;
}

void Objects::destroy(SharedObject& object) {
  assert(object.users.empty());
  lingering_.disarm(object);
  holdings_.data -= object.attributes().bytes();
  holdings_.logs -= object.log_bytes();
  --count_;
  auto& siblings = object.home().objects;
  siblings.erase(siblings.find(object.name()));
}

}  // namespace so::hub
