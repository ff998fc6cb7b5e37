#pragma once

#include <functional>
#include <memory>

#include "net/loop.h"

namespace so::net {

/// A callback at the end of the turn in which it was requested, once however often that was. What
/// is requested from the callback itself comes a turn later. Destroying it forgets the request.
class TurnEnd {
 public:
  TurnEnd(Loop& loop, std::function<void()> callback)
      : loop_(&loop), state_(std::make_shared<State>(State{std::move(callback), false})) {}

  void request() {
    if (std::exchange(state_->requested, true)) return;
    loop_->defer([weak = std::weak_ptr{state_}] {
      const auto state = weak.lock();
      if (!state) return;
      state->requested = false;
      state->callback();
    });
  }

 private:
  struct State {
    std::function<void()> callback;
    bool requested;
  };
  Loop* loop_;
  std::shared_ptr<State> state_;
};

}  // namespace so::net
