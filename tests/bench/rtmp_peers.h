#pragma once

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <string>
#include <thread>
#include <utility>
#include <variant>
#include <vector>

#include <arpa/inet.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <unistd.h>

#include <fmt/format.h>

#include "base/time.h"
#include "base/unique_fd.h"
#include "rtmp/client_session.h"

namespace so::bench {

// Who publishes and who plays, over blocking sockets.

inline sockaddr_in loopback(std::uint16_t port) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  address.sin_port = htons(port);
  return address;
}

inline UniqueFd listening(std::uint16_t port) {
  UniqueFd fd{socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)};
  const int yes = 1;
  setsockopt(fd.get(), SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes);
  const sockaddr_in address = loopback(port);
  if (bind(fd.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0 ||
      listen(fd.get(), 1024) != 0)
    std::abort();
  return fd;
}

inline std::uint16_t free_port() {
  const UniqueFd fd = listening(0);
  sockaddr_in address{};
  socklen_t size = sizeof address;
  getsockname(fd.get(), reinterpret_cast<sockaddr*>(&address), &size);
  return ntohs(address.sin_port);
}

/// Tries for five seconds: the server is just starting.
inline UniqueFd dial(std::uint16_t port) {
  for (int i = 0; i < 500; ++i) {
    UniqueFd fd{socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)};
    const sockaddr_in address = loopback(port);
    if (connect(fd.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0) {
      const int yes = 1;
      setsockopt(fd.get(), IPPROTO_TCP, TCP_NODELAY, &yes, sizeof yes);
      return fd;
    }
    std::this_thread::sleep_for(Millis{10});
  }
  fmt::print(stderr, "nobody listens at {}\n", port);
  std::abort();
}

inline void send_all(int fd, ByteView bytes) {
  while (!bytes.empty()) {
    const ssize_t sent = ::send(fd, bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (sent <= 0) return;
    bytes = bytes.subspan(static_cast<std::size_t>(sent));
  }
}

inline std::int64_t nanoseconds() {
  return Clock::now().time_since_epoch().count();
}

// A picture's body says behind its header when it was published, for players on this machine.
constexpr std::size_t kStampAt = 5;

inline void stamp(Bytes& picture) {
  const std::int64_t now = nanoseconds();
  std::memcpy(picture.data() + kStampAt, &now, sizeof now);
}

/// Does as the session says until it has heard what was waited for; a player then says how old each
/// picture is that it reads.
class Client {
 public:
  enum class Role { kPublisher, kPlayer };

  Client(std::uint16_t port, Role role, std::string stream = "cam")
      : fd_(dial(port)), session_({}, 1, Clock::now()), role_(role), stream_(std::move(stream)) {
    rtmp::ConnectArguments arguments;
    arguments.app = "live";
    arguments.tc_url = fmt::format("rtmp://127.0.0.1:{}/live", port);
    session_.connect(arguments);
    flush();
    while (!begun_) read(0);
  }

  void media(rtmp::MediaKind kind, std::uint32_t timestamp, ByteView body) {
    session_.send_media({1, kind, timestamp, body});
    flush();
  }
  /// The same as it would be sent, by somebody else: behind what was written before.
  Bytes written(rtmp::MediaKind kind, std::uint32_t timestamp, ByteView body) {
    session_.send_media({1, kind, timestamp, body});
    return session_.take_output();
  }
  void flush() { send_all(fd_.get(), session_.take_output()); }
  /// What has come, by `flags` of recv(2); how many bytes that were.
  std::size_t read(int flags) {
    static Bytes buffer(1 << 20);
    const ssize_t got = recv(fd_.get(), buffer.data(), buffer.size(), flags);
    if (got <= 0) {
      if (!begun_) give_up("the server has closed");
      return 0;
    }
    session_.receive(ByteView{buffer}.first(static_cast<std::size_t>(got)), Clock::now());
    for (auto event = session_.next(); event && *event; event = session_.next()) on(**event);
    flush();
    return static_cast<std::size_t>(got);
  }
  [[nodiscard]] const std::vector<double>& ages_ms() const { return ages_ms_; }
  [[nodiscard]] bool has_seen_key() const { return seen_key_; }
  [[nodiscard]] int socket() const { return fd_.get(); }
  UniqueFd take_socket() { return std::move(fd_); }

 private:
  void on(const rtmp::ClientEvent& event) {
    if (std::holds_alternative<rtmp::Connected>(event)) session_.create_stream();
    if (std::holds_alternative<rtmp::StreamCreated>(event))
      role_ == Role::kPublisher ? session_.publish(1, stream_) : session_.play(1, stream_);
    if (const auto* status = std::get_if<rtmp::StreamStatus>(&event)) {
      if (status->level == "error") give_up(status->code);
      if (status->code.ends_with(".Start")) begun_ = true;
    }
    const auto* media = std::get_if<rtmp::Media>(&event);
    if (media != nullptr && media->kind == rtmp::MediaKind::kVideo) measure(media->body);
  }
  [[noreturn]] void give_up(std::string_view why) const {
    fmt::print(stderr, "{}: {}\n", stream_, why);
    std::abort();
  }
  void measure(ByteView picture) {
    std::int64_t then = 0;
    if (picture.size() < kStampAt + sizeof then || picture[1] == 0) return;  // a configuration
    if (picture[0] == 0x17) seen_key_ = true;
    std::memcpy(&then, picture.data() + kStampAt, sizeof then);
    ages_ms_.push_back(static_cast<double>(nanoseconds() - then) / 1e6);
  }

  UniqueFd fd_;
  rtmp::ClientSession session_;
  Role role_;
  std::string stream_;
  bool begun_ = false;
  bool seen_key_ = false;
  std::vector<double> ages_ms_;
};

}  // namespace so::bench
