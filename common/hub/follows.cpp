#include "hub/follows.h"

#include <algorithm>

namespace so::hub {

void Follows::put(ToolId tool, std::string_view path, const Follow& what) {
  auto at = by_path_.find(path);
  if (at == by_path_.end()) at = by_path_.emplace(path, Followers{}).first;
  at->second[tool] = what;
  by_tool_[tool].emplace(path);
}

void Follows::remove(ToolId tool, std::string_view path) {
  const auto at = by_path_.find(path);
  if (at == by_path_.end() || at->second.erase(tool) == 0) return;
  if (at->second.empty()) by_path_.erase(at);
  auto& paths = by_tool_[tool];
  paths.erase(paths.find(path));
  if (paths.empty()) by_tool_.erase(tool);
}

void Follows::remove_all(ToolId tool) {
  while (by_tool_.contains(tool)) remove(tool, std::string{*by_tool_[tool].begin()});
}

bool Follows::has(ToolId tool, std::string_view path) const {
  const auto at = by_tool_.find(tool);
  return at != by_tool_.end() && at->second.contains(path);
}

std::size_t Follows::count(ToolId tool) const {
  const auto at = by_tool_.find(tool);
  return at == by_tool_.end() ? 0 : at->second.size();
}

std::vector<ToolId> Follows::of(std::string_view stream, bool Follow::*what) const {
  std::vector<ToolId> tools;
  for (const std::string_view path : {std::string_view{"/"}, stream}) {
    const auto at = by_path_.find(path);
    if (at == by_path_.end()) continue;
    for (const auto& [tool, asked] : at->second) {
      const bool already = std::find(tools.begin(), tools.end(), tool) != tools.end();
      if (asked.*what && !already) tools.push_back(tool);
    }
  }
  return tools;
}

std::vector<ToolId> Follows::of_any(bool Follow::*what) const {
  std::vector<ToolId> tools;
  for (const auto& [tool, paths] : by_tool_) {
    const bool asked =
        std::any_of(paths.begin(), paths.end(), [&, id = tool](const std::string& path) {
          return by_path_.find(path)->second.at(id).*what;
        });
    if (asked) tools.push_back(tool);
  }
  return tools;
}

}  // namespace so::hub
