#include <algorithm>

#include <poll.h>
#include <sys/socket.h>

#include <libwebsockets.h>

#include "net/ws_engine.h"

namespace so::net {
namespace {

constexpr std::size_t kDueAtOnce = 4;  // in a millisecond, and more only where there are many

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

void WsEngine::schedule(WsConnection& c, Millis after) {
  c.deadline = loop_->now() + after;
  deadlines_.add(c.id, c.deadline);
}

void WsEngine::check_deadlines() {
  const auto due = deadlines_.take(loop_->now());
  due_.insert(due_.end(), due.begin(), due.end());
  due_at_once_ = std::max(kDueAtOnce, due_.size() / static_cast<std::size_t>(every_.count()) + 1);
  check_some();
}

// A few each millisecond, until the next tick: who talks meanwhile does not wait for all of them.
void WsEngine::check_some() {
  for (std::size_t i = 0; i < due_at_once_ && !due_.empty(); ++i) {
    const Deadlines::Due due = due_.front();
    due_.pop_front();
    WsConnection* const c = find(due.id);
    if (c != nullptr && c->deadline == due.when) check(*c);
  }
  if (!due_.empty()) due_soon_.start(Millis{1});
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
