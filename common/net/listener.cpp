#include "net/listener.h"

#include <cerrno>
#include <chrono>

#include <fcntl.h>
#include <sys/socket.h>

#include "base/log.h"
#include "net/socket.h"

namespace so::net {
namespace {

// A turn; then those who are connected have theirs: to take a caller in may cost as much as a
// hundred messages.
constexpr std::chrono::microseconds kForAccepts{20};
constexpr Millis kPause{100};
constexpr Seconds kLogEvery{10};

UniqueFd open_spare() {
  return UniqueFd{open("/dev/null", O_RDONLY | O_CLOEXEC)};
}

}  // namespace

Result<std::unique_ptr<Listener>> Listener::open(Loop& loop, const Address& address,
                                                 Options options, OnAccept on_accept) {
  auto socket = listening_socket(address, options.reuse_port, options.backlog);
  if (!socket) return fail(socket.error());
  return std::unique_ptr<Listener>{new Listener{loop, std::move(*socket), std::move(on_accept)}};
}

Listener::Listener(Loop& loop, UniqueFd socket, OnAccept on_accept)
    : loop_(&loop),
      socket_(std::move(socket)),
      spare_(open_spare()),
      address_(local_address(socket_.get())),
      on_accept_(std::move(on_accept)),
      poll_(loop, socket_.get(), [this](Poll::Ready) { accept_some(); }),
      resume_(loop, [this] { poll_.want(true, false); }) {
  tune(socket_.get());  // those that it accepts inherit it: seven calls less for each
  poll_.want(true, false);
}

void Listener::stop() {
  poll_.want(false, false);
  resume_.stop();
  socket_ = UniqueFd{};
}

void Listener::accept_some() {
  const TimePoint end = Clock::now() + kForAccepts;
  while (socket_ && Clock::now() < end && accept_one()) continue;
}

// False when there is nobody left, or nothing to accept them with.
bool Listener::accept_one() {
  SocketAddress peer;
  peer.size = sizeof peer.storage;
  UniqueFd socket{accept4(socket_.get(), reinterpret_cast<sockaddr*>(&peer.storage), &peer.size,
                          SOCK_NONBLOCK | SOCK_CLOEXEC)};
  if (socket) {
    on_accept_(std::move(socket), peer);
    return true;
  }
  if (errno == EMFILE || errno == ENFILE || errno == ENOBUFS || errno == ENOMEM) {
    out_of_descriptors();
    return false;
  }
  return errno != EAGAIN;  // else one caller hung up: ask for the next
}

void Listener::out_of_descriptors() {
  if (loop_->now() >= quiet_until_) {
    log::error("unable to accept on {}: {}", to_string(address_), error_text(errno));
    quiet_until_ = loop_->now() + kLogEvery;
  }
  spare_ = UniqueFd{};
  { const UniqueFd refused{accept4(socket_.get(), nullptr, nullptr, SOCK_CLOEXEC)}; }
  spare_ = open_spare();
  poll_.want(false, false);
  resume_.start(kPause);
}

}  // namespace so::net
