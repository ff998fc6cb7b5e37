#include <sched.h>

#include <libwebsockets.h>

#include "net/ws_engine.h"
#include "net/ws_io.h"

namespace so::net {
namespace {

constexpr int kMouthful = 16;  // messages and pings of one client that has just spoken
constexpr int kMouthfuls = 2;  // a millisecond
constexpr int kBite = 4;       // of more of those, and of one that has said more
constexpr std::chrono::microseconds kForBusy{50};  // of a turn, for those who have said more
constexpr std::uint8_t kTired = 8;                 // as many were too much: time for a rest
constexpr Millis kRest{10};
constexpr int kLane = 8;  // messages a millisecond, of all together who have rested

}  // namespace

// Who has said more than was taken in goes on with that, and nothing is read meanwhile. Nor is who
// does not read: what it asks for must not be what ends it.
void WsEngine::read_or_wait(WsConnection& c) {
  const bool talks =
      c.phase == Phase::kOpen || c.phase == Phase::kClosing || c.phase == Phase::kCloseSent;
  c.crowded = c.out.half_full();
  const bool waits = c.phase == Phase::kOpen && (!c.wanted || c.crowded);
  if (!talks || c.resting || waits) return stop_reading(c);
  if (!c.held.empty()) {
    stop_reading(c);
    return go_on(c);
  }
  if (c.reading) return;
  c.reading = true;
  readable_->add(lws_get_socket_fd(c.wsi), c.id);
  if (buffered(c.wsi)) go_on(c);  // nobody tells us of what TLS has already
}

void WsEngine::stop_reading(WsConnection& c) {
  if (std::exchange(c.reading, false)) readable_->remove(lws_get_socket_fd(c.wsi));
}

void WsEngine::go_on(WsConnection& c) {
  if (std::exchange(c.busy, true)) return;
  busy_.push_back(c.id);
  turn_end_.request();
}

// One bite each, in turns, and only for so long: who says little hardly waits for who says much,
// however many those are.
void WsEngine::hear_busy() {
  const TimePoint end = Clock::now() + kForBusy;
  while (!busy_.empty() && Clock::now() < end) {
    const ConnId id = busy_.front();
    busy_.pop_front();
    WsConnection* const c = find(id);
    if (c == nullptr) continue;
    c->busy = false;
    if (c->held.empty()) {
      on_readable(id);
    } else if (!c->resting && ((c->wanted && !c->crowded) || c->phase != Phase::kOpen)) {
      take_held(*c, kBite);
      read_or_wait(*c);
    }
  }
  if (busy_.empty()) return;
  turn_end_.request();
  sched_yield();  // or whoever shares this processor, the bus's thread too, waits for milliseconds
}

// Who says more than he may is read slowly, or to refuse him would take all our time.
void WsEngine::rest(WsConnection& c) {
  c.tired = 0;
  if (std::exchange(c.resting, true)) return;
  stop_reading(c);
  if (resting_.empty() && catching_up_.empty()) rested_.start(kRest);
  resting_.push_back({c.id, loop_->now() + kRest});
}

// Who is not refused what is too much waits until it is not.
bool WsEngine::must_wait(const WsConnection& c) const {
  return options_.patient && c.phase == Phase::kOpen &&
         !c.allowance.allows(options_.messages, loop_->now());
}

void WsEngine::wake_rested() {
  for (; !resting_.empty() && resting_.front().until <= loop_->now(); resting_.pop_front()) {
    WsConnection* const c = find(resting_.front().id);
    if (c == nullptr) continue;
    if (must_wait(*c)) {
      resting_.push_back({c->id, loop_->now() + kRest});
      continue;
    }
    c->heard = true;  // its pong may be among what was not read
    catching_up_.push_back(c->id);
  }
  hear_rested();
  if (!resting_.empty() || !catching_up_.empty()) rested_.start(Millis{1});
}

// Who has flooded shares one narrow lane with all others who have, until nothing of what it said is
// left: however many they are, nobody else waits for them.
void WsEngine::hear_rested() {
  bool heard = false;
  while (!heard && !catching_up_.empty()) {
    WsConnection* const c = find(catching_up_.front());
    catching_up_.pop_front();
    if (c == nullptr || c->phase == Phase::kEnding) continue;
    heard = true;
    c->resting = false;
    options_.patient ? read_or_wait(*c) : catch_up(*c);
  }
}

void WsEngine::catch_up(WsConnection& c) {
  if (c.phase == Phase::kOpen && (!c.wanted || c.crowded)) return read_or_wait(c);
  if (c.held.empty()) {
    const Transfer got = receive(c.wsi, read_buffer_);
    if (got.ended) return kill(c, close_code::kAbnormal);
    if (got.bytes == 0) return read_or_wait(c);
    c.heard = true;
    const auto left = take(c, std::span{read_buffer_}.first(got.bytes), kLane);
    c.held.assign(left.begin(), left.end());
    const bool more = !left.empty() || got.bytes == read_buffer_.size() || buffered(c.wsi);
    if (!more && !c.resting) return read_or_wait(c);
  } else {
    take_held(c, kLane);
  }
  if (c.resting || c.phase == Phase::kEnding) return;
  c.resting = true;
  stop_reading(c);
  catching_up_.push_back(c.id);
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
    const auto left = take(*c, std::span{read_buffer_}.first(got.bytes), mouthful());
    if (!left.empty()) {
      c->held.assign(left.begin(), left.end());
      return read_or_wait(*c);
    }
    if (!c->reading || !buffered(c->wsi)) return;
  }
  go_on(*c);
}

// Where many speak at once, the last of them would wait for what all others have said.
int WsEngine::mouthful() {
  if (std::exchange(fed_, loop_->now()) != loop_->now()) mouthfuls_ = 0;
  return ++mouthfuls_ <= kMouthfuls ? kMouthful : kBite;
}

void WsEngine::take_held(WsConnection& c, int most) {
  Bytes held = std::exchange(c.held, {});
  const auto left = take(c, std::span{held}.subspan(std::exchange(c.held_taken, 0)), most);
  if (left.empty()) return;
  c.held_taken = held.size() - left.size();
  c.held = std::move(held);
}

// So many messages of it, or what is wanted; what is left comes later.
std::span<std::uint8_t> WsEngine::take(WsConnection& c, std::span<std::uint8_t> bytes, int most) {
  bool more = true;
  for (int i = 0; i < most && more && c.phase != Phase::kEnding; ++i) {
    if (c.phase == Phase::kOpen && (!c.wanted || c.out.half_full())) break;
    if (must_wait(c)) {
      rest(c);
      break;
    }
    const WsEvent event = c.reader.next(bytes);
    more = event.kind != WsEvent::Kind::kMore && event.kind != WsEvent::Kind::kFault;
    // Who was told to go and goes on talking tires, too.
    if (c.phase != Phase::kOpen && event.kind != WsEvent::Kind::kClose) c.tired = kTired;
    if (event.kind != WsEvent::Kind::kMore) on_frame(c, event);
  }
  if (c.tired >= kTired) rest(c);
  return more && c.phase != Phase::kEnding ? bytes : bytes.first(0);
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
  const auto answer = c.allowance.take(options_.messages, loop_->now());
  if (answer == Allowance::Answer::kWithin) return true;
  ++c.tired;
  ++counters_.floods;
  if (answer == Allowance::Answer::kAbuse) {
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
