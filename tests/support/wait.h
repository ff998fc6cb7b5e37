#pragma once

#include <chrono>
#include <functional>

#include "net/loop.h"

namespace so {

/// Runs the loop until the condition holds; false if it does not within five seconds.
inline bool wait_until(net::Loop& loop, const std::function<bool()>& condition) {
  const auto deadline = Clock::now() + Seconds{5};
  net::Timer look{loop, [&loop] { loop.stop(); }};
  while (!condition()) {
    if (Clock::now() > deadline) return false;
    look.start(Millis{1});
    loop.run();
  }
  return true;
}

}  // namespace so
