#include "hub/scope_tree.h"

#include <cassert>
#include <string>
#include <utility>

#include <fmt/format.h>

#include "json/write.h"
#include "wire/path.h"

namespace so::hub {

ScopeTree::ScopeTree(const Options& options, std::function<WallMillis()> wall, Observations& seen)
    : options_(options), wall_(std::move(wall)), seen_(seen) {
  Scope& root = add("/", nullptr);
  root.lasting = true;
  if (!options.applications) return;
  for (const std::string& name : *options.applications) {
    assert(wire::check_path("/" + name) && name.find('/') == std::string::npos);
    add("/" + name, &root).lasting = true;
  }
}

Scope* ScopeTree::find(std::string_view path) const {
  const auto at = scopes_.find(path);
  return at == scopes_.end() ? nullptr : at->second.get();
}

Outcome<void> check_path(std::string_view path) {
  if (auto good = wire::check_path(path); !good) return refuse(Why::kBadPath, good.error().text);
  return {};
}

Outcome<void> ScopeTree::check(std::string_view path) const {
  if (auto good = check_path(path); !good) return good;
  if (path == "/") return refuse(Why::kBadPath, "path is the root, which holds applications only");
  const std::string_view application = path.substr(0, path.find('/', 1));
  if (!options_.applications || find(application) != nullptr) return {};
  return refuse(Why::kNoApplication,
                fmt::format("application {} is not configured", application.substr(1)));
}

Outcome<Scope*> ScopeTree::make(std::string_view path) {
  if (Scope* found = find(path)) return found;
  if (auto good = check(path); !good) return fail(good.error());
  std::size_t missing = 0;
  for (std::string_view at = path; find(at) == nullptr; at = wire::parent_path(at)) ++missing;
  if (scopes_.size() + missing > options_.scopes) {
    return refuse(Why::kLimit, fmt::format("scopes: {} is the limit", options_.scopes));
  }
  const auto make_one = [this](auto& self, std::string_view at) -> Scope* {
    if (Scope* found = find(at)) return found;
    return &add(at, self(self, wire::parent_path(at)));
  };
  return make_one(make_one, path);
}

Scope& ScopeTree::add(std::string_view path, Scope* parent) {
  auto scope = std::make_unique<Scope>();
  scope->path = path;
  scope->parent = parent;
  scope->counters.created = wall_();
  if (parent != nullptr) {
    parent->rooms.emplace(wire::last_segment(path));
    parent->counters.rooms.enter();
  }
  Scope& added = *scope;
  scopes_.emplace(added.path, std::move(scope));
  see("scope_start", added.path);
  return added;
}

void ScopeTree::see(std::string_view event, const std::string& path) {
  if (!seen_.wants(policy::Topic::kScope)) return;
  json::Writer body;
  body.object().key("event").string(event).key("scope").string(path);
  seen_.add({policy::Topic::kScope, path, {}, body.end().take()});
}

Scope& ScopeTree::remove(Scope& scope) {
  assert(!scope.lasting && scope.rooms.empty());
  see("scope_stop", scope.path);
  Scope& parent = *scope.parent;
  parent.rooms.erase(parent.rooms.find(wire::last_segment(scope.path)));
  parent.counters.rooms.leave();
  scopes_.erase(scopes_.find(scope.path));
  return parent;
}

}  // namespace so::hub
