#pragma once

#include <cstdint>

#include "base/bytes.h"
#include "base/result.h"

namespace so::flv {

/// The identification header of Opus (RFC 7845, 5.1): payload of an Opus sequence start.
struct OpusConfig {
  std::uint8_t channels = 2;
  Bytes record;  // body of a dOps box: the same fields, big-endian, as version 0

  static Result<OpusConfig> decode(ByteView head);
};

/// How long a packet plays, in samples of 48 kHz (RFC 6716, 3.1); 0: it is none.
std::uint32_t opus_samples(ByteView packet);

}  // namespace so::flv
