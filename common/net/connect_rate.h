#pragma once

#include <cstddef>
#include <string>
#include <unordered_map>

#include "net/address.h"
#include "net/rate.h"

namespace so::net {

/// Counts how fast connections come, in all and per peer (network_of()). Remembers at most 65536
/// peers; of more, only the total counts.
class ConnectRate {
 public:
  struct Limits {
    RateLimit total{.per_second = 1000, .burst = 2000};  // a TLS handshake costs about 1 ms
    RateLimit per_address{.per_second = 100, .burst = 200};
    bool count_loopback = false;  // whether per_address binds proxies on this machine, too
  };
  enum class Answer { kAdmitted, kTooFast, kTooFastFromThere };

  explicit ConnectRate(const Limits& limits) : limits_(limits) {}

  Answer enter(const SocketAddress& peer, TimePoint now);

  [[nodiscard]] std::size_t peers() const { return by_network_.size(); }

 private:
  [[nodiscard]] Rate* rate_of(const SocketAddress& peer, TimePoint now);

  Limits limits_;
  Rate total_;
  std::unordered_map<std::string, Rate> by_network_;
};

}  // namespace so::net
