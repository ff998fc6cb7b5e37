#pragma once

#include "net/frame.h"

namespace so::test {

/// A frame as it goes over the wire, in one piece.
inline Bytes frame_bytes(const net::Frame& frame) {
  Bytes bytes = *frame.parcel().head;
  const ByteView tail = frame.parcel().tail.bytes;
  bytes.insert(bytes.end(), tail.begin(), tail.end());
  return bytes;
}

}  // namespace so::test
