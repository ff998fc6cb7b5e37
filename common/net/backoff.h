#pragma once

#include <cstdint>

#include "base/time.h"

namespace so::net {

/// How long to wait before the next try: 1 s, then twice as long each time, up to 60 s, give or
/// take a fifth, so that many who were lost together do not return together.
class Backoff {
 public:
  static constexpr Millis kFirst{1000};
  static constexpr Millis kLongest{60'000};

  /// `random` is any number.
  Millis next(std::uint64_t random);
  void reset() { step_ = kFirst; }

 private:
  Millis step_ = kFirst;
};

}  // namespace so::net
