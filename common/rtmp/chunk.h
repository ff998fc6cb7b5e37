#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

#include "base/bytes.h"
#include "rtmp/message_type.h"

namespace so::rtmp {

// Messages travel in chunks, so that a small one need not wait for a large one (RTMP 1.0, 5.3).
// Messages on one chunk stream follow each other; those on different ones interleave.
//
//   basic header     fmt:2 id:6         id 2..63 is the chunk stream
//                    fmt:2 0:6  n:8     chunk stream 64 + n
//                    fmt:2 1:6  n:16    chunk stream 64 + n, little-endian
//   message header   fmt 0   timestamp:24 length:24 type:8 stream:32 (little-endian)
//                    fmt 1   delta:24     length:24 type:8
//                    fmt 2   delta:24
//                    fmt 3   nothing: the message goes on, or one like the last begins
//   extended         time:32, when the 24-bit time in force is 0xFFFFFF
//   payload          at most the chunk size

constexpr std::array<std::size_t, 4> kMessageHeaderBytes{11, 7, 3, 0};
constexpr std::uint32_t kExtendedTime = 0xFFFFFF;
constexpr std::uint32_t kMaxMessageBytes = 0xFFFFFF;
constexpr std::uint32_t kMaxChunkBytes = kMaxMessageBytes;  // a larger chunk would never be full
constexpr std::uint32_t kFirstChunkBytes = 128;             // until Set Chunk Size
constexpr std::uint32_t kMaxChunkStream = 65599;
constexpr std::uint32_t kMaxMessageStream = 0xFFFFFF;

struct MessageHeader {
  std::uint32_t chunk_stream = 2;
  std::uint32_t timestamp = 0;  // milliseconds; wraps
  MessageType type{};
  std::uint32_t stream = 0;  // message stream: 0 is the connection, createStream hands out others
  bool operator==(const MessageHeader&) const = default;
};

/// A message whose body nobody has looked at. The body is borrowed.
struct RawMessage {
  MessageHeader header;
  ByteView body;
  Bytes* whole = nullptr;  // holds just the body, and may be moved away; null: it is part of more
};

}  // namespace so::rtmp
