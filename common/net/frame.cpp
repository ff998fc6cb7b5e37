#include "net/frame.h"

#include <algorithm>
#include <cassert>

#include <fmt/format.h>

#include "base/writer.h"

namespace so::net {
namespace {

// fin:1 rsv:3 opcode:4 | mask:1 length:7 | length:16 when 126 | length:64 when 127 | payload
constexpr std::uint8_t kFin = 0x80;
enum class Opcode : std::uint8_t { kText = 1, kBinary = 2, kClose = 8, kPing = 9, kPong = 10 };

constexpr std::size_t kMaxHeader = 10;
constexpr std::size_t kMaxControl = 125;  // RFC 6455, 5.5

Bytes begin(Opcode opcode, std::size_t length, std::size_t here) {
  Bytes bytes;
  bytes.reserve(kMaxHeader + here);
  Writer out{bytes};
  out.u8(static_cast<std::uint8_t>(kFin | static_cast<std::uint8_t>(opcode)));
  if (length <= kMaxControl) {
    out.u8(static_cast<std::uint8_t>(length));
  } else if (length <= 0xFFFF) {
    out.u8(126);
    out.u16(static_cast<std::uint16_t>(length));
  } else {
    out.u8(127);
    out.u64(length);
  }
  return bytes;
}

// `behind` more bytes of the payload are elsewhere.
SharedBytes whole(Opcode opcode, std::initializer_list<ByteView> payload, std::size_t behind = 0) {
  std::size_t size = 0;
  for (const ByteView part : payload) size += part.size();
  Bytes bytes = begin(opcode, size + behind, size);
  for (const ByteView part : payload) bytes.insert(bytes.end(), part.begin(), part.end());
  return std::make_shared<const Bytes>(std::move(bytes));
}

// A cut in the middle of a character would make the reason invalid UTF-8.
std::string_view cut_text(std::string_view text, std::size_t limit) {
  if (text.size() <= limit) return text;
  while (limit > 0 && (static_cast<unsigned char>(text[limit]) & 0xC0U) == 0x80) --limit;
  return text.substr(0, limit);
}

}  // namespace

Frame Frame::text(std::string_view payload) {
  return Frame{whole(Opcode::kText, {as_bytes(payload)})};
}

Frame Frame::binary(ByteView payload) {
  return binary_parts({payload});
}

Frame Frame::binary_parts(std::initializer_list<ByteView> payload) {
  return Frame{whole(Opcode::kBinary, payload)};
}

Frame Frame::binary_shared(std::initializer_list<ByteView> head, SharedView tail) {
  SharedBytes bytes = whole(Opcode::kBinary, head, tail.bytes.size());
  return Frame{{std::move(bytes), std::move(tail)}};
}

// [CRLF, of the chunk before] size in hexadecimal, CRLF, as many bytes
Frame Frame::chunk(bool first, std::initializer_list<ByteView> head, SharedView tail) {
  std::size_t size = tail.bytes.size();
  for (const ByteView part : head) size += part.size();
  assert(size > 0);  // it would be the last
  Bytes bytes = to_bytes(as_bytes(fmt::format("{}{:x}\r\n", first ? "" : "\r\n", size)));
  for (const ByteView part : head) bytes.insert(bytes.end(), part.begin(), part.end());
  return Frame{{std::make_shared<const Bytes>(std::move(bytes)), std::move(tail)}};
}

Frame Frame::piece(std::string_view text) {
  return Frame{std::make_shared<const Bytes>(to_bytes(as_bytes(text)))};
}

Frame Frame::last_chunk() {
  return Frame{std::make_shared<const Bytes>(to_bytes(as_bytes("\r\n0\r\n\r\n")))};
}

Frame Frame::ping(ByteView payload) {
  assert(payload.size() <= kMaxControl);
  return Frame{whole(Opcode::kPing, {payload})};
}

Frame Frame::pong(ByteView payload) {
  assert(payload.size() <= kMaxControl);
  return Frame{whole(Opcode::kPong, {payload})};
}

Frame Frame::close(std::uint16_t code, std::string_view reason) {
  reason = cut_text(reason, kMaxControl - sizeof code);
  const std::size_t size = sizeof code + reason.size();
  Bytes bytes = begin(Opcode::kClose, size, size);
  Writer out{bytes};
  out.u16(code);
  out.text(reason);
  return Frame{std::make_shared<const Bytes>(std::move(bytes))};
}

}  // namespace so::net
