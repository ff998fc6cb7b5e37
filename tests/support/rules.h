#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "policy/policy.h"

namespace so::test {

// Rules of a policy, in fewer words than they have in a file. All are of line 7.

inline policy::ScopeGlob scope_glob(std::string_view pattern) {
  return policy::ScopeGlob::parse(pattern).value();
}

inline policy::Rule rule(bool allow, policy::Actions actions, std::string_view where) {
  policy::Rule rule;
  rule.allow = allow;
  rule.actions = actions;
  rule.scope = scope_glob(where);
  rule.line = 7;
  return rule;
}
inline policy::Rule deny(policy::Actions actions, std::string_view where = "/**") {
  return rule(false, actions, where);
}
inline policy::Rule allow(policy::Actions actions, std::string_view where = "/**") {
  return rule(true, actions, where);
}
inline policy::Rule for_role(policy::Rule rule, std::string_view role) {
  rule.claims = {{"role", {'"' + std::string{role} + '"'}}};
  return rule;
}
inline policy::Rule on_key(policy::Rule rule, std::string key) {
  rule.key = policy::Glob{std::move(key)};
  return rule;
}
inline policy::Rule on_object(policy::Rule rule, std::string object) {
  rule.object = policy::Glob{std::move(object)};
  return rule;
}
inline policy::Rule with_reason(policy::Rule rule, std::string reason) {
  rule.reason = std::move(reason);
  return rule;
}

inline policy::Policy::Tables rules(std::vector<policy::Rule> list) {
  return {std::move(list), {}, {}};
}

}  // namespace so::test
