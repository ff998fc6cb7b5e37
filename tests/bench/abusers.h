#pragma once

#include <algorithm>
#include <cerrno>
#include <cstdint>
#include <cstdlib>
#include <functional>
#include <sched.h>
#include <string>
#include <string_view>
#include <thread>
#include <utility>
#include <vector>

#include <sys/socket.h>

#include "base/bytes.h"
#include "base/time.h"
#include "base/unique_fd.h"
#include "rtmp_peers.h"

namespace so::bench {

/// One way to trouble a server: so many sockets, of which each says the same things. One that the
/// server has ended is opened again.
struct Abuse {
  std::string name;
  std::size_t sockets = 0;                                 // at a time
  std::function<std::string(std::size_t socket)> first{};  // said at once
  std::string then{};                                      // when that was answered
  std::function<std::string(std::uint64_t count)> more{};  // from then on; unset: nothing
  Millis every{0};        // from one of those to the next; 0: whenever the kernel takes it
  bool waits = true;      // for an answer to `first`
  bool hangs_up = false;  // as soon as there is one
  bool reads_on = true;   // what comes later
  double opens_per_second = 1000;
};

/// Does it until the process is ended, with the time that all others leave of the processor.
class Abuser {
 public:
  Abuser(const Abuse& abuse, std::uint16_t port)
      : abuse_(abuse), port_(port), sockets_(abuse.sockets) {}

  [[noreturn]] void run() {
    const sched_param none{};
    if (sched_setscheduler(0, SCHED_IDLE, &none) != 0) std::abort();
    const TimePoint start = Clock::now();
    while (true) {
      const TimePoint now = Clock::now();
      const std::chrono::duration<double> passed = now - start;
      const auto due = static_cast<std::uint64_t>(passed.count() * abuse_.opens_per_second);
      opened_ = std::max(opened_, due - std::min(due, std::uint64_t{abuse_.sockets}));
      bool done = false;
      for (Socket& socket : sockets_) {
        if (!socket.fd && opened_ < due) open(socket);
        if (socket.fd) done |= turn(socket, now);
      }
      if (!done) std::this_thread::sleep_for(Millis{1});
    }
  }

 private:
  struct Socket {
    UniqueFd fd{};
    std::string out{};
    TimePoint next{};
    bool answered = false;
  };

  void open(Socket& socket) {
    ++opened_;
    socket = {.fd = UniqueFd{::socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0)}};
    if (!abuse_.reads_on) {
      const int small = 4096;
      setsockopt(socket.fd.get(), SOL_SOCKET, SO_RCVBUF, &small, sizeof small);
    }
    const sockaddr_in to = loopback(port_);
    // Whether it is let in shows when it speaks.
    static_cast<void>(
        ::connect(socket.fd.get(), reinterpret_cast<const sockaddr*>(&to), sizeof to));
    socket.out = abuse_.first(static_cast<std::size_t>(&socket - sockets_.data()));
    socket.next = Clock::now() + abuse_.every;
  }

  // False: there was nothing to do.
  bool turn(Socket& socket, TimePoint now) {
    if (abuse_.reads_on || !socket.answered) {
      if (read(socket)) return true;
    }
    const bool may_talk = socket.answered || !abuse_.waits;
    if (socket.out.empty() && abuse_.more && may_talk && now >= socket.next) {
      socket.out = abuse_.more(said_++);
      socket.next = now + abuse_.every;
    }
    if (socket.out.empty()) return false;
    const ssize_t sent =
        ::send(socket.fd.get(), socket.out.data(), socket.out.size(), MSG_NOSIGNAL);
    if (sent > 0) socket.out.erase(0, static_cast<std::size_t>(sent));
    if (sent < 0 && is_over()) socket.fd = {};
    return sent > 0 || !socket.fd;
  }

  // False: nothing has come.
  bool read(Socket& socket) {
    static Bytes buffer(1U << 16U);
    const ssize_t got = recv(socket.fd.get(), buffer.data(), buffer.size(), 0);
    if (got < 0 && !is_over()) return false;
    if (got <= 0 || abuse_.hangs_up) {
      socket.fd = {};
    } else if (!std::exchange(socket.answered, true)) {
      socket.out += abuse_.then;
    }
    return true;
  }

  static bool is_over() { return errno != EAGAIN && errno != EINPROGRESS && errno != EINTR; }

  const Abuse& abuse_;
  std::uint16_t port_;
  std::vector<Socket> sockets_;
  std::uint64_t opened_ = 0;
  std::uint64_t said_ = 0;
};

}  // namespace so::bench
