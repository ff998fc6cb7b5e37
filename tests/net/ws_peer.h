#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/bytes.h"
#include "base/cursor.h"
#include "net/raw_client.h"

/// A WebSocket client that says exactly what a test wants it to say.
class WsPeer : public RawClient {
 public:
  using RawClient::RawClient;

  struct Frame {
    unsigned opcode;
    std::string payload;
    bool operator==(const Frame&) const = default;
  };

  static std::string request(std::string_view path, std::string_view more = "") {
    return "GET " + std::string{path} +
           " HTTP/1.1\r\nHost: test\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
           "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n" +
           std::string{more} + "\r\n";
  }

  /// fin:1 rsv:3 opcode:4 | mask:1 length:7 [length:16|64] mask:32 payload
  static std::string frame(unsigned opcode, std::string_view payload, bool fin = true,
                           bool masked = true) {
    std::string out(1, static_cast<char>((fin ? 0x80U : 0U) | opcode));
    const auto mask_bit = static_cast<std::uint8_t>(masked ? 0x80 : 0);
    const std::size_t size = payload.size();
    const int more = size < 126 ? 0 : size < 65536 ? 2 : 8;
    const std::size_t first = more == 0 ? size : more == 2 ? 126 : 127;
    out += static_cast<char>(mask_bit | first);
    for (int i = more - 1; i >= 0; --i) out += static_cast<char>(size >> (8 * i) & 0xFFU);
    constexpr std::string_view kMask = "\x11\x22\x33\x44";
    if (masked) out += kMask;
    for (std::size_t i = 0; i < size; ++i) {
      out += static_cast<char>(masked ? payload[i] ^ kMask[i % 4] : payload[i]);
    }
    return out;
  }
  static std::string close_frame(std::uint16_t code, std::string_view reason = "") {
    std::string payload{static_cast<char>(code >> 8U), static_cast<char>(code & 0xFFU)};
    return frame(8, payload.append(reason));
  }

  /// The reply's head has come.
  bool answered() { return received().find("\r\n\r\n") != std::string::npos; }
  /// 101, 404, ...; 0 before it has come.
  int status() { return answered() ? std::stoi(received().substr(9, 3)) : 0; }

  /// The whole frames behind the head.
  std::vector<Frame> frames() {
    std::vector<Frame> out;
    if (!answered()) return out;
    so::Cursor in{so::as_bytes(received()).subspan(received().find("\r\n\r\n") + 4)};
    while (in.left() > 0) {
      const unsigned opcode = in.u8() & 0x0FU;
      std::uint64_t size = in.u8();
      if (size == 126) size = in.u16();
      if (size == 127) size = in.u64();
      const std::string payload{in.text(size)};
      if (!in.ok()) break;
      out.push_back({opcode, payload});
    }
    return out;
  }
  /// The code of the close frame that came; 0: none.
  std::uint16_t close_code() {
    for (const Frame& f : frames()) {
      if (f.opcode == 8 && f.payload.size() >= 2) {
        return static_cast<std::uint16_t>(static_cast<std::uint8_t>(f.payload[0]) << 8U |
                                          static_cast<std::uint8_t>(f.payload[1]));
      }
    }
    return 0;
  }
};
