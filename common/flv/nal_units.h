#pragma once

#include <cstddef>

#include "base/bytes.h"
#include "base/result.h"

namespace so::flv {

/// One H.264 access unit, fit for an MP4 sample: NAL units behind lengths that add up, no access
/// unit delimiters, filler or empty units, no start codes.
struct AccessUnit {
  ByteView bytes;          // the payload itself, or the scratch buffer if something had to go
  bool has_idr = false;    // decoding can start here, whatever the publisher's key frame flag says
  bool has_slice = false;  // there is a picture at all
};

/// length_bytes: of AvcConfig, kept. An error is a length that reaches beyond the end: what follows
/// cannot be decoded until the next key frame.
Result<AccessUnit> read_access_unit(ByteView payload, std::size_t length_bytes, Bytes& scratch);

}  // namespace so::flv
