#pragma once

#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "audience.h"
#include "net/conn_id.h"

namespace so::gateway {

/// Which connections are in which scopes, those above included: for whom an event of a scope is.
class Whereabouts {
 public:
  /// As at the hub: who joins a scope is in those above it, too, until it leaves them.
  void joined(net::ConnId id, std::string_view scope);
  /// The scope and all below it; "/": everything.
  void left(net::ConnId id, std::string_view scope);

  /// "/" is everybody. Borrowed until the next joined() or left().
  [[nodiscard]] std::span<const net::ConnId> in(const std::string& scope) const {
    return audience_.of(scope);
  }

 private:
  using Scopes = std::vector<const std::string*>;  // topics of audience_
  std::unordered_map<net::ConnId, Scopes> connections_;
  Audience audience_;
};

}  // namespace so::gateway
