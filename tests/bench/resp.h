#pragma once

#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <string>
#include <string_view>

#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "base/unique_fd.h"

namespace so::bench {

/// As much of Redis' protocol as a benchmark needs, over a Unix socket, blocking. Any fault ends
/// the process: a benchmark of half a run says nothing.
class Resp {
 public:
  explicit Resp(const std::string& path) : socket_(::socket(AF_UNIX, SOCK_STREAM, 0)) {
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    path.copy(address.sun_path, sizeof address.sun_path - 1);
    const auto* generic = reinterpret_cast<const sockaddr*>(&address);
    connected_ = ::connect(socket_.get(), generic, sizeof address) == 0;
  }
  [[nodiscard]] bool connected() const { return connected_; }

  void send(std::string_view bytes) {
    while (!bytes.empty()) {
      const ssize_t sent = ::send(socket_.get(), bytes.data(), bytes.size(), MSG_NOSIGNAL);
      if (sent <= 0) std::abort();
      bytes.remove_prefix(static_cast<std::size_t>(sent));
    }
  }
  /// Waits for bytes; how many lines (\r\n) were in them.
  std::uint64_t lines() {
    const ssize_t got = ::recv(socket_.get(), buffer_.data(), buffer_.size(), 0);
    if (got <= 0) std::abort();
    return static_cast<std::uint64_t>(std::count(buffer_.begin(), buffer_.begin() + got, '\n'));
  }

  static std::string command(std::initializer_list<std::string_view> words) {
    std::string text = "*" + std::to_string(words.size()) + "\r\n";
    for (const std::string_view word : words) {
      text += "$" + std::to_string(word.size()) + "\r\n";
      text += word;
      text += "\r\n";
    }
    return text;
  }

 private:
  UniqueFd socket_;
  bool connected_ = false;
  std::string buffer_ = std::string(1U << 18U, '\0');
};

}  // namespace so::bench
