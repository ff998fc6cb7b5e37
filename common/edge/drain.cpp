#include "edge/drain.h"

#include <algorithm>
#include <utility>

namespace so::edge {
namespace {

constexpr Millis kTick{20};

}  // namespace

Drain::Drain(net::Loop& loop, Steps steps)
    : steps_(std::move(steps)), tick_(loop, [this] { next(); }), end_(loop, [this] { end(); }) {}

Drain::Steps Drain::closing(net::WsServer& server, std::function<std::vector<net::ConnId>()> who) {
  return {.who = std::move(who),
          .replying = [&server] { return server.replies() > 0; },
          .hush = [](net::ConnId) {},
          .settle = [](const std::function<void()>& then) { then(); },
          .close =
              [&server](net::ConnId id) {
                server.close(id, net::close_code::kGoingAway, "shutting down");
              }};
}

Millis Drain::window(std::size_t count, Millis within) {
  return std::min(within, Millis{count});
}

void Drain::start(Millis within, std::function<void()> done) {
  done_ = std::move(done);
  who_ = steps_.who();
  const auto ticks =
      std::max<std::size_t>(static_cast<std::size_t>(window(who_.size(), within) / kTick), 1);
  batch_ = (who_.size() + ticks - 1) / ticks;
  end_.start(within);
  tick_.start(kTick, kTick);
  next();
}

// When all have been told to go the tick looks whether they, and the replies, have gone.
void Drain::next() {
  if (at_ == who_.size()) return look();
  const std::size_t end = std::min(at_ + batch_, who_.size());
  std::vector<net::ConnId> batch{who_.begin() + static_cast<std::ptrdiff_t>(at_),
                                 who_.begin() + static_cast<std::ptrdiff_t>(end)};
  at_ = end;
  for (const net::ConnId id : batch) steps_.hush(id);
  steps_.settle([this, batch = std::move(batch)] {
    for (const net::ConnId id : batch) steps_.close(id);
  });
}

void Drain::look() {
  if (done_ && steps_.who().empty() && !steps_.replying()) finish();
}

void Drain::end() {
  if (std::exchange(closed_, true)) return finish();
  for (const net::ConnId id : steps_.who()) steps_.close(id);
  end_.start(kGoodbye);
}

void Drain::finish() {
  tick_.stop();
  end_.stop();
  if (done_) std::exchange(done_, nullptr)();
}

}  // namespace so::edge
