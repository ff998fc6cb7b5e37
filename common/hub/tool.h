#pragma once

#include <cstdint>
#include <string>
#include <unordered_map>
#include <vector>

#include "base/time.h"
#include "hub/claims.h"
#include "hub/effects.h"
#include "hub/scope.h"
#include "hub/shared_object.h"
#include "wire/member.h"

namespace so::hub {

/// A connection that a tool serves, for as long as it has joined anything.
struct Member {
  wire::MemberId id;
  std::string text;  // the id as everybody else knows it
  ToolId tool{};
  Claims claims;                     // nullptr: the tool's
  std::vector<Scope*> scopes;        // joined, a scope always after the one above it
  std::vector<SharedObject*> uses;   // each in one of the scopes
  std::vector<std::string> streams;  // paths published, each in one of the scopes
};

/// A tool that said hello and whose lease runs.
struct Tool {
  ToolId id{};
  std::uint64_t incarnation = 0;
  TimePoint expires;
  Claims claims;  // of those for whom it speaks, unless a join says otherwise; nullptr: an operator
  std::unordered_map<std::uint64_t, Member> members;  // by the tool's own number
};

}  // namespace so::hub
