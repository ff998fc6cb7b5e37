#pragma once

#include <cstdint>
#include <string>

#include "amf/value.h"
#include "base/bytes.h"

namespace so::rtmp {

// What both roles hear from the other side.

enum class MediaKind : std::uint8_t { kAudio, kVideo, kData };

/// One audio, video or data message. Audio and video bodies are FLV tag bodies. A data body is AMF0
/// values: from publishers "@setDataFrame", "onMetaData", value; or a name and values.
struct Media {
  std::uint32_t stream = 0;  // message stream
  MediaKind kind{};
  std::uint32_t timestamp = 0;  // milliseconds; wraps at 2^32, and from some encoders at 2^31
  ByteView body;                // borrowed until the next call of next() or receive()
};

/// A command the session does not know: a remote method call, to be answered with result() or
/// error() unless the transaction is 0.
struct Call {
  std::string name;
  double transaction = 0;
  amf::Value object;  // null from nearly everybody
  amf::Values arguments;
  std::uint32_t stream = 0;  // 0 unless called on a stream
  bool operator==(const Call&) const = default;
};

/// The answer to a call() of ours.
struct Reply {
  double transaction = 0;
  bool failed = false;
  amf::Values values;  // of the command object, and what follows it
  bool operator==(const Reply&) const = default;
};

}  // namespace so::rtmp
