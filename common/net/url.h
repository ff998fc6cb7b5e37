#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/result.h"
#include "net/address.h"

namespace so::net {

/// ws://host[:port][/path][?query], likewise wss, http, https (RFC 3986, without user-info and
/// fragment: neither belongs in a WebSocket URL, RFC 6455, 3).
struct Url {
  std::string scheme;  // lower case
  Address address;     // with the scheme's default port when the text has none
  std::string target;  // path and query as they go on the wire, "/" at least
  bool operator==(const Url&) const = default;
};

Result<Url> parse_url(std::string_view text);

/// "%41+b" to "A b" when plus is a space (queries), else "A+b" (paths). Broken escapes are kept.
std::string percent_decode(std::string_view text, bool plus_is_space);

/// "a=1&b&c=%20" to {a,1} {b,} {c," "}. Empty pieces are skipped.
std::vector<std::pair<std::string, std::string>> parse_query(std::string_view query);

}  // namespace so::net
