#pragma once

#include <cstddef>
#include <cstdint>

#include "base/bytes.h"

namespace so::flv {

/// Reads bit fields, most significant bit first. Like Cursor it remembers an over-read and yields
/// zeros from then on.
class BitCursor {
 public:
  explicit BitCursor(ByteView bytes) : bytes_(bytes) {}

  std::uint32_t bits(unsigned n) {  // n at most 32
    std::uint32_t value = 0;
    for (unsigned i = 0; i < n; ++i) value = value << 1U | bit();
    return value;
  }
  bool flag() { return bit() != 0; }

  /// Exp-Golomb codes of H.264, 9.1.
  std::uint32_t ue() {
    unsigned zeros = 0;
    while (ok() && !flag()) ++zeros;
    if (zeros > 31) fail();
    return ok() ? (1U << zeros) - 1 + bits(zeros) : 0;
  }
  std::int32_t se() {
    const std::uint32_t code = ue();
    const auto half = static_cast<std::int32_t>(code / 2);
    return (code & 1U) != 0 ? half + 1 : -half;
  }

  [[nodiscard]] std::size_t left() const { return over_ ? 0 : bytes_.size() * 8 - at_; }
  [[nodiscard]] bool ok() const { return !over_; }
  void fail() { over_ = true; }

 private:
  std::uint32_t bit() {
    if (left() == 0) {
      over_ = true;
      return 0;
    }
    const std::uint32_t byte = bytes_[at_ / 8];
    const std::uint32_t value = byte >> (7 - at_ % 8) & 1U;
    ++at_;
    return value;
  }

  ByteView bytes_;
  std::size_t at_ = 0;  // in bits
  bool over_ = false;
};

}  // namespace so::flv
