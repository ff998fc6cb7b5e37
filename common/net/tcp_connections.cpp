#include "net/tcp_connections.h"

#include <algorithm>
#include <array>
#include <cerrno>
#include <string>

#include <sys/socket.h>

#include "net/socket.h"
#include "net/tcp_connection.h"

namespace so::net {
namespace {

// So much is a good write by itself: it need not wait for more.
constexpr std::size_t kEnoughBytes = 64U << 10U;

// The last word of TLS, if the kernel takes it; nobody waits for it.
void say_end(int socket, TlsSession& tls) {
  tls.end();
  const Bytes word = tls.take_output();
  [[maybe_unused]] const ssize_t sent =
      ::send(socket, word.data(), word.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
}

// One buffer goes the shorter way: it is what most players are sent in a turn.
ssize_t send_vectors(int socket, std::span<iovec> bytes) {
  constexpr int kFlags = MSG_NOSIGNAL | MSG_DONTWAIT;
  if (bytes.size() == 1) return ::send(socket, bytes[0].iov_base, bytes[0].iov_len, kFlags);
  msghdr message{};
  message.msg_iov = bytes.data();
  message.msg_iovlen = bytes.size();
  return sendmsg(socket, &message, kFlags);
}

Millis tick_for(const TcpLimits& limits) {
  return std::clamp(std::min(limits.stall, limits.close_within) / 10, Millis{10}, Millis{1000});
}

}  // namespace

TcpConnections::TcpConnections(Loop& loop, TcpLimits limits)
    : loop_(&loop),
      limits_(limits),
      read_buffer_(limits.read_bytes),
      turn_end_(loop, [this] { end_turn(); }),
      deadlines_(tick_for(limits)),
      tick_(loop, [this] { check_deadlines(); }),
      gathered_(loop, [this] { end_gathering(); }) {}

TcpConnections::~TcpConnections() = default;

ConnId TcpConnections::adopt(UniqueFd socket, const Address& peer, Admission::Seat seat,
                             std::unique_ptr<TlsSession> tls) {
  const ConnId id{++last_id_};
  if (connections_.empty()) tick_.start(tick_for(limits_), tick_for(limits_));
  auto& slot = connections_[id];
  slot = std::make_unique<Connection>(*this, id, std::move(socket), peer);
  slot->seat = std::move(seat);
  slot->tls = std::move(tls);
  mark(*slot);
  return id;
}

Sent TcpConnections::send(ConnId id, SharedBytes bytes) {
  Connection* c = find(id);
  const Sent sent = queue(c, std::move(bytes));
  if (sent == Sent::kQueued) mark(*c);
  return sent;
}

Sent TcpConnections::send_later(ConnId id, SharedBytes bytes) {
  if (limits_.gather == Millis{0}) return send(id, std::move(bytes));
  Connection* c = find(id);
  const Sent sent = queue(c, std::move(bytes));
  if (sent != Sent::kQueued || c->behind) return sent;
  if (c->out.bytes() >= kEnoughBytes) {
    mark(*c);
  } else if (!std::exchange(c->gathering, true)) {
    if (gathering_.empty()) gathered_.start(limits_.gather);
    gathering_.push_back(id);
  }
  return sent;
}

Sent TcpConnections::queue(Connection* c, SharedBytes bytes) {
  if (c == nullptr || c->state > State::kOpen) return Sent::kGone;
  // A burst inside one turn says nothing about the peer: let the kernel have what it takes.
  if (c->out.push(bytes)) return Sent::kQueued;
  if (c->behind) return Sent::kFull;
  flush(*c);
  if (c->state > State::kOpen) return Sent::kGone;
  return c->out.push(std::move(bytes)) ? Sent::kQueued : Sent::kFull;
}

void TcpConnections::end_gathering() {
  for (const ConnId id : std::exchange(gathering_, {})) {
    Connection* c = find(id);
    if (c == nullptr) continue;
    c->gathering = false;
    mark(*c);
  }
}

void TcpConnections::close(ConnId id, std::string_view why) {
  Connection* c = find(id);
  if (c == nullptr || c->state > State::kOpen) return;
  c->state = State::kClosing;
  c->why = why;
  schedule(*c, limits_.close_within);
  mark(*c);
}

void TcpConnections::abort(ConnId id, std::string_view why) {
  if (Connection* c = find(id)) finish(*c, why);
}

std::size_t TcpConnections::queued_bytes(ConnId id) const {
  const Connection* c = find(id);
  return c != nullptr ? c->out.bytes() + c->cipher.size() - c->sent : 0;
}

std::size_t TcpConnections::discard_unsent(ConnId id) {
  Connection* c = find(id);
  return c != nullptr ? c->out.discard_unsent() : 0;
}

TcpConnections::Connection* TcpConnections::find(ConnId id) const {
  const auto found = connections_.find(id);
  return found != connections_.end() ? found->second.get() : nullptr;
}

void TcpConnections::mark(Connection& c) {
  if (std::exchange(c.marked, true)) return;
  marked_.push_back(&c);
  turn_end_.request();
}

// Only here do connections leave the map, so a Connection& lives until its turn ends.
void TcpConnections::end_turn() {
  std::swap(marked_, ending_);
  for (Connection* const c : ending_) {
    c->marked = false;
    if (c->state != State::kNew) continue;
    c->state = State::kOpen;
    c->announced = true;
    if (handlers_.on_open) handlers_.on_open(c->id, c->peer);
  }
  std::span<Connection* const> rest{ending_};
  while (ring_.serves(rest.size())) {
    const auto some = rest.first(std::min(rest.size(), SendRing::kEntries));
    rest = rest.subspan(some.size());
    ride(some);
  }
  for (Connection* const marked : ending_) {
    Connection& c = *marked;
    const ConnId id = c.id;
    if (c.state != State::kGone) flush(c);
    if (c.state != State::kGone || c.marked) continue;  // marked: again, in the next round
    const auto gone = std::move(connections_.extract(id).mapped());
    if (connections_.empty()) tick_.stop();
    if (gone->announced && handlers_.on_close) handlers_.on_close(id, gone->why);
  }
  ending_.clear();
}

// One attempt for each; what has to be said of it is said by flush().
void TcpConnections::ride(std::span<Connection* const> all) {
  riders_.clear();
  for (Connection* const c : all) {
    if (c->state == State::kGone || c->behind || c->tls || c->out.empty()) continue;
    if (ring_.add(c->socket.get(), c->out)) riders_.push_back(c);
  }
  const auto sent = ring_.submit();
  for (std::size_t i = 0; i < riders_.size(); ++i) {
    if (sent[i] == 0) continue;
    riders_[i]->out.consume(sent[i]);
    riders_[i]->progressed = true;
  }
}

void TcpConnections::flush(Connection& c) {
  constexpr std::size_t kVectors = 64;
  std::array<iovec, kVectors> vectors{};
  bool blocked = false;
  while (!blocked) {
    if (c.tls && !encrypt(c)) return;
    const bool ready = c.tls ? !c.cipher.empty() : !c.out.empty();
    if (!ready) break;
    std::span<iovec> filled;
    if (c.tls) {
      vectors[0] = {c.cipher.data() + c.sent, c.cipher.size() - c.sent};
      filled = std::span{vectors}.first(1);
    } else {
      filled = c.out.gather(vectors);
    }
    std::size_t taken = 0;
    blocked = !write(c, filled, taken);
    if (c.state == State::kGone) return;
    if (!c.tls) {
      c.out.consume(taken);
    } else if ((c.sent += taken) == c.cipher.size()) {
      c.cipher.clear();
      c.sent = 0;
    }
  }
  settle(c, blocked);
}

// False when the kernel takes nothing more. What fails ends the connection.
bool TcpConnections::write(Connection& c, std::span<iovec> bytes, std::size_t& taken) {
  const ssize_t got = send_vectors(c.socket.get(), bytes);
  if (got >= 0) {
    taken = static_cast<std::size_t>(got);
    c.progressed = true;
    return true;
  }
  if (errno == EAGAIN) return false;
  if (errno != EINTR) finish(c, error_text(errno));
  return true;
}

// The next record or so, when the last has left; what was said before the handshake is over waits.
bool TcpConnections::encrypt(Connection& c) {
  constexpr std::size_t kPlain = 64U << 10U;  // at a time: what is encrypted cannot be dropped
  if (!c.cipher.empty()) return true;
  std::array<iovec, 16> vectors{};
  for (std::size_t done = 0; c.tls->established() && !c.out.empty() && done < kPlain;) {
    std::size_t taken = 0;
    for (const iovec& each : c.out.gather(vectors)) {
      const ByteView plain{static_cast<const std::uint8_t*>(each.iov_base), each.iov_len};
      if (const auto sent = c.tls->send(plain); !sent) {
        finish(c, sent.error().text);
        return false;
      }
      taken += plain.size();
    }
    c.out.consume(taken);
    done += taken;
  }
  c.cipher = c.tls->take_output();
  return true;
}

// After a flush: either everything has left or the peer is behind.
void TcpConnections::settle(Connection& c, bool blocked) {
  const bool was_behind = std::exchange(c.behind, blocked);
  if (blocked && !was_behind && c.state == State::kOpen) schedule(c, limits_.stall);
  if (!blocked && c.state == State::kClosing) {
    if (c.tls) say_end(c.socket.get(), *c.tls);
    shutdown(c.socket.get(), SHUT_WR);
    c.state = State::kFin;
    schedule(c, limits_.close_within);
  }
  watch(c);
  if (was_behind && !blocked && c.state == State::kOpen && handlers_.on_drained) {
    handlers_.on_drained(c.id);
  }
}

void TcpConnections::finish(Connection& c, std::string_view why) {
  if (c.state == State::kGone) return;
  if (c.why.empty()) c.why = why;
  c.state = State::kGone;
  watch(c);
  mark(c);
}

void TcpConnections::schedule(Connection& c, Millis after) {
  c.deadline = loop_->now() + after;
  c.progressed = false;
  deadlines_.add(c.id, c.deadline);
}

void TcpConnections::check_deadlines() {
  for (const Deadlines::Due& due : deadlines_.take(loop_->now())) {
    Connection* c = find(due.id);
    if (c == nullptr || c->deadline != due.when || c->state == State::kGone) continue;
    if (c->state == State::kFin) {
      finish(*c, "");
    } else if (c->behind && c->progressed) {
      schedule(*c, c->state == State::kOpen ? limits_.stall : limits_.close_within);
    } else if (c->behind) {
      finish(*c, "the peer takes nothing");
    }
  }
}

}  // namespace so::net
