#pragma once

#include <cstddef>
#include <functional>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <string_view>
#include <unordered_set>

#include "hub/audience.h"
#include "hub/counters.h"
#include "hub/shared_object.h"
#include "hub/timers.h"
#include "wire/member.h"

namespace so::hub {

/// How a member is in a scope.
struct Attendance {
  std::string info;       // compact JSON, shown to others
  std::string user;       // JSON, whom its claims named when it came; empty: nobody
  bool presence = false;  // wants to hear of others
};

/// How objects are found by their name().
struct ByName {
  using is_transparent = void;
  using Object = std::unique_ptr<SharedObject>;
  std::size_t operator()(std::string_view name) const {
    return std::hash<std::string_view>{}(name);
  }
  std::size_t operator()(const Object& object) const { return (*this)(object->name()); }
  bool operator()(const Object& a, const Object& b) const { return a->name() == b->name(); }
  bool operator()(std::string_view a, const Object& b) const { return a == b->name(); }
  bool operator()(const Object& a, std::string_view b) const { return a->name() == b; }
};

/// A node of the tree: the root, an application, a room. Rooms, objects and streams have separate
/// names; streams are in Streams, because they are looked for by their whole path.
struct Scope : Timed {  // waits for its end when it is empty
  ScopeCounters counters;
  std::string path;
  Scope* parent = nullptr;     // nullptr: the root
  std::uint64_t equipped = 0;  // Access::number() of the policy whose objects it has
  bool lasting = false;        // the root and configured applications: there without members
  std::set<std::string, std::less<>> rooms;  // last segments of the scopes right below
  std::unordered_set<std::unique_ptr<SharedObject>, ByName, ByName> objects;
  std::map<wire::MemberId, Attendance> members;
  std::uint64_t presence_epoch = 0;  // of this life of the scope; 0: nobody was or asked yet
  std::uint64_t presence_version =
      0;              // rises by one with each who comes, goes or shows itself anew
  Audience present;   // the tools of the members
  Audience watchers;  // the members with presence
};

}  // namespace so::hub
