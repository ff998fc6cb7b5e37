#pragma once

#include <chrono>

namespace so {

/// Monotonic time. Cores are handed it; only the loop and main ask the clock.
using Clock = std::chrono::steady_clock;
using TimePoint = Clock::time_point;
using Millis = std::chrono::milliseconds;
using Seconds = std::chrono::seconds;

/// Milliseconds of wall clock since 1970, for people and for metadata; never for time-outs.
using WallMillis = std::chrono::milliseconds;
inline WallMillis wall_now() {
  return std::chrono::duration_cast<WallMillis>(
      std::chrono::system_clock::now().time_since_epoch());
}

}  // namespace so
