#pragma once

#include <cstddef>
#include <cstdint>

#include "base/bytes.h"
#include "base/result.h"

namespace so::flv {

enum class Coding : std::uint8_t { kAvc, kHevc };

/// One access unit of H.264 or HEVC, fit for an MP4 sample: NAL units behind lengths that add up,
/// no access unit delimiters, filler or empty units, no start codes.
struct AccessUnit {
  ByteView bytes;        // the payload itself, or the scratch buffer if something had to go
  bool has_idr = false;  // decoding can start here (HEVC: an IRAP picture), whatever is said of it
  bool has_slice = false;  // there is a picture at all
};

/// length_bytes: of the configuration, kept. An error is a length that reaches beyond the end, or a
/// picture in data partitions: what follows cannot be decoded until the next key frame.
Result<AccessUnit> read_access_unit(ByteView payload, std::size_t length_bytes, Bytes& scratch,
                                    Coding coding = Coding::kAvc);

}  // namespace so::flv
