#pragma once

#include <algorithm>
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
  /// Whether once more is within the limit.
  [[nodiscard]] bool allows(const RateLimit& limit, TimePoint now) const {
    return limit.per_second == 0 || idle(now) ||
           full_until_ - now <= one(limit) * (limit.burst - 1);
  }
  /// The same; if so, it counts.
  bool take(const RateLimit& limit, TimePoint now) {
    if (!allows(limit, now)) return false;
    if (limit.per_second > 0) full_until_ = (idle(now) ? now : full_until_) + one(limit);
    return true;
  }
  /// So many more count, allowed or not.
  void add(const RateLimit& limit, TimePoint now, std::uint32_t more) {
    if (limit.per_second > 0) full_until_ = (idle(now) ? now : full_until_) + one(limit) * more;
  }
  /// All has flowed off: as good as new.
  [[nodiscard]] bool idle(TimePoint now) const { return full_until_ <= now; }

 private:
  static std::chrono::nanoseconds one(const RateLimit& limit) {
    return std::chrono::nanoseconds{Seconds{1}} / limit.per_second;
  }

  TimePoint full_until_{};
};

/// A limit with two answers for those who do not keep it: of what is too much as much at once is
/// borne, at a quarter of the rate.
class Allowance {
 public:
  enum class Answer : std::uint8_t {
    kWithin,
    kOver,   // not to be done
    kAbuse,  // nor to be answered any more
  };
  Answer take(const RateLimit& limit, TimePoint now) {
    if (granted_.take(limit, now)) return Answer::kWithin;
    const RateLimit borne{std::max(1U, limit.per_second / 4), limit.burst};
    return refused_.take(borne, now) ? Answer::kOver : Answer::kAbuse;
  }
  /// Whether take() would say kWithin.
  [[nodiscard]] bool allows(const RateLimit& limit, TimePoint now) const {
    return granted_.allows(limit, now);
  }
  /// As of Rate.
  void add(const RateLimit& limit, TimePoint now, std::uint32_t more) {
    granted_.add(limit, now, more);
  }
  [[nodiscard]] bool idle(TimePoint now) const { return granted_.idle(now) && refused_.idle(now); }

 private:
  Rate granted_;
  Rate refused_;
};

}  // namespace so::net
