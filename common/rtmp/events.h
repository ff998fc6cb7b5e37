#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "amf/value.h"
#include "base/bytes.h"
#include "rtmp/chunk.h"

namespace so::rtmp {

// What both roles hear from the other side, and say.

enum class MediaKind : std::uint8_t { kAudio, kVideo, kData };

/// One audio, video or data message. Audio and video bodies are FLV tag bodies. A data body is AMF0
/// values: from publishers "@setDataFrame", "onMetaData", value; or a name and values.
struct Media {
  std::uint32_t stream = 0;  // message stream
  MediaKind kind{};
  std::uint32_t timestamp = 0;  // milliseconds; wraps at 2^32, and from some encoders at 2^31
  ByteView body;                // borrowed until the next call of next() or receive()
  Bytes* whole = nullptr;       // holds just the body, and may be moved away; null: it is borrowed

  /// nullopt when the message is something else.
  static std::optional<Media> from(const RawMessage& message);
  /// As this session writes it: with a chunk stream for each kind, data as type 18.
  [[nodiscard]] MessageHeader header() const;
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
  amf::Values values;  // mostly one
  bool operator==(const Reply&) const = default;
};

/// The object that tells how something went: {level, code, description}.
amf::Value information(std::string_view level, std::string_view code, std::string_view description);

}  // namespace so::rtmp
