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

bool origin_allowed(std::string_view origin, std::string_view host, const OriginPolicy& policy) {
  if (origin.empty()) return true;
  const auto theirs = normal_form(origin);
  for (const std::string& entry : policy.allowed) {
    if (entry == "*") return true;
    if (theirs && theirs == normal_form(entry)) return true;
  }
  if (!theirs) return false;
  const std::string ours = (policy.tls ? "https://" : "http://") + std::string{host};
  return theirs == normal_form(ours) && (!policy.loopback_only || names_loopback(*theirs));
}

}  // namespace so::net
