#pragma once

#include <functional>
#include <memory>

#include "base/result.h"
#include "base/unique_fd.h"
#include "net/address.h"
#include "net/loop.h"

namespace so::net {

/// A listening TCP socket. Accepted sockets are non-blocking, without Nagle's delay, and give up on
/// a peer that acknowledges nothing for 45 s.
///
/// Out of descriptors: a spare one is given up to accept and close the caller at once, so that he
/// knows, then accepting pauses for 100 ms. A listening socket left ready would spin the loop.
class Listener {
 public:
  using OnAccept = std::function<void(UniqueFd socket, const SocketAddress& peer)>;

  struct Options {
    bool reuse_port = false;  // the kernel spreads callers over all processes that ask for it
    int backlog = 4096;       // a reconnect herd; the kernel cuts it to net.core.somaxconn
  };

  static Result<std::unique_ptr<Listener>> open(Loop& loop, const Address& address, Options options,
                                                OnAccept on_accept);

  /// Where it listens, with the real port.
  [[nodiscard]] const Address& address() const { return address_; }

  /// Nobody is accepted from here on. Fine from on_accept, where destroying the listener is not.
  void stop();

 private:
  Listener(Loop& loop, UniqueFd socket, OnAccept on_accept);
  void accept_some();
  bool accept_one();
  void out_of_descriptors();

  Loop* loop_;
  UniqueFd socket_;
  UniqueFd spare_;
  Address address_;
  OnAccept on_accept_;
  Poll poll_;
  Timer resume_;
  TimePoint quiet_until_{};  // for the log
};

}  // namespace so::net
