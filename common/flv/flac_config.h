#pragma once

#include <cstdint>

#include "base/bytes.h"
#include "base/result.h"

namespace so::flv {

/// STREAMINFO of FLAC (RFC 9639, 8.2): payload of a FLAC sequence start.
struct FlacConfig {
  std::uint32_t sample_rate = 0;
  std::uint8_t channels = 0;
  std::uint8_t bits = 0;  // a sample
  Bytes record;           // body of a dfLa box without version and flags: STREAMINFO alone

  /// With or without `fLaC` and the header of the metadata block.
  static Result<FlacConfig> decode(ByteView header);
};

/// Samples a channel in a frame (RFC 9639, 9.1); 0: it is none.
std::uint32_t flac_samples(ByteView frame);

}  // namespace so::flv
