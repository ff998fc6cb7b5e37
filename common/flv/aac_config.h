#pragma once

#include <cstdint>

#include "base/bytes.h"
#include "base/result.h"

namespace so::flv {

/// The AudioSpecificConfig (ISO/IEC 14496-3, 1.6.2.1): payload of an AAC sequence start. Its rate
/// and channels are the true ones; those of the FLV header byte are not.
struct AacConfig {
  std::uint8_t object_type = 2;            // 2 LC, 5 HE, 29 HEv2: the N of "mp4a.40.N"
  std::uint32_t sample_rate = 0;           // of the core decoder: HE plays at twice this
  std::uint8_t channels = 0;               // 0: the stream describes them itself
  std::uint16_t samples_per_frame = 1024;  // at sample_rate; 960 is rare
  Bytes record;                            // as it came, HE extensions included: at most 64 bytes

  static Result<AacConfig> decode(ByteView record);
};

/// Some encoders put ADTS headers before their frames, which FLV does not have. The frame without.
ByteView without_adts(ByteView frame);

}  // namespace so::flv
