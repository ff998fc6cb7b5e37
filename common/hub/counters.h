#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <map>

#include "base/time.h"
#include "hub/refusal.h"

namespace so::hub {

/// How many there are now, were at most at the same time, and have ever been.
struct Tally {
  std::uint32_t now = 0;
  std::uint32_t most = 0;
  std::uint64_t total = 0;

  void enter() {
    ++total;
    most = std::max(most, ++now);
  }
  void leave() { --now; }
};

/// What has happened in a scope since it began, all that is below it included where it says so.
struct ScopeCounters {
  WallMillis created{};
  Tally connections;          // members, those of its rooms included, as they are members here too
  Tally rooms;                // right below
  Tally objects;              // right in it, the one without a name too
  Tally streams;              // right in it
  std::uint64_t changes = 0;  // batches that had an effect, of all objects here and below
};

/// What has happened to a shared object in this life. Small, as there are many.
struct ObjectCounters {
  std::uint32_t created = 0;  // seconds since 1970
  std::uint32_t most_users = 0;
  std::uint32_t total_users = 0;
  std::uint32_t sets = 0;  // with an effect, like the next two; they wrap
  std::uint32_t deletes = 0;
  std::uint32_t sends = 0;
};

/// What a hub as a whole has and has done.
struct Totals {
  static constexpr std::size_t kKinds = 0x40;  // more than there are kinds of requests
  static constexpr std::size_t kVerdicts = 5;

  WallMillis started{};
  std::size_t tools = 0;
  std::size_t members = 0;
  std::size_t scopes = 0;  // without the root
  std::size_t objects = 0;
  std::size_t data_bytes = 0;  // all attributes
  std::size_t log_bytes = 0;   // what returning readers can be told
  std::size_t streams = 0;
  std::size_t metadata_values = 0;                  // kept, of all streams
  std::size_t metadata_bytes = 0;                   // what they hold
  std::uint64_t metadata_forgotten = 0;             // values that made room for newer ones
  std::array<std::uint64_t, kKinds> requests{};     // by kind; what is none is at 0
  std::map<Why, std::uint64_t> refusals;            // of requests
  std::array<std::uint64_t, kVerdicts> verdicts{};  // of changes, by Verdict
  std::uint64_t resumed = 0;                        // returning readers told what they had missed
  std::uint64_t restarted = 0;                      // and those that began anew
};

}  // namespace so::hub
