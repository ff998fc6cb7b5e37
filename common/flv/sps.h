#pragma once

#include <cstdint>

#include "base/bytes.h"
#include "base/result.h"

namespace so::flv {

/// What we need of an H.264 sequence parameter set (H.264, 7.3.2.1.1).
struct Sps {
  std::uint8_t profile = 0;
  std::uint8_t compatibility = 0;
  std::uint8_t level = 0;
  std::uint8_t chroma_format = 1;
  std::uint8_t luma_bits = 8;
  std::uint8_t chroma_bits = 8;
  std::uint32_t width = 0;  // pixels, after cropping; at most 16384
  std::uint32_t height = 0;

  /// From the NAL unit, header byte included. Reads no further than the cropping rectangle.
  static Result<Sps> decode(ByteView nal_unit);

  /// Whether avcC carries chroma format and bit depths: the profiles that define them.
  [[nodiscard]] bool has_chroma_fields() const;
};

}  // namespace so::flv
