#include "edge/drain.h"

#include <algorithm>
#include <utility>

namespace so::edge {
namespace {

constexpr Millis kTick{20};

}  // namespace

Drain::Drain(net::Loop& loop, Steps steps)
    : steps_(std::move(steps)),
      tick_(loop, [this] { next(); }),
      end_(loop, [this] { close_all(); }) {}

Drain::Steps Drain::closing(net::WsServer& server) {
  return {.hush = [](net::ConnId) {},
          .settle = [](const std::function<void()>& then) { then(); },
          .close =
              [&server](net::ConnId id) {
                server.close(id, net::close_code::kGoingAway, "shutting down");
              }};
}

Millis Drain::window(std::size_t count, Millis within) {
  return std::min(within, Millis{count});
}

void Drain::start(std::vector<net::ConnId> who, Millis within) {
  who_ = std::move(who);
  const auto ticks =
      std::max<std::size_t>(static_cast<std::size_t>(window(who_.size(), within) / kTick), 1);
  batch_ = (who_.size() + ticks - 1) / ticks;
  end_.start(within);
  tick_.start(kTick, kTick);
  next();
}

void Drain::next() {
  const std::size_t end = std::min(at_ + batch_, who_.size());
  std::vector<net::ConnId> batch{who_.begin() + static_cast<std::ptrdiff_t>(at_),
                                 who_.begin() + static_cast<std::ptrdiff_t>(end)};
  at_ = end;
  if (at_ == who_.size()) tick_.stop();
  for (const net::ConnId id : batch) steps_.hush(id);
  steps_.settle([this, batch = std::move(batch)] {
    for (const net::ConnId id : batch) steps_.close(id);
  });
}

void Drain::close_all() {
  for (const net::ConnId id : who_) steps_.close(id);
}

}  // namespace so::edge
