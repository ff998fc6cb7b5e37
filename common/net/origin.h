#pragma once

#include <span>
#include <string>
#include <string_view>

namespace so::net {

/// What decides whether a page may open a WebSocket (RFC 6455, 10.2). Browsers send Origin and
/// apply no CORS, so nobody else looks.
struct OriginPolicy {
  std::span<const std::string> allowed;  // exact scheme, host and port; "*": all
  bool tls = false;                      // of the listener: it decides the scheme of "same origin"
  bool loopback_only = false;            // listening there: only loopback names are the same origin
};

enum class Welcome {
  kNo,
  kAnyone,  // because "*" is allowed: what its browser adds by itself, cookies, proves nothing
  kNamed,   // listed, the same origin, or no browser
};

/// Exact match of scheme, host and port, default ports filled in, letter case of no account. No
/// suffixes, no patterns. Without an Origin it is no browser, and may; "null" may only under "*".
Welcome welcome(std::string_view origin, std::string_view host, const OriginPolicy& policy);

/// Whether an entry of the list can match anything: "*", or scheme://host[:port] and nothing
/// behind.
bool is_origin(std::string_view entry);

inline bool origin_allowed(std::string_view origin, std::string_view host,
                           const OriginPolicy& policy) {
  return welcome(origin, host, policy) != Welcome::kNo;
}

}  // namespace so::net
