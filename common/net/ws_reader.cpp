#include "net/ws_reader.h"

#include <algorithm>
#include <cstring>

#include "base/cursor.h"
#include "base/utf8.h"
#include "net/ws_message.h"

namespace so::net {
namespace {

// fin:1 rsv:3 opcode:4 | mask:1 length:7 | length:16 when 126, :64 when 127 | mask:32 | payload
constexpr std::uint8_t kReserved = 0x70;
constexpr std::uint8_t kMasked = 0x80;
constexpr std::size_t kMask = 4;
constexpr std::size_t kMaxControl = 125;
constexpr std::size_t kPiece = 64;  // bytes of a message that earn it one more fragment

// RFC 6455, 7.4: those that may be in a frame; 1012 to 1014 are registered since.
bool may_be_sent(std::uint16_t code) {
  if (code >= 3000) return code <= 4999;
  return (code >= 1000 && code <= 1003) || (code >= 1007 && code <= 1014);
}

}  // namespace

WsEvent WsReader::next(std::span<std::uint8_t>& in) {
  if (held_) forget_told();
  while (!failed() && !closed_) {
    if (!in_payload_ && (!read_head(in) || !begin_frame())) break;
    const auto part = in.first(std::min<std::uint64_t>(owed_, in.size()));
    in = in.subspan(part.size());
    unmask(part);
    owed_ -= part.size();
    if (owed_ > 0) {
      held().insert(held().end(), part.begin(), part.end());
      return {};
    }
    in_payload_ = false;
    if (auto event = end_frame(part)) return *event;
  }
  if (failed() || closed_) in = {};
  return failed() ? failure() : WsEvent{};
}

Bytes& WsReader::held() {
  if (!held_) held_ = std::make_unique<Held>();
  return control() ? held_->control : held_->message;
}

void WsReader::forget_told() {
  if (message_ == Opcode::kContinuation) held_->message = {};
  if (!in_payload_) held_->control = {};
  if (held_->message.empty() && held_->control.empty()) held_.reset();
}

std::size_t WsReader::head_size() const {
  if (head_bytes_ < 2) return 2;
  const unsigned length = head_[1] & 0x7FU;
  const std::size_t more = length < 126 ? 0 : length == 126 ? 2 : 8;
  return 2 + more + kMask;
}

// Whether it is complete.
bool WsReader::read_head(std::span<std::uint8_t>& in) {
  while (head_bytes_ < head_size()) {
    if (in.empty()) return false;
    head_[head_bytes_++] = in.front();
    in = in.subspan(1);
    if (head_bytes_ == 2 && (head_[1] & kMasked) == 0) {
      return fault(close_code::kProtocolError, "a frame without a mask");
    }
  }
  return true;
}

std::uint64_t WsReader::length() const {
  Cursor in{head_};
  in.skip(1);
  const unsigned length = in.u8() & 0x7FU;
  return length < 126 ? length : length == 126 ? in.u16() : in.u64();
}

bool WsReader::begin_frame() {
  in_payload_ = true;
  owed_ = length();
  mask_at_ = 0;
  if ((head_[0] & kReserved) != 0) {
    return fault(close_code::kProtocolError, "a reserved bit is set");
  }
  switch (opcode()) {
    case Opcode::kContinuation:
    case Opcode::kText:
    case Opcode::kBinary:
      return begin_data();
    case Opcode::kClose:
    case Opcode::kPing:
    case Opcode::kPong:
      if (final() && owed_ <= kMaxControl) return true;
      return fault(close_code::kProtocolError, "a control frame is too long or in fragments");
  }
  return fault(close_code::kProtocolError, "an unknown opcode");
}

bool WsReader::begin_data() {
  const bool continues = opcode() == Opcode::kContinuation;
  if (continues != (message_ != Opcode::kContinuation)) {
    return fault(close_code::kProtocolError,
                 continues ? "a fragment of no message" : "a message inside a message");
  }
  if (!continues) {
    message_ = opcode();
    fragments_ = 0;
  }
  if (owed_ >> 63U != 0) return fault(close_code::kProtocolError, "a length beyond all bounds");
  const std::size_t before = held_ ? held_->message.size() : 0;
  if (owed_ > limits_.message_bytes || before > limits_.message_bytes - owed_) {
    return fault(close_code::kTooBig, "the message is too big");
  }
  if (++fragments_ > limits_.fragments + before / kPiece) {
    return fault(close_code::kPolicy, "the message has too many fragments");
  }
  return true;
}

void WsReader::unmask(std::span<std::uint8_t> bytes) {
  const std::size_t first = head_size() - kMask;
  std::array<std::uint8_t, sizeof(std::uint64_t)> key{};
  for (std::size_t i = 0; i < key.size(); ++i) key[i] = head_[first + (mask_at_ + i) % kMask];
  std::uint64_t key_word = 0;
  std::memcpy(&key_word, key.data(), key.size());
  std::size_t at = 0;
  for (; at + key.size() <= bytes.size(); at += key.size()) {
    std::uint64_t word = 0;
    std::memcpy(&word, &bytes[at], sizeof word);
    word ^= key_word;
    std::memcpy(&bytes[at], &word, sizeof word);
  }
  for (; at < bytes.size(); ++at) bytes[at] ^= key[at % key.size()];
  mask_at_ = static_cast<std::uint8_t>((mask_at_ + bytes.size()) % kMask);
}

// nullopt: a fragment, and more are to come.
std::optional<WsEvent> WsReader::end_frame(ByteView last) {
  head_bytes_ = 0;
  const bool begun = held_ && !held().empty();
  const bool keep = begun || !(control() || final());
  if (keep) held().insert(held().end(), last.begin(), last.end());
  const ByteView payload = keep ? ByteView{held()} : last;
  switch (opcode()) {
    case Opcode::kClose:
      return close(payload);
    case Opcode::kPing:
      return WsEvent{.kind = WsEvent::Kind::kPing, .payload = payload};
    case Opcode::kPong:
      return WsEvent{.kind = WsEvent::Kind::kPong, .payload = payload};
    case Opcode::kContinuation:
    case Opcode::kText:
    case Opcode::kBinary:
      break;
  }
  if (!final()) return std::nullopt;
  return whole(payload);
}

WsEvent WsReader::whole(ByteView payload) {
  const bool text = message_ == Opcode::kText;
  message_ = Opcode::kContinuation;
  if (text && !is_utf8(payload)) {
    fault(close_code::kBadText, "the text is not UTF-8");
    return failure();
  }
  return {.kind = text ? WsEvent::Kind::kText : WsEvent::Kind::kBinary, .payload = payload};
}

// code:16, and a reason in UTF-8; or nothing
WsEvent WsReader::close(ByteView payload) {
  closed_ = true;
  Cursor in{payload};
  const std::uint16_t code = payload.empty() ? close_code::kNone : in.u16();
  if (!in.ok() || (!payload.empty() && !may_be_sent(code))) {
    fault(close_code::kProtocolError, "a close frame without a valid code");
    return failure();
  }
  const ByteView reason = in.rest();
  if (!is_utf8(reason)) {
    fault(close_code::kBadText, "the reason is not UTF-8");
    return failure();
  }
  return {.kind = WsEvent::Kind::kClose, .payload = reason, .code = code};
}

bool WsReader::fault(std::uint16_t code, std::string_view why) {
  fault_code_ = code;
  fault_why_ = why;
  held_.reset();
  return false;
}

WsEvent WsReader::failure() const {
  return {.kind = WsEvent::Kind::kFault, .code = fault_code_, .why = fault_why_};
}

}  // namespace so::net
