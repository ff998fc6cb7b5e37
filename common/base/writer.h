#pragma once

#include <bit>
#include <cassert>
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "base/bytes.h"

namespace so {

/// Appends big-endian fields to a byte string that the caller owns and that outlives the writer.
class Writer {
 public:
  explicit Writer(Bytes& out) : out_(&out) {}

  void u8(std::uint8_t value) { out_->push_back(value); }
  void u16(std::uint16_t value) { big_endian(value, 2); }
  void u24(std::uint32_t value) { big_endian(value, 3); }
  void u32(std::uint32_t value) { big_endian(value, 4); }
  void u64(std::uint64_t value) { big_endian(value, 8); }
  void f64(double value) { u64(std::bit_cast<std::uint64_t>(value)); }
  void bytes(ByteView view) { out_->insert(out_->end(), view.begin(), view.end()); }
  void text(std::string_view view) { bytes(as_bytes(view)); }
  void zeros(std::size_t n) { out_->resize(out_->size() + n); }

  [[nodiscard]] std::size_t at() const { return out_->size(); }

  /// Overwrites a 32-bit field written earlier: sizes that are known only afterwards.
  void patch_u32(std::size_t offset, std::uint32_t value) {
    assert(offset + 4 <= out_->size());
    for (std::size_t i = 0; i < 4; ++i) {
      (*out_)[offset + i] = static_cast<std::uint8_t>(value >> (24U - 8U * i));
    }
  }

 private:
  void big_endian(std::uint64_t value, std::size_t n) {
    for (std::size_t i = n; i-- > 0;) out_->push_back(static_cast<std::uint8_t>(value >> (8U * i)));
  }

  Bytes* out_;
};

}  // namespace so
