#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "base/bytes.h"
#include "base/result.h"
#include "flv/sps.h"

namespace so::flv {

/// The AVCDecoderConfigurationRecord (ISO/IEC 14496-15, 5.3.3.1): payload of an H.264 sequence
/// start, and body of an avcC box.
struct AvcConfig {
  std::uint8_t length_bytes = 4;  // of the length before each NAL unit: 1, 2 or 4
  std::vector<Bytes> sps;         // at least one
  std::vector<Bytes> pps;
  Sps picture;  // what the first SPS says; profile and level come from here, not from the record

  /// Reserved bits may be anything, and what follows the picture parameter sets is not read: many
  /// encoders get both wrong.
  static Result<AvcConfig> decode(ByteView record);
  /// Canonical: the three profile bytes are those of the first SPS, reserved bits are set, and the
  /// chroma fields are there exactly for the profiles that have them.
  [[nodiscard]] Bytes encode() const;
};

}  // namespace so::flv
