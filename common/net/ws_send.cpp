#include <algorithm>
#include <array>
#include <cerrno>
#include <span>

#include <poll.h>
#include <sys/socket.h>

#include <libwebsockets.h>

#include "net/ws_engine.h"

namespace so::net {
namespace {

// Letters: libwebsockets drops empty pongs, and a pong echoes these.
const Frame& ping() {
  static const Frame the_ping = Frame::ping(as_bytes("ping"));
  return the_ping;
}

bool readable(int fd) {
  pollfd look{fd, POLLIN, 0};
  return poll(&look, 1, 0) > 0;
}

// Without manners, from wherever we are: the library closes in its next service.
void kill(WsConnection& c, std::uint16_t code) {
  if (c.close_code == 0) c.close_code = code;
  c.phase = WsConnection::Phase::kEnding;
  c.out.clear();
  lws_set_timeout(c.wsi, PENDING_TIMEOUT_USER_OK, LWS_TO_KILL_ASYNC);
  lws_cancel_service(c.role->context->get());  // its timers run only when it is woken
}

}  // namespace

// Our own frame in our own queue, so that it follows everything sent before; the library would
// leave it out when the peer is behind.
void WsEngine::start_close(WsConnection& c, std::uint16_t code, std::string_view reason) {
  if (c.phase != Phase::kOpen) return;
  c.phase = Phase::kClosing;
  c.close_code = code;
  c.progress_at = loop_->now();
  c.out.push_always(Frame::close(code, reason).bytes());
  if (!c.wanted) lws_rx_flow_control(c.wsi, 1);  // or the peer's answer is not seen
  schedule(c, options_.close_within);
  mark(c);
}

void WsEngine::flush(WsConnection& c) {
  if (c.phase != Phase::kOpen && c.phase != Phase::kClosing) return;
  // While the library is in the middle of a frame of ours nothing may come between.
  if (lws_partial_buffered(c.wsi) == 0 && !send_directly(c)) {
    return kill(c, close_code::kAbnormal);
  }
  after_flush(c);
}

// One write for all that waits, past the library. False: the socket is broken.
bool WsEngine::send_directly(WsConnection& c) {
  constexpr std::size_t kVectors = 64;
  std::array<iovec, kVectors> vectors{};
  while (!c.out.empty()) {
    const std::span<iovec> filled = c.out.gather(vectors);
    msghdr message{};
    message.msg_iov = filled.data();
    message.msg_iovlen = filled.size();
    const ssize_t taken = sendmsg(lws_get_socket_fd(c.wsi), &message, MSG_NOSIGNAL | MSG_DONTWAIT);
    if (taken < 0) {
      if (errno == EINTR) continue;
      return errno == EAGAIN;
    }
    counters_.bytes_out += static_cast<std::uint64_t>(taken);
    c.out.consume(static_cast<std::size_t>(taken));
    c.progress_at = loop_->now();
    const ByteView rest = c.out.partial();
    if (rest.empty()) continue;
    // A pong of the library must not come inside our frame: it gets the rest of it, and sends that
    // first. Raw bytes are only read, whatever the signature says.
    c.lent = rest.size();
    if (lws_write(c.wsi, const_cast<std::uint8_t*>(rest.data()), rest.size(), LWS_WRITE_RAW) < 0) {
      return false;
    }
    counters_.bytes_out += rest.size();
    c.out.consume(rest.size());
    return true;
  }
  return true;
}

void WsEngine::after_flush(WsConnection& c) {
  const bool blocked = !c.out.empty() || lws_partial_buffered(c.wsi) != 0;
  const bool was_behind = std::exchange(c.behind, blocked);
  if (blocked) {
    if (!was_behind) c.progress_at = loop_->now();
    lws_callback_on_writable(c.wsi);
    return;
  }
  if (c.phase == Phase::kClosing) {
    c.phase = Phase::kCloseSent;
    schedule(c, options_.close_within);
  } else if (was_behind && c.role->handlers.on_drained) {
    c.role->handlers.on_drained(c.id);
  }
}

void WsEngine::schedule(WsConnection& c, Millis after) {
  c.deadline = loop_->now() + after;
  deadlines_.add(c.id, c.deadline);
}

void WsEngine::check_deadlines() {
  for (const Deadlines::Due& due : deadlines_.take(loop_->now())) {
    WsConnection* const c = find(due.id);
    if (c != nullptr && c->deadline == due.when) check(*c);
  }
}

void WsEngine::check(WsConnection& c) {
  const Millis still = std::chrono::duration_cast<Millis>(loop_->now() - c.progress_at);
  switch (c.phase) {
    case Phase::kOpen:
      return check_alive(c);
    case Phase::kReply:
      // A caller who goes on talking would wake the library for nothing, again and again.
      if (still >= options_.handshake || readable(lws_get_socket_fd(c.wsi))) return kill(c, 0);
      return schedule(c, std::min(options_.handshake, Millis{1000}));
    case Phase::kClosing:
      if (still >= options_.close_within) return kill(c, 0);
      return schedule(c, options_.close_within);
    case Phase::kHead:
    case Phase::kCloseSent:
    case Phase::kEnding:
      return kill(c, 0);
  }
}

void WsEngine::check_alive(WsConnection& c) {
  const Millis still = std::chrono::duration_cast<Millis>(loop_->now() - c.progress_at);
  if (c.behind) {
    if (still < options_.pong_within) return schedule(c, options_.pong_within);
    ++counters_.slow_consumers;
    return kill(c, close_code::kSlowConsumer);
  }
  if (c.pinged && !c.heard && c.wanted) {
    ++counters_.no_pong;
    start_close(c, close_code::kNoPong, "no pong");
    flush(c);
    return kill(c, close_code::kNoPong);
  }
  if (c.pinged) {
    c.pinged = false;
    return schedule(c, std::max(options_.ping_every - options_.pong_within, Millis{1}));
  }
  c.pinged = true;
  c.heard = false;
  c.out.push_always(ping().bytes());
  mark(c);
  schedule(c, options_.pong_within);
}

}  // namespace so::net
