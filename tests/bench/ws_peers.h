#pragma once

#include <algorithm>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include <sys/socket.h>

#include <fmt/format.h>

#include "rtmp_peers.h"

namespace so::bench {

/// A request to be upgraded to scopewire.v1.
inline std::string ws_request(std::string_view path) {
  return fmt::format(
      "GET {} HTTP/1.1\r\nHost: 127.0.0.1\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
      "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Protocol: scopewire.v1\r\n"
      "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n",
      path);
}

/// A client's frame of at most 64 KiB; the mask is four zeros.
inline std::string ws_frame(std::uint8_t first_byte, std::string_view payload) {
  constexpr std::size_t kShort = 125;
  std::string frame{static_cast<char>(first_byte)};
  if (payload.size() <= kShort) {
    frame += static_cast<char>(0x80U | payload.size());
  } else {
    frame += '\xFE';
    frame += static_cast<char>(payload.size() >> 8U);
    frame += static_cast<char>(payload.size() & 0xFFU);
  }
  return frame.append(4, '\0').append(payload);
}

/// A client of scopewire.v1 that says short things, hears text, and answers pings.
class WsPeer {
 public:
  /// Asks to be upgraded; nothing may be said before is_open().
  WsPeer(UniqueFd fd, std::string_view path) : fd_(std::move(fd)) {
    send_all(fd_.get(), as_bytes(ws_request(path)));
  }
  [[nodiscard]] int fd() const { return fd_.get(); }
  [[nodiscard]] bool is_open() const { return open_; }

  void say(std::string_view text) const { send_all(fd_.get(), as_bytes(ws_frame(0x81, text))); }

  /// What has come, by `flags` of recv(2): take(text) for each message. False: it was closed.
  template <class Take>
  bool read(int flags, Take take) {
    static Bytes buffer(1U << 16U);
    const ssize_t got = recv(fd_.get(), buffer.data(), buffer.size(), flags);
    if (got < 0) return true;
    if (got == 0) return false;
    in_ += as_text(ByteView{buffer}.first(static_cast<std::size_t>(got)));
    if (!open_ && !upgraded()) return in_.size() < 12 || in_.starts_with("HTTP/1.1 101");
    while (const auto frame = next_frame()) {
      if (frame->first == kClose) return false;
      const auto payload = std::string_view{in_}.substr(at_ - frame->second, frame->second);
      if (frame->first == kText) take(payload);
      if (frame->first == kPing) send_all(fd_.get(), as_bytes(ws_frame(0x8A, payload)));
    }
    in_.erase(0, std::exchange(at_, 0));
    return true;
  }

 private:
  static constexpr std::uint8_t kText = 1;
  static constexpr std::uint8_t kClose = 8;
  static constexpr std::uint8_t kPing = 9;

  bool upgraded() {
    const std::size_t end = in_.find("\r\n\r\n");
    open_ = end != std::string::npos && in_.starts_with("HTTP/1.1 101");
    if (open_) in_.erase(0, end + 4);
    return open_;
  }
  /// Its opcode and the length of what it carries, which ends at at_; nullopt: it is not whole.
  std::optional<std::pair<std::uint8_t, std::size_t>> next_frame() {
    const auto byte = [&](std::size_t i) { return static_cast<std::uint8_t>(in_[at_ + i]); };
    const std::size_t left = in_.size() - at_;
    if (left < 2) return std::nullopt;
    std::size_t length = byte(1);
    const std::size_t more = length == 126 ? 2 : length == 127 ? 8 : 0;
    if (left < 2 + more) return std::nullopt;
    if (more > 0) length = 0;
    for (std::size_t i = 0; i < more; ++i) length = length << 8U | byte(2 + i);
    if (left < 2 + more + length) return std::nullopt;
    const std::uint8_t opcode = byte(0) & 0x0FU;
    at_ += 2 + more + length;
    return std::pair{opcode, length};
  }

  UniqueFd fd_;
  std::string in_;
  std::size_t at_ = 0;  // of it has been read
  bool open_ = false;
};

/// The words behind `key":` up to a comma or brace, without quotes; empty: it is not there.
inline std::string_view word_of(std::string_view text, std::string_view key) {
  const std::string name = fmt::format("\"{}\":", key);
  const std::size_t at = text.find(name);
  if (at == std::string_view::npos) return {};
  text.remove_prefix(at + name.size());
  text = text.substr(0, text.find_first_of(",}"));
  if (text.starts_with('"')) text = text.substr(1, text.size() - 2);
  return text;
}

}  // namespace so::bench
