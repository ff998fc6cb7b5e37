#pragma once

#include <cstddef>
#include <memory>
#include <string_view>
#include <unordered_map>

#include "hub/options.h"
#include "hub/refusal.h"
#include "hub/scope.h"

namespace so::hub {

/// Whether the path keeps the rules of scopewire-bus(7), Scopes.
Outcome<void> check_path(std::string_view path);

/// Owns the scopes. Where there is a scope, there are all scopes above it.
class ScopeTree {
 public:
  explicit ScopeTree(const Options& options);  // which outlive the tree

  /// nullptr: there is none.
  [[nodiscard]] Scope* find(std::string_view path) const;

  /// Whether the path may name something in an application: it keeps the rules of paths, is not the
  /// root, and its application is configured.
  [[nodiscard]] Outcome<void> check(std::string_view path) const;

  /// The scope, made with all above it if need be. A refusal has made nothing.
  Outcome<Scope*> make(std::string_view path);

  /// Removes a scope that has no rooms below it and returns the one above. Not for lasting scopes.
  Scope& remove(Scope& scope);

 private:
  Scope& add(std::string_view path, Scope* parent);

  const Options& options_;
  std::unordered_map<std::string_view, std::unique_ptr<Scope>> scopes_;  // by their path
};

}  // namespace so::hub
