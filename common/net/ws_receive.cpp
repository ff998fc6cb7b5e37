#include <libwebsockets.h>

#include "net/ws_engine.h"
#include "net/ws_io.h"

namespace so::net {

void WsEngine::read_or_wait(WsConnection& c) {
  const bool talks =
      c.phase == Phase::kOpen || c.phase == Phase::kClosing || c.phase == Phase::kCloseSent;
  const bool read = talks && c.held.empty() && (c.wanted || c.phase != Phase::kOpen);
  if (!read || c.reading) return read ? void() : stop_reading(c);
  c.reading = true;
  readable_->add(lws_get_socket_fd(c.wsi), c.id);
  if (buffered(c.wsi)) read_more(c);
}

void WsEngine::stop_reading(WsConnection& c) {
  if (std::exchange(c.reading, false)) readable_->remove(lws_get_socket_fd(c.wsi));
}

void WsEngine::on_readable(ConnId id) {
  WsConnection* const c = find(id);
  if (c == nullptr || !c->reading) return;
  constexpr int kAtOnce = 8;  // records of TLS; others are heard in between
  for (int i = 0; i < kAtOnce; ++i) {
    const Transfer got = receive(c->wsi, read_buffer_);
    if (got.ended) return kill(*c, close_code::kAbnormal);
    if (got.bytes == 0) return;
    c->heard = true;
    take(*c, std::span{read_buffer_}.first(got.bytes));
    if (!c->reading || !buffered(c->wsi)) return;
  }
  read_more(*c);
}

// Nobody tells us of what TLS has already.
void WsEngine::read_more(WsConnection& c) {
  c.more = true;
  mark(c);
}

void WsEngine::take_held(WsConnection& c) {
  if (c.held.empty() || !(c.wanted || c.phase != Phase::kOpen)) return;
  Bytes held = std::exchange(c.held, {});
  take(c, held);
}

void WsEngine::take(WsConnection& c, std::span<std::uint8_t> bytes) {
  while (c.phase != Phase::kEnding) {
    if (!c.wanted && c.phase == Phase::kOpen) {
      c.held.assign(bytes.begin(), bytes.end());
      return stop_reading(c);
    }
    const WsEvent event = c.reader.next(bytes);
    if (event.kind == WsEvent::Kind::kMore) return;
    on_frame(c, event);
    if (event.kind == WsEvent::Kind::kFault) return;
  }
}

void WsEngine::on_frame(WsConnection& c, const WsEvent& event) {
  switch (event.kind) {
    case WsEvent::Kind::kMore:
      return;
    case WsEvent::Kind::kPong:
      return on_pong(c);
    case WsEvent::Kind::kText:
    case WsEvent::Kind::kBinary:
      return deliver(c, {event.kind == WsEvent::Kind::kText, event.payload});
    case WsEvent::Kind::kPing:
      // Who does not read his answers gets no more of them.
      if (c.phase != Phase::kOpen || !within_rate(c)) return;
      if (c.out.push(Frame::pong(event.payload).parcel())) mark(c);
      return;
    case WsEvent::Kind::kClose:
      return on_peer_close(c, event);
    case WsEvent::Kind::kFault:
      return on_fault(c, event);
  }
}

void WsEngine::on_pong(WsConnection& c) {
  const TimePoint pinged = std::exchange(c.pinged_at, TimePoint{});
  if (pinged == TimePoint{}) return;
  counters_.pongs.observe(std::chrono::duration<double>(loop_->now() - pinged).count());
}

void WsEngine::deliver(WsConnection& c, const WsMessage& message) {
  if (c.phase != Phase::kOpen) return;
  if (!within_rate(c)) {
    if (c.phase == Phase::kOpen && c.role->handlers.on_flood && !going_) {
      c.role->handlers.on_flood(c.id, message);
    }
    return;
  }
  ++counters_.messages_in;
  counters_.bytes_in += message.payload.size();
  if (c.role->handlers.on_message && !going_) c.role->handlers.on_message(c.id, message);
}

bool WsEngine::within_rate(WsConnection& c) {
  constexpr std::uint32_t kAbuse = 10;
  const RateLimit& limit = options_.messages;
  const bool bearable =
      c.abuse.take({limit.per_second * kAbuse, limit.burst * kAbuse}, loop_->now());
  if (c.rate.take(limit, loop_->now())) return true;
  ++counters_.floods;
  if (!bearable) {
    ++counters_.abusers;
    c.drop_unsent();
    start_close(c, close_code::kAbuse, "far too many messages");
  }
  return false;
}

// Answered with the same, an empty one with 1000; or it is the answer to ours.
void WsEngine::on_peer_close(WsConnection& c, const WsEvent& event) {
  if (c.phase == Phase::kCloseSent) return kill(c, 0);
  if (c.phase != Phase::kOpen) return;  // ours is on its way
  c.drop_unsent();
  const bool empty = event.code == close_code::kNone;
  start_close(c, empty ? close_code::kNormal : event.code, as_text(event.payload));
  c.close_code = event.code;
}

void WsEngine::on_fault(WsConnection& c, const WsEvent& event) {
  if (c.phase != Phase::kOpen) return;  // what still comes is not read
  if (event.code == close_code::kTooBig) ++counters_.too_big;
  if (event.code == close_code::kPolicy) ++counters_.fragments;
  start_close(c, event.code, event.why);
}

}  // namespace so::net
