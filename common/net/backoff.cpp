#include "net/backoff.h"

#include <algorithm>

namespace so::net {

Millis Backoff::next(std::uint64_t random) {
  const Millis step = step_;
  step_ = std::min(step_ * 2, kLongest);
  const auto fifth = static_cast<std::uint64_t>(step.count() / 5);
  return step - Millis{fifth} + Millis{random % (2 * fifth + 1)};
}

}  // namespace so::net
