#include "whereabouts.h"

#include "wire/path.h"

namespace so::gateway {

void Whereabouts::joined(net::ConnId id, std::string_view scope) {
  const bool is_new = connections_[id].emplace(scope).second;
  if (!is_new) return;  // and so it is in those above
  audience_.add(std::string{scope}, id);
  if (scope != "/") joined(id, wire::parent_path(scope));
}

void Whereabouts::left(net::ConnId id, std::string_view scope) {
  const auto found = connections_.find(id);
  if (found == connections_.end()) return;
  std::erase_if(found->second, [&](const std::string& each) {
    if (!wire::is_within(each, scope)) return false;
    audience_.remove(each, id);
    return true;
  });
  if (found->second.empty()) connections_.erase(found);
}

}  // namespace so::gateway
