#include "outlet.h"

#include <utility>

#include "base/log.h"
#include "wsproto/ems.h"

namespace so::meta {
namespace {

constexpr Millis kLast{5000};  // for what is left at the end
constexpr Millis kLook{10};

}  // namespace

Outlet::Outlet(net::Loop& loop, net::Address address, std::size_t limit)
    : limit_(limit),
      line_(loop, std::move(address),
            {.open = [this] { send(); },
             .bytes = {},
             .drained = [this] { send(); },
             .closed =
                 [this] {
                   if (drained_ && waiting_.empty()) std::exchange(drained_, nullptr)(Exit::kOk);
                 }}),
      late_(loop,
            [this] {
              log::error("{} values have not left for {}", waiting_.size(),
                         to_string(line_.address()));
              if (drained_) std::exchange(drained_, nullptr)(Exit::kUnreachable);
            }),
      look_(loop, [this] { send(); }) {}

void Outlet::push(std::string_view event) {
  auto text = wsproto::ems_message(parser_, event);
  if (!text) return log::error("unable to read an event of the hub: {}", text.error().text);
  *text += '\n';
  bytes_ += text->size();
  waiting_.push_back(*std::move(text));
  for (; bytes_ > limit_ && waiting_.size() > 1; ++dropped_, ++unsaid_) {
    bytes_ -= waiting_.front().size();
    waiting_.pop_front();
  }
  send();
}

// No more than it takes: what a connection has is lost with it.
void Outlet::send() {
  while (line_.is_open() && !waiting_.empty() && line_.queued_bytes() < kAhead) {
    if (const auto missed = std::exchange(unsaid_, 0); missed > 0)
      log::warn("{} was away or too slow: the oldest {} values were dropped",
                to_string(line_.address()), missed);
    bytes_ -= waiting_.front().size();
    line_.send(to_bytes(as_bytes(waiting_.front())));
    waiting_.pop_front();
  }
  if (line_.is_open() && !waiting_.empty()) look_.start(kLook);
  if (!drained_ || !waiting_.empty()) return;
  line_.is_open() ? line_.close() : std::exchange(drained_, nullptr)(Exit::kOk);
}

void Outlet::drain(std::function<void(Exit)> done) {
  drained_ = std::move(done);
  late_.start(kLast);
  send();
}

}  // namespace so::meta
