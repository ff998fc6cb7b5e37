#include <fmt/format.h>

#include "base/cursor.h"
#include "rtmp/message.h"

namespace so::rtmp {
namespace {

Status whole(const Cursor& in, MessageType type) {
  if (in.ok()) return {};
  return fail(Code::kPeer, fmt::format("{}: the body is too short", to_text(type)));
}

// The control messages that are one number.
template <class Message>
Result<Message> decode_number(ByteView body) {
  Cursor in{body};
  const Message message{in.u32()};
  if (auto all = whole(in, Message::kType); !all) return fail(all.error());
  return message;
}

}  // namespace

Result<SetChunkSize> SetChunkSize::decode(ByteView body) {
  const auto message = decode_number<SetChunkSize>(body);
  if (!message) return fail(message.error());
  if (message->bytes == 0 || message->bytes >> 31U != 0) {
    return fail(Code::kPeer, fmt::format("set chunk size: {} is no size", message->bytes));
  }
  return *message;
}
void SetChunkSize::encode(Writer& out) const {
  out.u32(bytes);
}

Result<Abort> Abort::decode(ByteView body) {
  return decode_number<Abort>(body);
}
void Abort::encode(Writer& out) const {
  out.u32(chunk_stream);
}

Result<Acknowledgement> Acknowledgement::decode(ByteView body) {
  return decode_number<Acknowledgement>(body);
}
void Acknowledgement::encode(Writer& out) const {
  out.u32(bytes);
}

Result<WindowAckSize> WindowAckSize::decode(ByteView body) {
  return decode_number<WindowAckSize>(body);
}
void WindowAckSize::encode(Writer& out) const {
  out.u32(bytes);
}

Result<SetPeerBandwidth> SetPeerBandwidth::decode(ByteView body) {
  Cursor in{body};
  const SetPeerBandwidth message{in.u32(), static_cast<Limit>(in.u8())};
  if (auto all = whole(in, kType); !all) return fail(all.error());
  return message;
}
void SetPeerBandwidth::encode(Writer& out) const {
  out.u32(bytes);
  out.u8(static_cast<std::uint8_t>(limit));
}

Result<UserControl> UserControl::decode(ByteView body) {
  Cursor in{body};
  UserControl message{static_cast<Event>(in.u16())};
  if (message.event <= Event::kPingResponse) message.value = in.u32();
  if (message.event == Event::kSetBufferLength) message.buffer_ms = in.u32();
  if (auto all = whole(in, kType); !all) return fail(all.error());
  return message;
}
void UserControl::encode(Writer& out) const {
  out.u16(static_cast<std::uint16_t>(event));
  out.u32(value);
  if (event == Event::kSetBufferLength) out.u32(buffer_ms);
}

}  // namespace so::rtmp
