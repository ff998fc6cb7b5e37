#pragma once

#include <map>
#include <memory>
#include <set>
#include <string>
#include <string_view>
#include <unordered_map>

#include "hub/audience.h"
#include "hub/counters.h"
#include "hub/shared_object.h"
#include "hub/timers.h"
#include "wire/member.h"

namespace so::hub {

/// How a member is in a scope.
struct Attendance {
  std::string info;       // compact JSON, shown to others
  bool presence = false;  // wants to hear of others
};

/// A node of the tree: the root, an application, a room. Rooms, objects and streams have separate
/// names; streams are in Streams, because they are looked for by their whole path.
struct Scope : Timed {  // due: when an empty room ends
  ScopeCounters counters;
  std::string path;
  Scope* parent = nullptr;     // nullptr: the root
  std::uint64_t equipped = 0;  // Access::number() of the policy whose objects it has
  bool lasting = false;        // the root and configured applications: there without members
  std::set<std::string, std::less<>> rooms;  // last segments of the scopes right below
  std::unordered_map<std::string_view, std::unique_ptr<SharedObject>> objects;  // by their name()
  std::map<wire::MemberId, Attendance> members;
  Audience watchers;  // the members with presence
};

}  // namespace so::hub
