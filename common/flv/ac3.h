#pragma once

#include <cstdint>

#include "base/bytes.h"
#include "base/result.h"

namespace so::flv {

/// The header of an AC-3 or E-AC-3 frame (ETSI TS 102 366, 4.4 and E.1.3): there is no other
/// configuration.
struct Ac3 {
  bool enhanced = false;
  std::uint32_t sample_rate = 0;
  std::uint8_t channels = 2;
  std::uint32_t samples = 1536;  // a frame
  Bytes record;                  // body of a dac3 or dec3 box

  static Result<Ac3> decode(ByteView frame, bool enhanced);
};

}  // namespace so::flv
