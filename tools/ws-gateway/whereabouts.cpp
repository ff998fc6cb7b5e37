#include "whereabouts.h"

#include <algorithm>

#include "wire/path.h"

namespace so::gateway {

void Whereabouts::joined(net::ConnId id, std::string_view scope) {
  Scopes& scopes = connections_[id];  // who is in one is in those above, too
  while (std::ranges::none_of(scopes, [&](const auto* each) { return *each == scope; })) {
    scopes.push_back(&audience_.add(std::string{scope}, id));
    if (scope == "/") return;
    scope = wire::parent_path(scope);
  }
}

void Whereabouts::left(net::ConnId id, std::string_view scope) {
  const auto found = connections_.find(id);
  if (found == connections_.end()) return;
  std::erase_if(found->second, [&](const std::string* each) {
    if (!wire::is_within(*each, scope)) return false;
    audience_.remove(*each, id);
    return true;
  });
  if (found->second.empty()) connections_.erase(found);
}

}  // namespace so::gateway
