#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/bytes.h"
#include "base/cursor.h"
#include "base/result.h"

namespace so::wire {

/// What a frame asks or says; man/scopewire-bus.7 describes each.
enum class Kind : std::uint8_t {
  kHello = 0x01,
  kBeat = 0x02,
  kBye = 0x03,
  kJoin = 0x04,
  kLeave = 0x05,
  kUse = 0x06,
  kRelease = 0x07,
  kChange = 0x08,
  kGet = 0x09,
  kList = 0x0A,
  kPublish = 0x0B,
  kUnpublish = 0x0C,
  kMeta = 0x0D,
  kFollow = 0x0E,
  kUnfollow = 0x0F,
  kDrop = 0x10,
  kServe = 0x11,
  kUnserve = 0x12,
  kCall = 0x13,
  kResult = 0x14,
  kAsk = 0x15,
  kKick = 0x16,
  kStat = 0x17,
  kTime = 0x18,
  kMembers = 0x19,
  kHistory = 0x1A,
  kRates = 0x1B,
  kRegister = 0x20,
  kUnregister = 0x21,
  kNotify = 0x22,
  kAcknowledge = 0x23,
  kEmit = 0x24,

  kDone = 0x40,
  kError = 0x41,

  kChanged = 0x80,
  kMember = 0x81,
  kStream = 0x82,
  kMetadata = 0x83,
  kGap = 0x84,
  kCalled = 0x85,
  kKicked = 0x86,
  kMail = 0x90,
  kReplaced = 0x91,
  kMessage = 0x92,
  kBroadcast = 0x93,
};

/// The name of a request, as the manual page has it: "join"; "other" for what is none.
std::string_view to_text(Kind request);

constexpr std::uint16_t kMagic = 0x5357;
constexpr std::uint8_t kProtocol = 1;
constexpr std::size_t kHeaderBytes = 40;
constexpr std::size_t kMaxBody = std::size_t{1} << 20U;

/// The fixed part: 40 bytes on the wire.
struct Header {
  Kind kind{};
  std::uint32_t request = 0;  // 0: an event, or no reply wanted
  std::uint64_t member =
      0;  // a connection of the tool at this end; 0: the tool itself, or somebody else's
  std::uint64_t epoch = 0;
  std::uint64_t version = 0;
  bool operator==(const Header&) const = default;
};

/// A frame borrowed from the message it was read from.
struct FrameView {
  Header header;
  std::string_view scope;
  std::string_view name;
  std::string_view body;
  bool operator==(const FrameView&) const = default;
};

/// A frame that may wait.
struct Frame {
  Header header;
  std::string scope;
  std::string name;
  std::string body;

  [[nodiscard]] FrameView view() const { return {header, scope, name, body}; }
  static Frame copy(const FrameView& from) {
    return {from.header, std::string{from.scope}, std::string{from.name}, std::string{from.body}};
  }
};

/// The next frame of a message; nullopt at its end. Scope, name and body must be UTF-8, and are not
/// checked here: who uses them does. A truncated or foreign frame is an error, and ends the
/// message; another version of the protocol is kRefused.
Result<std::optional<FrameView>> read_frame(Cursor& in);
void write_frame(const FrameView& frame, Bytes& out);

[[nodiscard]] constexpr bool is_reply(Kind kind) {
  return kind == Kind::kDone || kind == Kind::kError;
}
[[nodiscard]] constexpr bool is_event(Kind kind) {
  return static_cast<std::uint8_t>(kind) >= 0x80;
}
/// Whether the tool gets over not being told, by what it asks at a gap. Who was thrown out and is
/// not told would come in again with all else that the tool holds.
[[nodiscard]] constexpr bool may_be_missed(Kind kind) {
  return is_event(kind) && kind != Kind::kKicked && kind != Kind::kReplaced;
}

}  // namespace so::wire
