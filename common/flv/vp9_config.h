#pragma once

#include <cstdint>

#include "base/bytes.h"
#include "base/result.h"

namespace so::flv {

/// The VPCodecConfigurationRecord: payload of a VP9 sequence start, and body of a vpcC box.
struct Vp9Config {
  std::uint8_t profile = 0;
  std::uint8_t level = 0;  // 10 times the number: 11 is 1.1
  std::uint8_t bit_depth = 8;
  Bytes record;  // canonical: version 1 and flags 0 in front, no codec initialization data

  /// With or without the version and flags of the box.
  static Result<Vp9Config> decode(ByteView record);
};

/// What the uncompressed header of a frame says (VP9, 6.2).
struct Vp9Frame {
  bool key = false;
  std::uint32_t width = 0;  // pixels; of key frames
  std::uint32_t height = 0;
};
Result<Vp9Frame> read_vp9_frame(ByteView frame);

}  // namespace so::flv
