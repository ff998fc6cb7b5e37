#pragma once

#include <cstdint>

#include "flv/bit_cursor.h"

namespace so::flv {

/// Reads left, right, top and bottom, ue each, and takes them off (H.264, 7.4.2.1.1 and H.265,
/// 7.4.3.2.1). They count samples of chroma, and rows in units of `rows`: 2 if there are fields.
/// `chroma_format` is 0 for planes that are separate, too. What leaves nothing fails the cursor.
void crop(BitCursor& in, unsigned chroma_format, unsigned rows, std::uint32_t& width,
          std::uint32_t& height);

}  // namespace so::flv
