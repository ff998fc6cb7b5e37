#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>

#include "base/buffer.h"
#include "base/bytes.h"
#include "base/result.h"
#include "base/writer.h"

namespace so::flv {

enum class TagType : std::uint8_t { kAudio = 8, kVideo = 9, kScript = 18 };

/// One access unit or one script value. The body of a tag is byte for byte the body of the RTMP
/// message of the same type number, so this is also what travels between our programs.
struct Tag {
  TagType type{};
  std::uint32_t timestamp = 0;  // ms, decode time; wraps (see timeline.h)
  ByteView body;                // borrowed
};

/// FLV 10.1, annex E. The flags are a hint only: readers decide by the tags that come.
void write_file_header(bool audio, bool video, Writer& out);
void write_tag(const Tag& tag, Writer& out);  // body under 16 MiB

/// Splits an FLV byte stream into tags. PreviousTagSize is neither waited for nor believed (many
/// writers get it wrong); AMF3 script tags (type 15) are skipped. Holds at most one incomplete tag
/// and what receive() was given since.
class Reader {
 public:
  struct Limits {
    std::size_t tag_bytes = 10U << 20U;  // a key frame of 4K intra is about 4 MiB
  };
  Reader() = default;
  explicit Reader(Limits limits) : limits_(limits) {}

  void receive(ByteView bytes);
  /// The next tag, or nullopt: feed me more. The body is borrowed until the next call of either.
  Result<std::optional<Tag>> next();

  /// Whether the stream may end here: nothing was cut off.
  [[nodiscard]] bool between_tags() const;

 private:
  Result<bool> read_file_header();
  Result<std::optional<Tag>> read_tag();
  void discard();

  Limits limits_;
  Buffer buffer_;
  std::size_t discard_ = 0;  // bytes of the stream, come or to come, that nobody needs any more
  bool started_ = false;
  std::optional<Error> failed_;
};

}  // namespace so::flv
