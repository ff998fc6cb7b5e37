#include "policy/credentials.h"

#include <algorithm>

#include <fmt/format.h>

namespace so::policy {

Result<Credentials> Credentials::read(json::Element object) {
  if (!object.is_object()) return fail(Code::kPeer, "claims are not an object");
  Credentials credentials;
  const json::Object members = object.get_object().value_unsafe();
  for (const auto& [name, value] : members) {
    const auto add = [&, claim = name](json::Element each) {
      credentials.claims_.push_back({std::string{claim}, json::compact(each)});
    };
    if (value.is_array()) {
      const json::Array items = value.get_array().value_unsafe();
      for (const json::Element each : items) add(each);
    } else {
      add(value);
    }
    if (credentials.claims_.size() > kMaxValues) {
      return fail(Code::kLimit, fmt::format("values of claims: {} is the limit", kMaxValues));
    }
  }
  credentials.text_ = json::compact(object);
  return credentials;
}

std::string_view Credentials::first(std::string_view claim) const {
  const auto at = std::find_if(claims_.begin(), claims_.end(),
                               [&](const Claim& each) { return each.name == claim; });
  return at == claims_.end() ? std::string_view{} : at->value;
}

bool Credentials::has(std::string_view claim, std::string_view value) const {
  return std::any_of(claims_.begin(), claims_.end(),
                     [&](const Claim& each) { return each.name == claim && each.value == value; });
}

}  // namespace so::policy
