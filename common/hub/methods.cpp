#include "hub/methods.h"

#include <algorithm>

#include <fmt/format.h>

#include "wire/path.h"

namespace so::hub {

Methods::Server* Methods::find(Served& served, ToolId tool) {
  const auto at = std::ranges::find(served.servers, tool, &Server::tool);
  return at == served.servers.end() ? nullptr : &*at;
}

Outcome<void> Methods::serve(ToolId tool, std::string_view scope, std::string_view method,
                             bool share) {
  const auto names = by_scope_.find(scope);
  if (names != by_scope_.end()) {
    if (const auto at = names->second.find(method); at != names->second.end()) {
      const auto in_the_way = [&](const Server& other) {
        return other.tool != tool && !(share && other.share);
      };
      if (std::ranges::any_of(at->second.servers, in_the_way)) {
        return refuse(Why::kInUse, fmt::format("method {} of {} is served already", method, scope));
      }
      if (Server* own = find(at->second, tool)) {
        own->share = share;
        return {};
      }
    }
  }
  by_scope_[std::string{scope}][std::string{method}].servers.push_back({tool, share});
  ++counts_[tool];
  return {};
}

void Methods::unserve(ToolId tool, std::string_view scope, std::string_view method) {
  const auto names = by_scope_.find(scope);
  if (names == by_scope_.end()) return;
  const auto at = names->second.find(method);
  if (at == names->second.end()) return;
  if (std::erase_if(at->second.servers, [&](const Server& s) { return s.tool == tool; }) == 0) {
    return;
  }
  if (--counts_.at(tool) == 0) counts_.erase(tool);
  if (at->second.servers.empty()) names->second.erase(at);
  if (names->second.empty()) by_scope_.erase(names);
}

void Methods::remove_all(ToolId tool) {
  if (!counts_.contains(tool)) return;
  std::vector<std::pair<std::string, std::string>> served;
  for (auto& [scope, names] : by_scope_) {
    for (auto& [method, servers] : names) {
      if (find(servers, tool) != nullptr) served.emplace_back(scope, method);
    }
  }
  for (const auto& [scope, method] : served) unserve(tool, scope, method);
}

bool Methods::has(ToolId tool, std::string_view scope, std::string_view method) const {
  const auto names = by_scope_.find(scope);
  if (names == by_scope_.end()) return false;
  const auto at = names->second.find(method);
  return at != names->second.end() &&
         std::ranges::find(at->second.servers, tool, &Server::tool) != at->second.servers.end();
}

std::size_t Methods::count(ToolId tool) const {
  const auto at = counts_.find(tool);
  return at == counts_.end() ? 0 : at->second;
}

std::optional<ToolId> Methods::next(std::string_view scope, std::string_view method) {
  for (std::string_view path = scope;; path = wire::parent_path(path)) {
    if (const auto names = by_scope_.find(path); names != by_scope_.end()) {
      if (const auto at = names->second.find(method); at != names->second.end()) {
        Served& served = at->second;
        return served.servers.at(served.turn++ % served.servers.size()).tool;
      }
    }
    if (path == "/") return std::nullopt;
  }
}

}  // namespace so::hub
