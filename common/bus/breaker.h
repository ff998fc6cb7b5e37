#pragma once

#include <algorithm>

#include "base/time.h"

namespace so::bus {

/// Keeps who fails again and again from being asked:
///
///     closed --5 failures in a row--> open --5 s, then twice as long up to 60 s--> half open
///       ^-------------------------------success---------------------------------------|
///
/// Half open, one may try; its failure opens it again.
class Breaker {
 public:
  /// Whether one may be asked now. Each that was is to be told by success(), failure() or
  /// given_up().
  bool may(TimePoint now) {
    if (failures_ < kFailures) return true;
    if (trying_ || now < rests_until_) return false;
    trying_ = true;
    return true;
  }
  void success() { *this = {}; }
  void failure(TimePoint now) {
    trying_ = false;
    if (++failures_ < kFailures) return;
    rests_until_ = now + rest_;
    rest_ = std::min(2 * rest_, kLongest);
  }
  /// Nobody waits for what it was asked.
  void given_up() { trying_ = false; }
  [[nodiscard]] bool open() const { return failures_ >= kFailures; }

 private:
  static constexpr int kFailures = 5;
  static constexpr Millis kRest{5000};
  static constexpr Millis kLongest{60'000};

  int failures_ = 0;  // in a row
  Millis rest_ = kRest;
  TimePoint rests_until_{};
  bool trying_ = false;
};

}  // namespace so::bus
