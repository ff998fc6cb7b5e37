#include <algorithm>

#include <sys/socket.h>

#include <libwebsockets.h>

#include "net/ws_engine.h"
#include "net/ws_io.h"

namespace so::net {
namespace {

constexpr int kBuriedAtOnce = 4;  // each costs as much as ten messages

}  // namespace

// Without manners, from wherever we are: the library closes in one of its next services.
void WsEngine::kill(WsConnection& c, std::uint16_t code) {
  if (c.close_code == 0) c.close_code = code;
  stop_reading(c);
  c.phase = Phase::kEnding;
  c.out.clear();
  drop_reply(c);
  say_goodbye(c.wsi);
  dying_.push_back(c.id);
  turn_end_.request();
}

// Where many are gone at once, the others are not kept waiting for it.
void WsEngine::bury() {
  for (int buried = 0; buried < kBuriedAtOnce && !dying_.empty(); dying_.pop_front()) {
    const WsConnection* const c = find(dying_.front());
    if (c == nullptr) continue;
    ++buried;
    lws_set_timeout(c->wsi, PENDING_TIMEOUT_USER_OK, LWS_TO_KILL_ASYNC);
    lws_cancel_service(c->role->context->get());  // its timers run only when it is woken
  }
  if (!dying_.empty()) turn_end_.request();
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

}  // namespace so::net
