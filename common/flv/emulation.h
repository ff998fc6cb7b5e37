#pragma once

#include "base/bytes.h"

namespace so::flv {

/// The payload of a NAL unit of H.264 or HEVC: 00 00 03 stands for 00 00, the 03 keeps start codes
/// out of it.
Bytes without_emulation_prevention(ByteView nal_unit);

}  // namespace so::flv
