#pragma once

#include <cstddef>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "hub/effects.h"
#include "hub/requests.h"

namespace so::hub {

/// Which tools hear of which streams. The path "/" stands for every stream.
class Follows {
 public:
  void put(ToolId tool, std::string_view path, const Follow& what);
  void remove(ToolId tool, std::string_view path);
  void remove_all(ToolId tool);

  [[nodiscard]] bool has(ToolId tool, std::string_view path) const;
  [[nodiscard]] std::size_t count(ToolId tool) const;

  /// The tools that asked for `what` (&Follow::meta or &Follow::streams) of the stream, each once.
  [[nodiscard]] std::vector<ToolId> of(std::string_view stream, bool Follow::*what) const;
  /// The tools that asked for it of any stream.
  [[nodiscard]] std::vector<ToolId> of_any(bool Follow::*what) const;
  /// Calls take(path) for each path of which somebody hears metadata, until it answers false.
  template <class Take>
  void each_with_metadata(Take take) const {
    for (const auto& [path, followers] : by_path_) {
      for (const auto& [tool, asked] : followers) {
        if (!asked.meta) continue;
        if (!take(std::string_view{path})) return;
        break;
      }
    }
  }

 private:
  using Followers = std::map<ToolId, Follow>;
  std::map<std::string, Followers, std::less<>> by_path_;
  std::map<ToolId, std::set<std::string, std::less<>>> by_tool_;
};

}  // namespace so::hub
