#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "hub/effects.h"

namespace so::hub {

/// Who hears of something: tools, each with the number of its members that asked. Few tools, so a
/// flat list; an event goes to each tool once.
class Audience {
 public:
  void add(ToolId tool) {
    const auto at = find(tool);
    if (at == tools_.end()) {
      tools_.push_back({tool, 1});
    } else {
      ++at->members;
    }
  }

  /// One member fewer; it must have been added.
  void remove(ToolId tool) {
    const auto at = find(tool);
    if (--at->members == 0) tools_.erase(at);
  }

  [[nodiscard]] std::size_t members() const {
    std::size_t all = 0;
    for (const Listener& each : tools_) all += each.members;
    return all;
  }
  [[nodiscard]] bool empty() const { return tools_.empty(); }

  [[nodiscard]] std::vector<ToolId> tools() const {
    std::vector<ToolId> all;
    all.reserve(tools_.size());
    for (const Listener& each : tools_) all.push_back(each.tool);
    return all;
  }

 private:
  struct Listener {
    ToolId tool;
    std::uint32_t members;
  };
  std::vector<Listener>::iterator find(ToolId tool) {
    return std::find_if(tools_.begin(), tools_.end(),
                        [&](const Listener& each) { return each.tool == tool; });
  }

  std::vector<Listener> tools_;
};

}  // namespace so::hub
