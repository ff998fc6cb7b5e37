#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string_view>

#include "base/bytes.h"

namespace so::net {

/// What a client has said.
struct WsEvent {
  enum class Kind : std::uint8_t { kMore, kText, kBinary, kPing, kPong, kClose, kFault };
  Kind kind = Kind::kMore;
  ByteView payload{};      // borrowed until the next call; of kClose: the reason
  std::uint16_t code = 0;  // kClose: what it says, 1005 if nothing; kFault: what to close with
  std::string_view why{};  // kFault: in words
};

/// The frames of a client (RFC 6455, 5): bytes in, whole messages and control frames out. Text is
/// UTF-8. Holds no more than `message_bytes` of a message in fragments and one control frame; what
/// is larger is a fault as soon as its header says so. After a fault, and after a close, nothing
/// more is read.
class WsReader {
 public:
  struct Limits {
    std::size_t message_bytes = 256U << 10U;
    std::size_t fragments = 256;  // of one message, and one more for each 64 bytes of it
  };
  explicit WsReader(Limits limits) : limits_(limits) {}

  /// The next event, with what it took cut off the front of `in`; kMore: all was taken. The bytes
  /// are unmasked where they are.
  WsEvent next(std::span<std::uint8_t>& in);

  [[nodiscard]] bool failed() const { return fault_code_ != 0; }
  /// A close frame has come, in order or not.
  [[nodiscard]] bool closed() const { return closed_; }

 private:
  enum class Opcode : std::uint8_t {
    kContinuation = 0,
    kText = 1,
    kBinary = 2,
    kClose = 8,
    kPing = 9,
    kPong = 10
  };
  static constexpr std::size_t kMaxHead = 14;

  /// What has come of what comes in several pieces.
  struct Held {
    Bytes message;
    Bytes control;  // frame
  };

  [[nodiscard]] Opcode opcode() const { return static_cast<Opcode>(head_[0] & 0x0FU); }
  [[nodiscard]] bool final() const { return (head_[0] & 0x80U) != 0; }
  [[nodiscard]] bool control() const { return (head_[0] & 0x08U) != 0; }
  [[nodiscard]] std::size_t head_size() const;

  bool read_head(std::span<std::uint8_t>& in);
  bool begin_frame();
  bool begin_data();
  [[nodiscard]] std::uint64_t length() const;
  Bytes& held();
  void forget_told();
  void unmask(std::span<std::uint8_t> bytes);
  std::optional<WsEvent> end_frame(ByteView last);
  WsEvent whole(ByteView payload);
  WsEvent close(ByteView payload);
  bool fault(std::uint16_t code, std::string_view why);
  [[nodiscard]] WsEvent failure() const;

  Limits limits_;
  std::array<std::uint8_t, kMaxHead> head_{};
  std::uint8_t head_bytes_ = 0;
  std::uint8_t mask_at_ = 0;  // 0 to 3: the byte of the mask for the next byte
  Opcode message_{};          // of the fragments so far; kContinuation: none
  bool in_payload_ = false;   // of the frame that head_ begins
  bool closed_ = false;
  std::uint32_t fragments_ = 0;  // so far
  std::uint64_t owed_ = 0;       // bytes of the payload that have not come
  std::unique_ptr<Held> held_;   // null: nothing, as most of the time
  std::uint16_t fault_code_ = 0;
  std::string_view fault_why_;  // a constant
};

}  // namespace so::net
