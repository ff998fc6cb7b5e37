// What comes in: when it is read, how much at a time, and how it ends.
#include <algorithm>
#include <cerrno>
#include <utility>

#include <sys/socket.h>

#include "net/socket.h"
#include "net/tcp_connection.h"

namespace so::net {
namespace {

// So much in one rest is as much as the kernel takes for a new connection: to read it later would
// slow its sender. For such a one nothing waits for a while.
constexpr std::size_t kMuch = 64U << 10U;
constexpr Millis kHurry{1'000};

}  // namespace

void TcpConnections::want_bytes(ConnId id, bool wanted) {
  Connection* c = find(id);
  if (c == nullptr) return;
  c->wanted = wanted;
  watch(*c);
}

void TcpConnections::may_wait(ConnId id, bool waits) {
  Connection* c = find(id);
  if (c == nullptr) return;
  c->waits = waits;
  if (waits && !unhurried_) {
    auto opened = ReadSet::open(
        *loop_,
        [this](ConnId ready) {
          Connection* its = find(ready);
          if (its != nullptr && its->unhurried) on_ready(*its, {.readable = true});
        },
        limits_.rest);
    if (!opened) return;
    unhurried_ = *std::move(opened);
  }
  watch(*c);
}

// Those that may wait are watched in a set of their own, but for writing.
void TcpConnections::watch(Connection& c) {
  if (c.state == State::kNew) return;
  const bool lives = c.state != State::kGone;
  const bool reads = lives && (c.wanted || c.state == State::kFin);
  const bool waits = c.waits && loop_->now() >= c.hurries && c.state == State::kOpen;
  const bool unhurried = unhurried_ && reads && waits;
  c.poll.want(reads && !unhurried, lives && c.behind);
  if (std::exchange(c.unhurried, unhurried) == unhurried) return;
  unhurried ? unhurried_->add(c.socket.get(), c.id) : unhurried_->remove(c.socket.get());
}

// What comes from one that may wait; `more`: and there is more.
void TcpConnections::count(Connection& c, std::size_t bytes, bool more) {
  const TimePoint now = loop_->now();
  if (now - c.since > limits_.rest) {
    c.since = now;
    c.much = 0;
  }
  c.much += bytes;
  if (c.much >= kMuch) {
    c.hurries = now + kHurry;
  } else if (more) {
    c.hurries = std::max(c.hurries, now + limits_.rest);
  }
  watch(c);
}

void TcpConnections::on_ready(Connection& c, Poll::Ready ready) {
  if (c.state == State::kGone) return;
  if (ready.writable) flush(c);
  if (ready.readable && c.state != State::kGone) read(c);
}

void TcpConnections::read(Connection& c) {
  const std::size_t room = std::min(c.read_bytes, read_buffer_.size());
  const ssize_t got = recv(c.socket.get(), read_buffer_.data(), room, MSG_DONTWAIT);
  if (got > 0) {
    const ByteView bytes = ByteView{read_buffer_}.first(static_cast<std::size_t>(got));
    if (bytes.size() == room) c.read_bytes = 2 * room;
    if (c.waits) count(c, bytes.size(), bytes.size() == room);
    if (c.tls) return decrypt(c, bytes);
    if (c.state != State::kOpen || !handlers_.on_bytes) return;
    return handlers_.on_bytes(c.id, bytes);
  }
  if (got < 0) {
    if (errno == EAGAIN || errno == EINTR) return;
    return finish(c, error_text(errno));
  }
  ended_by_peer(c);
}

void TcpConnections::decrypt(Connection& c, ByteView cipher) {
  if (c.state != State::kOpen) return;
  plain_.clear();
  const auto goes_on = c.tls->receive(cipher, plain_);
  mark(c);  // a handshake has something to say, and what waited for it
  if (!plain_.empty() && handlers_.on_bytes) handlers_.on_bytes(c.id, plain_);
  if (c.state != State::kOpen) return;
  if (!goes_on) {
    close(c.id, goes_on.error().text);
  } else if (!*goes_on) {
    ended_by_peer(c);
  }
}

// It has no more to say, but may still want to hear what is queued.
void TcpConnections::ended_by_peer(Connection& c) {
  c.wanted = false;
  if (c.state == State::kFin || c.out.empty()) return finish(c, "closed by the peer");
  close(c.id, "closed by the peer");
  watch(c);
}

}  // namespace so::net
