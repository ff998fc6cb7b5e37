#include "policy/policy.h"

namespace so::policy {
namespace {

Decision verdict(const Rule& rule, std::size_t place) {
  return {.allowed = rule.allow, .rule = place, .reason = rule.reason};
}

void take(std::optional<std::size_t>& bound, const std::optional<std::size_t>& from) {
  if (!bound) bound = from;
}

}  // namespace

Decision Policy::decide(Action action, const Subject& subject,
                        const Credentials& credentials) const {
  for (std::size_t place = 0; place < tables_.rules.size(); ++place) {
    const Rule& rule = tables_.rules[place];
    if (rule.covers(action, subject) && rule.is_for(credentials)) return verdict(rule, place);
  }
  return {};
}

Shortlist Policy::shortlist(std::string_view scope, std::string_view object) const {
  constexpr Actions kAsked{Action::kRead, Action::kWrite, Action::kDelete, Action::kSend,
                           Action::kHistory};
  Shortlist list;
  for (std::uint32_t place = 0; place < tables_.rules.size(); ++place) {
    const Rule& rule = tables_.rules[place];
    if (rule.effective().both(kAsked).empty() || !rule.scope.matches(scope)) continue;
    if (!rule.object || rule.object->matches(object)) list.rules_.push_back(place);
  }
  return list;
}

Decision Policy::decide(const Shortlist& shortlist, Action action,
                        std::optional<std::string_view> what,
                        const Credentials& credentials) const {
  for (const std::uint32_t place : shortlist.rules_) {
    const Rule& rule = tables_.rules[place];
    if (!rule.effective().has(action)) continue;
    const bool covers = kOfKeys.has(action) ? rule.covers_key(what)
                                            : !rule.name || (what && rule.name->matches(*what));
    if (covers && rule.is_for(credentials)) return verdict(rule, place);
  }
  return {};
}

Bounds Policy::of_scope(std::string_view scope) const {
  Bounds bounds;
  for (const Limit& limit : tables_.limits) {
    if (limit.object || !limit.scope.matches(scope)) continue;
    take(bounds.members, limit.bounds.members);
    take(bounds.objects, limit.bounds.objects);
  }
  return bounds;
}

Bounds Policy::of_object(std::string_view scope, std::string_view object) const {
  Bounds bounds;
  for (const Limit& limit : tables_.limits) {
    if (!limit.scope.matches(scope) || (limit.object && !limit.object->matches(object))) continue;
    take(bounds.attributes, limit.bounds.attributes);
    take(bounds.bytes, limit.bounds.bytes);
  }
  return bounds;
}

}  // namespace so::policy
