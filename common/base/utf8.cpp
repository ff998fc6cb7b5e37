#include "base/utf8.h"

#include <cstring>

namespace so {
namespace {

bool is_continuation(std::uint8_t byte) {
  return (byte & 0xC0U) == 0x80;
}

// The length of the character at the front, 0 if there is none.
//   C2..DF 80..BF   E0 A0..BF 80..BF   E1..EF 80..BF 80..BF, but ED 80..9F
//   F0 90..BF 80..BF 80..BF   F1..F3 80..BF ...   F4 80..8F ...
std::size_t character(ByteView bytes) {
  const std::uint8_t lead = bytes[0];
  if (lead < 0x80) return 1;
  if (lead < 0xC2 || lead > 0xF4) return 0;
  const std::size_t length = lead < 0xE0 ? 2 : lead < 0xF0 ? 3 : 4;
  if (bytes.size() < length) return 0;
  for (const std::uint8_t byte : bytes.subspan(1, length - 1)) {
    if (!is_continuation(byte)) return 0;
  }
  const std::uint8_t second = bytes[1];
  const bool overlong = (lead == 0xE0 && second < 0xA0) || (lead == 0xF0 && second < 0x90);
  const bool surrogate = lead == 0xED && second > 0x9F;
  const bool too_high = lead == 0xF4 && second > 0x8F;
  return overlong || surrogate || too_high ? 0 : length;
}

bool eight_ascii(const std::uint8_t* bytes) {
  std::uint64_t word = 0;
  std::memcpy(&word, bytes, sizeof word);
  return (word & 0x8080808080808080U) == 0;
}

}  // namespace

bool is_utf8(ByteView bytes) {
  while (!bytes.empty()) {
    while (bytes.size() >= 8 && eight_ascii(bytes.data())) bytes = bytes.subspan(8);
    if (bytes.empty()) break;
    const std::size_t length = character(bytes);
    if (length == 0) return false;
    bytes = bytes.subspan(length);
  }
  return true;
}

}  // namespace so
