#include "policy/rule.h"

#include <algorithm>

namespace so::policy {
namespace {

bool covers(const std::optional<Glob>& glob, std::optional<std::string_view> text) {
  return !glob || (text && glob->matches(*text));
}

}  // namespace

Actions Rule::effective() const {
  Actions left = actions;
  if (object) left = left.both(kOfObjects);
  if (key) left = left.both(kOfKeys);
  if (name) left = left.both(kOfNames);
  return left;
}

bool Rule::covers(Action action, const Subject& subject) const {
  return actions.has(action) && policy::covers(object, subject.object) &&
         policy::covers(name, subject.name) &&
         (!key || (kOfKeys.has(action) && covers_key(subject.key))) && scope.matches(subject.scope);
}

bool Rule::covers_key(std::optional<std::string_view> which) const {
  if (!key || key->matches_all()) return true;
  return which ? key->matches(*which) : !allow;
}

bool Rule::is_for(const Credentials& credentials) const {
  return std::all_of(claims.begin(), claims.end(), [&](const Claim& claim) {
    return std::any_of(claim.values.begin(), claim.values.end(), [&](const std::string& value) {
      return credentials.has(claim.name, value);
    });
  });
}

}  // namespace so::policy
