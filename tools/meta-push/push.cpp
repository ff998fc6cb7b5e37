#include "push.h"

#include <algorithm>
#include <utility>

#include "base/log.h"

namespace so::meta {

Push::Push(bus::Client& hub, std::string stream, std::optional<Millis> timestamp, Handlers handlers)
    : hub_(hub),
      stream_(std::move(stream)),
      timestamp_(timestamp),
      handlers_(std::move(handlers)),
      member_(hub.new_member()) {}

// What was not used is not saved for long: after a pause there is no burst.
void Push::allow(double values) {
  const bool was_full = full();
  allowed_ = std::min(allowed_.value_or(0) + values, std::max(values, 1.0));
  push_pieces();
  if (was_full && !full() && handlers_.drained) handlers_.drained();
}

void Push::receive(std::string_view text) {
  splitter_.receive(text);
  push_pieces();
}

void Push::end() {
  splitter_.end();
  ended_ = true;
  push_pieces();
}

void Push::push_pieces() {
  read_ = false;
  while (may_send()) {
    const auto piece = splitter_.next();
    if (!piece) {
      read_ = true;
      break;
    }
    if (allowed_) *allowed_ -= 1;
    send(*piece);
  }
  finish();
}

void Push::send(const json::Splitter::Piece& piece) {
  if (piece.broken) return reject(piece.line, piece.text);
  ++waiting_;
  hub_.meta(member_, stream_, piece.text, {.timestamp = timestamp_},
            [this, line = piece.line](const bus::Reply& reply) { answered(line, reply); });
}

void Push::answered(std::size_t line, const bus::Reply& reply) {
  const bool was_full = full();
  --waiting_;
  if (reply.ok()) {
    ++accepted_;
  } else {
    reject(line, reply.message);
  }
  if (was_full && !full() && handlers_.drained) handlers_.drained();
  finish();
}

void Push::reject(std::size_t line, std::string_view why) {
  ++rejected_;
  log::error("line {}: {}", line, why);
}

void Push::finish() {
  if (!ended_ || !read_ || waiting_ > 0 || !handlers_.done) return;
  const auto done = std::exchange(handlers_.done, nullptr);
  if (rejected_ > 0)
    log::error("{} of {} values were not accepted", rejected_, accepted_ + rejected_);
  done(rejected_ > 0 ? Exit::kPartial : Exit::kOk);
}

}  // namespace so::meta
