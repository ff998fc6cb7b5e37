#pragma once

#include <array>
#include <cerrno>
#include <string>
#include <string_view>

#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <doctest/doctest.h>

#include "base/unique_fd.h"
#include "net/address.h"

/// A socket with no manners: connects at once (the kernel accepts for the listener), sends any
/// bytes, and looks at what came without waiting.
class RawClient {
 public:
  explicit RawClient(const so::net::Address& to, int receive_buffer = 0) {
    const auto where = so::net::resolve(to);
    REQUIRE(where);
    fd_ = so::UniqueFd{socket(where->family(), SOCK_STREAM | SOCK_CLOEXEC, 0)};
    if (receive_buffer > 0) {
      setsockopt(fd_.get(), SOL_SOCKET, SO_RCVBUF, &receive_buffer, sizeof receive_buffer);
    }
    REQUIRE(connect(fd_.get(), where->get(), where->size) == 0);
  }

  void send(std::string_view bytes) const {
    REQUIRE(::send(fd_.get(), bytes.data(), bytes.size(), MSG_NOSIGNAL) ==
            static_cast<ssize_t>(bytes.size()));
  }

  /// Everything that has come so far.
  const std::string& received() {
    std::array<char, 65536> buffer{};
    for (;;) {
      const ssize_t got = recv(fd_.get(), buffer.data(), buffer.size(), MSG_DONTWAIT);
      if (got > 0) {
        received_.append(buffer.data(), static_cast<std::size_t>(got));
        continue;
      }
      if (got == 0) ended_ = true;
      if (got < 0 && errno == ECONNRESET) reset_ = true;
      return received_;
    }
  }
  /// The server's end has come: a FIN, or a reset.
  bool ended() {
    received();
    return ended_ || reset_;
  }
  [[nodiscard]] bool was_reset() const { return reset_; }

  void finish() const { shutdown(fd_.get(), SHUT_WR); }
  /// Closes with a reset.
  void reset() {
    const linger now{1, 0};
    setsockopt(fd_.get(), SOL_SOCKET, SO_LINGER, &now, sizeof now);
    fd_ = so::UniqueFd{};
  }
  void close() { fd_ = so::UniqueFd{}; }
  [[nodiscard]] int fd() const { return fd_.get(); }

 private:
  so::UniqueFd fd_;
  std::string received_;
  bool ended_ = false;
  bool reset_ = false;
};
