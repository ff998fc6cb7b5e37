#include "net/origin.h"

#include <algorithm>
#include <optional>

#include "net/url.h"

namespace so::net {
namespace {

// scheme://host[:port] and nothing behind it, in one spelling.
std::optional<std::string> normal_form(std::string_view origin) {
  auto url = parse_url(origin);
  if (!url || url->target != "/" || origin.ends_with('/')) return std::nullopt;
  std::string& host = url->address.host;
  std::transform(host.begin(), host.end(), host.begin(),
                 [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; });
  return url->scheme + "://" + to_string(url->address);
}

bool names_loopback(std::string_view origin) {
  const auto url = parse_url(origin);
  return url && is_loopback(url->address);
}

}  // namespace

bool is_origin(std::string_view entry) {
  return entry == "*" || normal_form(entry).has_value();
}

Welcome welcome(std::string_view origin, std::string_view host, const OriginPolicy& policy) {
  if (origin.empty()) return Welcome::kNamed;
  const auto theirs = normal_form(origin);
  Welcome others = Welcome::kNo;
  for (const std::string& entry : policy.allowed) {
    if (entry == "*") others = Welcome::kAnyone;
    if (theirs && theirs == normal_form(entry)) return Welcome::kNamed;
  }
  if (!theirs) return others;
  const std::string ours = (policy.tls ? "https://" : "http://") + std::string{host};
  const bool same = theirs == normal_form(ours);
  return same && (!policy.loopback_only || names_loopback(*theirs)) ? Welcome::kNamed : others;
}

}  // namespace so::net
