#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "policy/rule.h"

namespace so::policy {

struct Decision {
  bool allowed = true;
  std::optional<std::size_t> rule{};  // its place in the list; nullopt: no rule spoke
  std::string_view reason{};          // the rule's own; empty: it has none. Borrowed
};

/// Bounds of a scope and of an object; nullopt: nothing said.
struct Bounds {
  std::optional<std::size_t> members{};     // of a scope
  std::optional<std::size_t> objects{};     // of a scope
  std::optional<std::size_t> attributes{};  // of an object
  std::optional<std::size_t> bytes{};       // of an object
};

struct Limit {
  ScopeGlob scope;
  std::optional<Glob> object;  // with one, there are only attributes and bytes
  Bounds bounds;
  std::size_t line = 0;
};

/// An object that is there as soon as its scope is.
struct Predefined {
  ScopeGlob scope;
  std::string name;
  bool persistent = false;
  std::vector<std::pair<std::string, std::string>> values;  // key and compact JSON
  std::size_t line = 0;
};

/// The rules on one object, found once for many questions.
class Shortlist {
 public:
  [[nodiscard]] bool empty() const { return rules_.empty(); }

 private:
  friend class Policy;
  std::vector<std::uint32_t> rules_;
};

/// Who may do what, as read from a file; never changes. Rules are asked in order and the first that
/// covers action, subject and credentials decides; where none does, it is allowed. Deciding takes
/// no memory.
class Policy {
 public:
  struct Tables {
    std::vector<Rule> rules;
    std::vector<Limit> limits;
    std::vector<Predefined> objects;
  };
  explicit Policy(Tables tables) : tables_(std::move(tables)) {}

  [[nodiscard]] Decision decide(Action action, const Subject& subject,
                                const Credentials& credentials) const;

  /// For reads, writes, deletes and sends of one object.
  [[nodiscard]] Shortlist shortlist(std::string_view scope, std::string_view object) const;
  /// decide(), with the shortlist of the object. `what` is the key of a write or delete, none for a
  /// clear, and the handler of a send.
  [[nodiscard]] Decision decide(const Shortlist& shortlist, Action action,
                                std::optional<std::string_view> what,
                                const Credentials& credentials) const;

  /// For each bound, the first entry that covers the place and has it.
  [[nodiscard]] Bounds of_scope(std::string_view scope) const;
  [[nodiscard]] Bounds of_object(std::string_view scope, std::string_view object) const;

  [[nodiscard]] const Tables& tables() const { return tables_; }

 private:
  Tables tables_;
};

}  // namespace so::policy
