#pragma once

#include <cstdint>

namespace so::net {

/// Names one connection of this process. Numbers are given once and never again, so a stale id
/// finds nothing and everything may be asked about it. 0 names none.
enum class ConnId : std::uint64_t {};
inline constexpr ConnId kNoConn{0};

constexpr std::uint64_t to_number(ConnId id) {
  return static_cast<std::uint64_t>(id);
}

}  // namespace so::net
