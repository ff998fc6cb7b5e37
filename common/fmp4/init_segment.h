#pragma once

#include <span>

#include "base/bytes.h"
#include "fmp4/track.h"

namespace so::fmp4 {

/// ftyp and moov of a live stream: one sample entry a track, empty sample tables, duration 0 and no
/// mehd. A duration takes Chromium out of its low-delay path.
Bytes init_segment(std::span<const Track> tracks);

}  // namespace so::fmp4
