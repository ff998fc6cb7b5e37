#pragma once

#include "base/bytes.h"
#include "fmp4/fragment.h"
#include "fmp4/muxer.h"

namespace so::fmp4 {

/// One picture as a whole file, from time zero: `key` is a key frame of the stream that `init`
/// describes. A browser shows it as it shows video, without sound.
Bytes still(const InitSegment& init, const Fragment& key);

/// What a browser must be told of it.
std::string still_mime(const InitSegment& init);

}  // namespace so::fmp4
