#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "policy/action.h"
#include "policy/credentials.h"
#include "policy/scope_glob.h"

namespace so::policy {

/// What somebody wants to do something with; borrowed.
struct Subject {
  std::string_view scope;
  std::optional<std::string_view> object{};  // of kOfObjects; none: a room that would be created
  std::optional<std::string_view> key{};     // of kOfKeys; none: every key, a clear
  std::optional<std::string_view> name{};    // of kOfNames: handler, stream, method
};

struct Rule {
  struct Claim {
    std::string name;
    std::vector<std::string> values;  // compact JSON; the client has one of them
  };

  bool allow = false;
  Actions actions = Actions::all();
  ScopeGlob scope;
  std::optional<Glob> object;
  std::optional<Glob> key;
  std::optional<Glob> name;
  std::vector<Claim> claims;  // the client has all of them
  std::string reason;         // for those whom the rule refuses; empty: none given
  std::size_t line = 0;       // where it is written

  /// Those that the patterns leave: with a key, writes and deletes only.
  [[nodiscard]] Actions effective() const;
  /// Whether the rule speaks of this. Of a clear, a rule that denies one key speaks and one that
  /// allows some does not: it deletes all.
  [[nodiscard]] bool covers(Action action, const Subject& subject) const;
  [[nodiscard]] bool covers_key(std::optional<std::string_view> which) const;
  [[nodiscard]] bool is_for(const Credentials& credentials) const;
};

}  // namespace so::policy
