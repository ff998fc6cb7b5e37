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

/// Exact match of scheme, host and port, default ports filled in, letter case of no account. No
/// suffixes, no patterns. Without an Origin it is no browser, and may; "null" may only under "*".
bool origin_allowed(std::string_view origin, std::string_view host, const OriginPolicy& policy);

}  // namespace so::net
