#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>

#include "base/bytes.h"
#include "base/result.h"
#include "flv/tag.h"

namespace so::media {

/// What a unit is to those who come later (scopewire-bus(7), MEDIA).
namespace flag {
inline constexpr std::uint8_t kKey = 1;          // decoding may start here
inline constexpr std::uint8_t kRetained = 2;     // a codec configuration, or the stream's metadata
inline constexpr std::uint8_t kEndOfHead = 4;    // no body
inline constexpr std::uint8_t kEndOfStream = 8;  // no body
}  // namespace flag

using SharedBytes = std::shared_ptr<const Bytes>;

/// One message of a stream as it was published, numbered by its publisher: an access unit, a codec
/// configuration, or data. The body is shared by all who send or keep it.
struct Unit {
  std::uint64_t sequence = 0;  // 1, 2, 3 ...
  std::uint8_t flags = 0;
  flv::TagType type{};
  std::uint32_t timestamp = 0;  // ms, decode time; wraps
  SharedBytes body;

  [[nodiscard]] flv::Tag tag() const { return {type, timestamp, *body}; }
};

/// The same, borrowed from the message it came in.
struct UnitView {
  std::uint64_t sequence = 0;
  std::uint8_t flags = 0;
  flv::TagType type{};
  std::uint32_t timestamp = 0;
  ByteView body;
  std::shared_ptr<const void> owner{};  // of the body, for those who want to keep it

  [[nodiscard]] flv::Tag tag() const { return {type, timestamp, body}; }
  [[nodiscard]] bool has(std::uint8_t flag) const { return (flags & flag) != 0; }
};

inline UnitView view(const Unit& unit) {
  return {unit.sequence,
          unit.flags,
          unit.type,
          unit.timestamp,
          unit.body ? ByteView{*unit.body} : ByteView{},
          unit.body};
}

/// What a tag is: key frame, configuration, metadata, or none of them. A body that cannot be read
/// is none.
std::uint8_t flags_of(const flv::Tag& tag);

/// What comes between the topic and the body.
void write_header(const UnitView& unit, Bytes& out);
/// Borrowed from the message.
Result<UnitView> read_unit(ByteView message);

}  // namespace so::media
