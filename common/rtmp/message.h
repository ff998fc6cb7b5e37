#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "amf/amf0.h"
#include "amf/value.h"
#include "base/bytes.h"
#include "base/result.h"
#include "base/writer.h"
#include "rtmp/chunk.h"

namespace so::rtmp {

// A struct for each message that is more than a payload. Audio and video bodies pass through as
// they are: they are FLV tag bodies. Shared objects have a header of their own.
//
// decode() refuses a body that is too short and ignores what trails: cameras send such things.

// Protocol control, types 1 to 6: chunk stream 2, message stream 0, effective at once.

struct SetChunkSize {  // RTMP 1.0, 5.4.1
  static constexpr auto kType = MessageType::kSetChunkSize;
  std::uint32_t bytes = kFirstChunkBytes;  // 1 to 2^31 - 1
  static Result<SetChunkSize> decode(ByteView body);
  void encode(Writer& out) const;
  bool operator==(const SetChunkSize&) const = default;
};

struct Abort {  // 5.4.2
  static constexpr auto kType = MessageType::kAbort;
  std::uint32_t chunk_stream = 0;
  static Result<Abort> decode(ByteView body);
  void encode(Writer& out) const;
  bool operator==(const Abort&) const = default;
};

struct Acknowledgement {  // 5.4.3
  static constexpr auto kType = MessageType::kAcknowledgement;
  std::uint32_t bytes = 0;  // received so far; wraps
  static Result<Acknowledgement> decode(ByteView body);
  void encode(Writer& out) const;
  bool operator==(const Acknowledgement&) const = default;
};

struct WindowAckSize {  // 5.4.4
  static constexpr auto kType = MessageType::kWindowAckSize;
  std::uint32_t bytes = 0;
  static Result<WindowAckSize> decode(ByteView body);
  void encode(Writer& out) const;
  bool operator==(const WindowAckSize&) const = default;
};

struct SetPeerBandwidth {  // 5.4.5
  enum class Limit : std::uint8_t { kHard = 0, kSoft = 1, kDynamic = 2 };
  static constexpr auto kType = MessageType::kSetPeerBandwidth;
  std::uint32_t bytes = 0;  // the window the peer is to announce
  Limit limit = Limit::kDynamic;
  static Result<SetPeerBandwidth> decode(ByteView body);
  void encode(Writer& out) const;
  bool operator==(const SetPeerBandwidth&) const = default;
};

struct UserControl {  // 7.1.7
  // event:16, then value:32, then for kSetBufferLength milliseconds:32
  enum class Event : std::uint16_t {
    kStreamBegin = 0,
    kStreamEof = 1,
    kStreamDry = 2,
    kSetBufferLength = 3,
    kStreamIsRecorded = 4,
    kPingRequest = 6,
    kPingResponse = 7,
  };
  static constexpr auto kType = MessageType::kUserControl;
  Event event{};                // others exist and are to be ignored; their data is not kept
  std::uint32_t value = 0;      // a message stream; of a ping, milliseconds to be sent back
  std::uint32_t buffer_ms = 0;  // kSetBufferLength
  static Result<UserControl> decode(ByteView body);
  void encode(Writer& out) const;
  bool operator==(const UserControl&) const = default;
};

/// How a peer that has said `objectEncoding` writes values: type 20, 18, 19, or 17, 15, 16.
enum class Encoding : std::uint8_t { kAmf0 = 0, kAmf3 = 3 };

/// The value itself where it stood behind 0x11: how a peer has encoded it is of no interest inside.
amf::Value unwrap(amf::Value value);

/// A remote procedure call or its answer, types 20 and 17 (7.1.1, 7.2).
///
///   type 17 only: 0:8
///   name, transaction, object, argument...     AMF0 values; an AMF3 one stands behind 0x11
struct Command {
  std::string name;
  double transaction = 0;  // 0: no answer is wanted
  amf::Value object = amf::Value::null();
  amf::Values arguments;

  /// Values behind 0x11 are given as what they are, references as copies of what they refer to, but
  /// for cycles. What is missing at the end has its default.
  static Result<Command> decode(const RawMessage& message, amf::Limits limits = {});
  [[nodiscard]] Bytes encode(Encoding encoding) const;

  /// The argument, or undefined where there are fewer.
  [[nodiscard]] const amf::Value& argument(std::size_t index) const;
  bool operator==(const Command&) const = default;

  static MessageType type(Encoding encoding) {
    return encoding == Encoding::kAmf3 ? MessageType::kCommandAmf3 : MessageType::kCommandAmf0;
  }
};

/// The AMF0 values of a command or data message as they stand on the wire: types 17 and 15 begin
/// with a zero byte, which is left out here. Those of data pass through, or amf::decode reads them.
ByteView amf0_values(const RawMessage& message);

/// The messages inside an aggregate, type 22 (7.1.6):
///
///   { type:8 length:24 timestamp:24 timestamp-upper:8 stream:24 body back-pointer:32 }...
///
/// They count their time from the first, which has the time of the aggregate; the aggregate's
/// stream holds. Only audio, video and data may be inside. Back-pointers are not looked at.
class AggregateReader {
 public:
  explicit AggregateReader(const RawMessage& aggregate)
      : header_(aggregate.header), in_(aggregate.body) {}
  /// The next message, borrowed from the aggregate's body; nullopt at the end.
  Result<std::optional<RawMessage>> next();

 private:
  MessageHeader header_;
  Cursor in_;
  std::optional<std::uint32_t> first_;  // timestamp of the first message inside
};

}  // namespace so::rtmp
