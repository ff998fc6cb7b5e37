#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

#include "base/cursor.h"
#include "base/result.h"
#include "rtmp/chunk.h"

namespace so::rtmp {

/// Bounds per connection. What a header announces gets 64 KiB at most before it has come, and never
/// more than twice of what has.
struct ChunkLimits {
  std::size_t chunk_streams = 64;           // live ids; encoders use fewer than ten, of any value
  std::size_t unfinished_bytes = 16 << 20;  // all unfinished messages together
  std::size_t media_bytes = 10 << 20;       // a message: audio, video, aggregate, unknown type
  std::size_t command_bytes = 256 << 10;    // a message: command, data, shared object
  std::size_t control_bytes = 64;           // a message of types 1 to 6, which need ten

  [[nodiscard]] std::size_t of(MessageType type) const;
};

/// What has been read, for metrics, for a budget of work per second, and for tests.
struct ChunkCounts {
  std::array<std::uint64_t, 4> by_format{};
  std::uint64_t extended = 0;  // chunks with an extended timestamp
};

/// Joins chunks into messages. Holds the unfinished body of each chunk stream, and up to 64 KiB for
/// its next: what it does not consume, the caller keeps and shows again with more behind it. A body
/// that came in pieces is in memory of its own, which the caller may move away.
class ChunkReader {
 public:
  explicit ChunkReader(const ChunkLimits& limits = {}) : limits_(limits) {}

  /// The next message; nullopt when `in` does not finish one. Takes from the front of `in` what it
  /// has used: all but an incomplete header. The body is borrowed from the reader or from the bytes
  /// under `in`, until the next call. After an error the connection is lost.
  Result<std::optional<RawMessage>> next(ByteView& in);

  void set_chunk_size(std::uint32_t bytes);  // 1 to 2^31 - 1; the next chunk has it
  void abort(std::uint32_t chunk_stream);    // forgets the unfinished message, if there is one
  void set_limits(const ChunkLimits& limits) { limits_ = limits; }

  [[nodiscard]] std::uint32_t chunk_size() const { return chunk_size_; }
  [[nodiscard]] const ChunkCounts& counts() const { return counts_; }

 private:
  struct Fields {  // the header in force on a chunk stream
    std::uint32_t timestamp = 0;
    std::uint32_t time = 0;  // as last written: absolute in format 0, else a delta
    bool extended = false;   // and it did not fit 24 bits
    std::uint32_t length = 0;
    MessageType type{};
    std::uint32_t stream = 0;
  };
  struct Stream {
    std::uint32_t id = 0;
    Fields fields{};
    Bytes body{};  // of the unfinished message
  };
  struct Basic {
    std::uint32_t format = 0;
    std::uint32_t id = 0;
  };

  [[nodiscard]] Stream* find(std::uint32_t id);
  Result<bool> begin_chunk(ByteView& in);
  static bool read_fields(Cursor& in, std::uint32_t format, bool goes_on, Fields& fields);
  [[nodiscard]] Status check_format(Basic basic, const Stream* stream) const;
  [[nodiscard]] Status check_length(const Stream* stream, const Fields& fields) const;
  std::optional<RawMessage> read_payload(ByteView& in);

  ChunkLimits limits_;
  std::uint32_t chunk_size_ = kFirstChunkBytes;
  std::vector<Stream> streams_;  // few, and mostly the first are meant
  Stream* current_ = nullptr;    // inside a chunk of this stream
  std::size_t wanted_ = 0;       // payload bytes that this chunk still owes
  std::size_t unfinished_ = 0;
  Bytes finished_;  // the body last returned, when it came in several pieces
  ChunkCounts counts_;
};

}  // namespace so::rtmp
