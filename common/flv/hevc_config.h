#pragma once

#include <array>
#include <cstdint>
#include <vector>

#include "base/bytes.h"
#include "base/result.h"

namespace so::flv {

/// What we need of an HEVC sequence parameter set (H.265, 7.3.2.2).
struct HevcSps {
  std::array<std::uint8_t, 12> profile_tier_level{};  // as hvcC has it: profile .. level
  std::uint8_t temporal_layers = 1;
  bool temporal_nesting = false;
  std::uint8_t chroma_format = 1;
  std::uint8_t luma_bits = 8;
  std::uint8_t chroma_bits = 8;
  std::uint32_t width = 0;  // pixels, after cropping; at most 16384
  std::uint32_t height = 0;

  /// From the NAL unit, its two header bytes included. Reads no further than the bit depths.
  static Result<HevcSps> decode(ByteView nal_unit);
};

/// The HEVCDecoderConfigurationRecord (ISO/IEC 14496-15, 8.3.3.1): payload of an HEVC sequence
/// start, and body of an hvcC box.
struct HevcConfig {
  std::uint8_t length_bytes = 4;  // of the length before each NAL unit: 1, 2 or 4
  std::vector<Bytes> vps;
  std::vector<Bytes> sps;  // at least one
  std::vector<Bytes> pps;
  HevcSps
      picture;  // what the first SPS says; profile and level come from here, not from the record

  /// Other arrays than those of parameter sets are not kept.
  static Result<HevcConfig> decode(ByteView record);
  /// Canonical: general fields are those of the first SPS, each array is said to be complete.
  [[nodiscard]] Bytes encode() const;
};

}  // namespace so::flv
