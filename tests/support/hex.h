#pragma once

#include <cctype>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <string_view>

#include "base/bytes.h"

namespace so::test {

/// "00 ff 2a" to bytes. Spaces and bars are for the eye. A test with a bad digit stops at once.
inline Bytes from_hex(std::string_view text) {
  Bytes bytes;
  std::string pair;
  for (const char c : text) {
    if (c == ' ' || c == '|' || c == '\n') continue;
    if (std::isxdigit(static_cast<unsigned char>(c)) == 0) std::abort();
    pair += c;
    if (pair.size() < 2) continue;
    bytes.push_back(static_cast<std::uint8_t>(std::stoul(pair, nullptr, 16)));
    pair.clear();
  }
  if (!pair.empty()) std::abort();
  return bytes;
}

inline std::string to_hex(ByteView bytes) {
  constexpr std::string_view kDigits = "0123456789abcdef";
  std::string text;
  for (const std::uint8_t byte : bytes) {
    text += kDigits[byte >> 4U];
    text += kDigits[byte & 15U];
  }
  return text;
}

}  // namespace so::test
