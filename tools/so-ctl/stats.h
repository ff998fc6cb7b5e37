#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "base/time.h"

namespace so::ctl {

/// A room or an object as the hub counts it; what does not apply is 0.
struct StatRow {
  std::string name;
  std::uint64_t now = 0;      // connections of a room, users of an object
  std::uint64_t most = 0;     // at once
  std::uint64_t objects = 0;  // of a room
  std::uint64_t streams = 0;  // of a room
  std::uint64_t version = 0;  // of an object
  std::uint64_t bytes = 0;    // of an object
  std::uint64_t changes = 0;  // ever: batches of a room, sets, deletes and sends of an object
};

/// What the hub counted up to a moment: the answers to stat for a scope, with its lists, and for
/// the root.
struct Stats {
  TimePoint at;
  std::string scope;
  WallMillis started{};
  std::uint64_t tools = 0;
  std::uint64_t members = 0;
  std::uint64_t objects = 0;
  std::uint64_t streams = 0;
  std::uint64_t data_bytes = 0;
  std::uint64_t requests = 0;
  std::uint64_t refusals = 0;
  std::uint64_t changes = 0;
  std::vector<StatRow> rooms;
  std::vector<StatRow> shared;

  static Result<Stats> read(TimePoint at, std::string_view root, std::string_view scope);
};

/// The lines of a screen that shows what happened between the two, busiest first, cut to so many
/// lines and columns. With `before` the same as `now` all rates are 0.
std::vector<std::string> screen(const Stats& before, const Stats& now, WallMillis wall,
                                std::size_t lines, std::size_t columns);

}  // namespace so::ctl
