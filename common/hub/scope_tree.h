#pragma once

#include <cstddef>
#include <functional>
#include <memory>
#include <string_view>
#include <unordered_map>

#include "base/time.h"
#include "hub/observation.h"
#include "hub/options.h"
#include "hub/refusal.h"
#include "hub/scope.h"

namespace so::hub {

/// Whether the path keeps the rules of scopewire-bus(7), Scopes.
Outcome<void> check_path(std::string_view path);

/// Owns the scopes. Where there is a scope, there are all scopes above it.
class ScopeTree {
 public:
  /// The options and who is told of lives outlive the tree; `wall` says when a scope begins.
  ScopeTree(const Options& options, std::function<WallMillis()> wall, Observations& seen);

  /// nullptr: there is none.
  [[nodiscard]] Scope* find(std::string_view path) const;

  /// Whether the path may name something in an application: it keeps the rules of paths, is not the
  /// root, and its application is configured.
  [[nodiscard]] Outcome<void> check(std::string_view path) const;

  /// The scope, made with all above it if need be. A refusal has made nothing.
  Outcome<Scope*> make(std::string_view path);

  [[nodiscard]] std::size_t size() const { return scopes_.size() - 1; }  // without the root

  /// Calls back with every scope, in any order; none may be made or removed meanwhile.
  template <class Take>
  void each(Take take) const {
    for (const auto& [path, scope] : scopes_) take(*scope);
  }

  /// Removes a scope that has no rooms below it and returns the one above. Not for lasting scopes.
  Scope& remove(Scope& scope);

 private:
  Scope& add(std::string_view path, Scope* parent);
  void see(std::string_view event, const std::string& path);

  const Options& options_;
  std::function<WallMillis()> wall_;
  Observations& seen_;
  std::unordered_map<std::string_view, std::unique_ptr<Scope>> scopes_;  // by their path
};

}  // namespace so::hub
