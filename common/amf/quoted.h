#pragma once

#include <string>
#include <string_view>

namespace so::amf {

/// A name that a peer chose, fit for an error text: in quotes, at most 64 bytes of it, and '?' for
/// every byte that is not printable ASCII.
inline std::string quoted(std::string_view name) {
  std::string out = "\"";
  for (const char c : name.substr(0, 64)) out += c >= ' ' && c <= '~' ? c : '?';
  return out += name.size() > 64 ? "...\"" : "\"";
}

}  // namespace so::amf
