#pragma once

#include <chrono>
#include <cstdint>

#include "base/time.h"

namespace so::net {

/// How often something may happen: `per_second` on average, `burst` at once. 0 a second: always.
struct RateLimit {
  std::uint32_t per_second = 0;
  std::uint32_t burst = 1;
};

/// How often it did, as one time stamp: when the last of what was taken will have flowed off, so
/// much a second (the "virtual scheduling" of ITU-T I.371).
class Rate {
 public:
  /// Whether once more is within the limit; if not, it does not count.
  bool take(const RateLimit& limit, TimePoint now) {
    if (limit.per_second == 0) return true;
    const auto one = std::chrono::nanoseconds{Seconds{1}} / limit.per_second;
    const TimePoint from = idle(now) ? now : full_until_;
    if (from - now > one * (limit.burst - 1)) return false;
    full_until_ = from + one;
    return true;
  }
  /// All has flowed off: as good as new.
  [[nodiscard]] bool idle(TimePoint now) const { return full_until_ <= now; }

 private:
  TimePoint full_until_{};
};

}  // namespace so::net
