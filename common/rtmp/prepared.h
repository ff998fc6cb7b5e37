#pragma once

#include <cstdint>

#include "base/bytes.h"
#include "rtmp/events.h"
#include "rtmp/shared_object_message.h"

namespace so::rtmp {

// A message chunked once for all peers with the same chunk size, and for media the same message
// stream (nearly always 1). The bytes may be sent to a peer after any take_output() of its session:
// they have full headers, and media has chunk streams of its own here.

Bytes prepare(const Media& media, std::uint32_t chunk_size);
Bytes prepare(const SharedObjectMessage& message, Encoding encoding, std::uint32_t chunk_size);

}  // namespace so::rtmp
