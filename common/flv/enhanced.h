#pragma once

#include "base/cursor.h"
#include "flv/packet.h"

namespace so::flv {

/// The part of the Enhanced RTMP header that audio and video share: ModEx, multitrack, FourCC and
/// track id. `type` is the low nibble of the first byte, already taken from the cursor; the packet
/// type that is left after unwrapping is returned. Problems are remembered by the cursor.
unsigned read_enhanced(Cursor& in, unsigned type, Packet& packet);

}  // namespace so::flv
