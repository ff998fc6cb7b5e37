#pragma once

#include <cstdint>

#include <sys/random.h>

namespace so {

/// 64 unpredictable bits from the kernel: incarnations, epochs, tokens. Never zero.
inline std::uint64_t random_u64() {
  std::uint64_t value = 0;
  while (value == 0) {
    if (getrandom(&value, sizeof value, 0) != static_cast<ssize_t>(sizeof value)) value = 0;
  }
  return value;
}

}  // namespace so
