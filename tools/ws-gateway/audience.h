#pragma once

#include <algorithm>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include "net/conn_id.h"

namespace so::gateway {

/// Who hears what: connections by topic, in the order in which they came. A topic is a stream, a
/// scope, or a scope and an object.
class Audience {
 public:
  static std::string topic(std::string_view scope, std::string_view object) {
    std::string key{scope};
    key += '\n';  // in no path and no name
    key += object;
    return key;
  }

  /// Who comes and goes in a scope.
  static std::string presence(std::string_view scope) { return topic(scope, "\n"); }

  /// Twice is once. The topic as it is kept here, until its last connection is removed.
  const std::string& add(std::string topic, net::ConnId id) {
    auto& [kept, ids] = *ids_.try_emplace(std::move(topic)).first;
    if (std::find(ids.begin(), ids.end(), id) == ids.end()) ids.push_back(id);
    return kept;
  }

  /// Whether that was the topic's last.
  bool remove(const std::string& topic, net::ConnId id) {
    const auto found = ids_.find(topic);
    if (found == ids_.end()) return false;
    std::erase(found->second, id);
    if (!found->second.empty()) return false;
    ids_.erase(found);
    return true;
  }

  /// Borrowed until the next add() or remove().
  [[nodiscard]] std::span<const net::ConnId> of(const std::string& topic) const {
    const auto found = ids_.find(topic);
    return found == ids_.end() ? std::span<const net::ConnId>{} : std::span{found->second};
  }

 private:
  std::unordered_map<std::string, std::vector<net::ConnId>> ids_;
};

}  // namespace so::gateway
