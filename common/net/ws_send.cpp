#include <algorithm>

#include <poll.h>
#include <sys/socket.h>

#include <libwebsockets.h>

#include "net/ws_engine.h"
#include "net/ws_io.h"

namespace so::net {
namespace {

const Frame& ping() {
  static const Frame the_ping = Frame::ping(as_bytes("ping"));
  return the_ping;
}

bool readable(int fd) {
  pollfd look{fd, POLLIN, 0};
  return poll(&look, 1, 0) > 0;
}

// The library does not look at what comes from a peer whom it owes a body.
bool has_left(int fd) {
  char byte = 0;
  return recv(fd, &byte, 1, MSG_PEEK | MSG_DONTWAIT) == 0;
}

}  // namespace

// Without manners, from wherever we are: the library closes in its next service.
void WsEngine::kill(WsConnection& c, std::uint16_t code) {
  if (c.close_code == 0) c.close_code = code;
  stop_reading(c);
  c.phase = Phase::kEnding;
  c.out.clear();
  drop_reply(c);
  say_goodbye(c.wsi);
  lws_set_timeout(c.wsi, PENDING_TIMEOUT_USER_OK, LWS_TO_KILL_ASYNC);
  lws_cancel_service(c.role->context->get());  // its timers run only when it is woken
}

// Our own frame in our own queue, so that it follows everything sent before; the library would
// leave it out when the peer is behind.
void WsEngine::start_close(WsConnection& c, std::uint16_t code, std::string_view reason) {
  if (c.phase != Phase::kOpen) return;
  c.phase = Phase::kClosing;
  c.close_code = code;
  c.progress_at = loop_->now();
  c.out.push_always(Frame::close(code, reason).parcel());
  schedule(c, options_.close_within);
  mark(c);
}

// Of a body that has not begun there is nothing to end.
void WsEngine::end_body(WsConnection& c, std::uint16_t code) {
  c.close_code = code;
  if (c.phase == Phase::kBody && c.chunked) c.out.push_always(Frame::last_chunk().parcel());
  c.phase = Phase::kBodyEnd;
  c.progress_at = loop_->now();
  schedule(c, options_.close_within);
  mark(c);
}

void WsEngine::flush_all(std::span<const ConnId> ids) {
  std::vector<ConnId> left;
  while (ring_.serves(ids.size())) {
    const auto some = ids.first(std::min(ids.size(), SendRing::kEntries));
    ids = ids.subspan(some.size());
    ride(some, left);
  }
  left.insert(left.end(), ids.begin(), ids.end());
  for (const ConnId id : left) {
    WsConnection* const c = find(id);
    if (c != nullptr && !c->behind) flush(*c);  // else the library calls when the peer takes more
  }
}

// Who is sent all that waits for it is done with; who is not is left. Nobody is called meanwhile,
// so that who rides is there until the end.
void WsEngine::ride(std::span<const ConnId> ids, std::vector<ConnId>& left) {
  riders_.clear();
  for (const ConnId id : ids) {
    WsConnection* const c = find(id);
    if (c == nullptr || c->behind) continue;
    const bool plain = c->phase == Phase::kOpen && !c->role->tls && !c->out.empty();
    if (plain && ring_.add(lws_get_socket_fd(c->wsi), c->out)) {
      riders_.push_back(c);
    } else {
      left.push_back(id);
    }
  }
  const auto sent = ring_.submit();
  for (std::size_t i = 0; i < riders_.size(); ++i) {
    WsConnection& c = *riders_[i];
    if (sent[i] > 0) took(c, sent[i]);
    if (!c.out.empty()) left.push_back(c.id);
  }
}

void WsEngine::flush(WsConnection& c) {
  const bool body = c.phase == Phase::kBody || c.phase == Phase::kBodyEnd;
  if (c.phase != Phase::kOpen && c.phase != Phase::kClosing && !body) return;
  // The head before a body is the library's, which calls again when it has left.
  if (body && lws_partial_buffered(c.wsi) != 0) return;
  if (!send_directly(c)) return kill(c, close_code::kAbnormal);
  after_flush(c);
}

// One write for all that waits, past the library. False: the socket is broken.
bool WsEngine::send_directly(WsConnection& c) {
  while (!c.out.empty()) {
    const Transfer sent = transmit(c.wsi, c.out.gather(vectors_));
    c.promised = sent.offered;
    if (sent.bytes == 0) return !sent.ended;
    took(c, sent.bytes);
  }
  return true;
}

void WsEngine::took(WsConnection& c, std::size_t bytes) {
  ++counters_.writes;
  counters_.bytes_out += bytes;
  c.out.consume(bytes);
  c.progress_at = loop_->now();
  if (c.crowded && !c.out.half_full()) read_or_wait(c);
}

void WsEngine::after_flush(WsConnection& c) {
  const bool blocked = !c.out.empty();
  const bool was_behind = std::exchange(c.behind, blocked);
  if (blocked) {
    if (!was_behind) c.progress_at = loop_->now();
    lws_callback_on_writable(c.wsi);
    return;
  }
  if (c.phase == Phase::kBodyEnd) {
    lws_callback_on_writable(c.wsi);  // there it is closed
  } else if (c.phase == Phase::kClosing) {
    if (c.reader.closed()) return kill(c, 0);
    // Who broke the rules may not find the way to an answer; but what he still sends must be read,
    // or the reset that it would cause takes our close frame with it.
    if (c.reader.failed()) shutdown(lws_get_socket_fd(c.wsi), SHUT_WR);
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
    case Phase::kOwed:
    case Phase::kBody:
    case Phase::kBodyEnd:
      return check_body(c);
    case Phase::kReply:
      if (too_slow(c)) {
        ++counters_.slow_replies;
        return kill(c, close_code::kSlowConsumer);
      }
      // A caller who goes on talking would wake the library for nothing, again and again.
      if (still >= options_.handshake || readable(lws_get_socket_fd(c.wsi))) return kill(c, 0);
      return schedule(c, std::min(options_.handshake, Millis{1000}));
    case Phase::kClosing:
      if (still >= options_.close_within) return kill(c, 0);
      return schedule(c, options_.close_within);
    case Phase::kHead:
    case Phase::kContent:
      ++counters_.late;
      return kill(c, 0);
    case Phase::kCloseSent:
    case Phase::kEnding:
      return kill(c, 0);
  }
}

void WsEngine::check_body(WsConnection& c) {
  const Millis still = std::chrono::duration_cast<Millis>(loop_->now() - c.progress_at);
  const bool ending = c.phase == Phase::kBodyEnd;
  const Millis limit = ending ? options_.close_within : options_.pong_within;
  if (has_left(lws_get_socket_fd(c.wsi))) return kill(c, close_code::kAbnormal);
  if ((!c.behind && !ending) || still < limit) {
    return schedule(c, std::min(limit, Millis{1000}));
  }
  if (!ending) ++counters_.slow_consumers;
  kill(c, close_code::kSlowConsumer);
}

void WsEngine::check_alive(WsConnection& c) {
  const Millis still = std::chrono::duration_cast<Millis>(loop_->now() - c.progress_at);
  if (c.behind) {
    if (still < options_.pong_within) return schedule(c, options_.pong_within);
    ++counters_.slow_consumers;
    return kill(c, close_code::kSlowConsumer);
  }
  if (c.pinged && !c.heard && c.wanted && !c.resting && !c.crowded) {
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
  c.pinged_at = loop_->now();
  c.out.push_always(ping().parcel());
  mark(c);
  schedule(c, options_.pong_within);
}

}  // namespace so::net
