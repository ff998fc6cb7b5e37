#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <unordered_map>

#include "base/bytes.h"
#include "rtmp/chunk.h"

namespace so::rtmp {

/// Splits messages into chunks and leaves out of their headers what the peer already knows.
/// Remembers one header per chunk stream that its caller uses.
///
/// Never written, though legal, because receivers differ: format 3 for a message right after format
/// 0 (is its delta the timestamp, or 0?), and an extended delta (some take it for a timestamp).
class ChunkWriter {
 public:
  /// Bodies are at most kMaxMessageBytes, chunk streams 2 to kMaxChunkStream.
  void write(const MessageHeader& header, ByteView body, Bytes& out);

  void set_chunk_size(std::uint32_t bytes);  // after the Set Chunk Size that announces it
  [[nodiscard]] std::uint32_t chunk_size() const { return chunk_size_; }

 private:
  struct Last {
    MessageHeader header;
    std::size_t length = 0;
    std::optional<std::uint32_t> delta;  // none after format 0
  };

  std::uint32_t chunk_size_ = kFirstChunkBytes;
  std::unordered_map<std::uint32_t, Last> last_;
};

/// Appends the message with a full header: right whatever was sent before it on its chunk stream,
/// so the bytes may be shared among all peers with this chunk size. What a ChunkWriter sends on the
/// same chunk stream afterwards would be wrong; keep their chunk streams apart.
void write_message(const MessageHeader& header, ByteView body, std::uint32_t chunk_size,
                   Bytes& out);

}  // namespace so::rtmp
