#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace so {

using Bytes = std::vector<std::uint8_t>;         // owned; may wait in a queue
using ByteView = std::span<const std::uint8_t>;  // borrowed; lives as long as its owner says

/// The same memory seen as bytes or as text: neither copies.
inline ByteView as_bytes(std::string_view text) {
  return {reinterpret_cast<const std::uint8_t*>(text.data()), text.size()};
}
inline std::string_view as_text(ByteView bytes) {
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

inline Bytes to_bytes(ByteView view) {
  return {view.begin(), view.end()};
}
inline std::string to_text(ByteView view) {
  return std::string{as_text(view)};
}

}  // namespace so
