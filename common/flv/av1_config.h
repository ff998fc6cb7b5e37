#pragma once

#include <cstdint>

#include "base/bytes.h"
#include "base/result.h"

namespace so::flv {

/// The AV1CodecConfigurationRecord: payload of an AV1 sequence start, and body of an av1C box.
struct Av1Config {
  std::uint8_t profile = 0;
  std::uint8_t level = 0;  // seq_level_idx
  bool high_tier = false;
  std::uint8_t bit_depth = 8;
  std::uint32_t width = 0;  // pixels: the largest that the sequence header allows
  std::uint32_t height = 0;
  Bytes record;  // canonical: four bytes, then the sequence header alone

  /// A record without a sequence header is refused: a browser needs it.
  static Result<Av1Config> decode(ByteView record);
};

/// One AV1 temporal unit, fit for an MP4 sample: no temporal delimiters, no padding, no tile lists.
struct TemporalUnit {
  ByteView bytes;          // the payload itself, or the scratch buffer if something had to go
  bool has_key = false;    // its first frame is a key frame that is shown
  bool has_frame = false;  // there is a picture at all
};
/// An error is an OBU that reaches beyond the end.
Result<TemporalUnit> read_temporal_unit(ByteView payload, Bytes& scratch);

}  // namespace so::flv
