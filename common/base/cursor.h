#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "base/bytes.h"

namespace so {

/// Reads big-endian fields from borrowed bytes. An over-read is remembered and yields zeros from
/// then on, so a parser reads like its specification and checks ok() or done() once, at the end.
class Cursor {
 public:
  explicit Cursor(ByteView bytes) : bytes_(bytes) {}

  std::uint8_t u8() { return static_cast<std::uint8_t>(big_endian(1)); }
  std::uint16_t u16() { return static_cast<std::uint16_t>(big_endian(2)); }
  std::uint32_t u24() { return static_cast<std::uint32_t>(big_endian(3)); }
  std::uint32_t u32() { return static_cast<std::uint32_t>(big_endian(4)); }
  std::uint64_t u64() { return big_endian(8); }
  double f64() { return std::bit_cast<double>(u64()); }
  std::int32_t s24() { return static_cast<std::int32_t>(u24() << 8U) >> 8; }

  /// The next n bytes, borrowed; empty if there are fewer.
  ByteView bytes(std::size_t n) {
    if (!take(n)) return {};
    return bytes_.subspan(at_ - n, n);
  }
  std::string_view text(std::size_t n) { return as_text(bytes(n)); }
  ByteView rest() { return bytes(left()); }
  void skip(std::size_t n) { take(n); }

  /// The next byte, not consumed; 0 at the end.
  [[nodiscard]] std::uint8_t peek() const { return left() > 0 ? bytes_[at_] : std::uint8_t{0}; }

  [[nodiscard]] std::size_t at() const { return at_; }  // offset, for error texts
  [[nodiscard]] std::size_t left() const { return bytes_.size() - at_; }
  [[nodiscard]] bool ok() const { return !over_; }  // nothing was read past the end
  [[nodiscard]] bool done() const { return !over_ && left() == 0; }  // and nothing is left
  void fail() { over_ = true; }                                      // the caller found nonsense

 private:
  bool take(std::size_t n) {
    if (over_ || n > left()) {
      over_ = true;
      return false;
    }
    at_ += n;
    return true;
  }
  std::uint64_t big_endian(std::size_t n) {
    if (!take(n)) return 0;
    std::uint64_t value = 0;
    for (const std::uint8_t byte : bytes_.subspan(at_ - n, n)) value = value << 8U | byte;
    return value;
  }

  ByteView bytes_;
  std::size_t at_ = 0;
  bool over_ = false;
};

}  // namespace so
