#pragma once

#include <cstdint>

#include "base/bytes.h"
#include "base/result.h"

namespace so::flv {

/// The header of an MP3 frame (ISO/IEC 11172-3, 2.4.1.3): there is no other configuration.
struct MpegAudio {
  bool mpeg1 = true;  // else MPEG-2, or 2.5 with half of its rates
  std::uint32_t sample_rate = 0;
  std::uint8_t channels = 2;
  std::uint32_t samples = 1152;  // a frame

  static Result<MpegAudio> decode(ByteView frame);
  bool operator==(const MpegAudio&) const = default;
};

}  // namespace so::flv
