#pragma once

#include <cstddef>
#include <string>
#include <unordered_map>

#include "base/time.h"
#include "net/rate.h"

namespace so::gateway {

/// How many tokens are looked at whose signature is wrong: with a public key each costs a
/// millisecond or two, in which nobody else is served. From one source, a network or a user, and in
/// all. A source without a name is counted in all alone.
class Forgeries {
 public:
  static constexpr net::RateLimit kOfOne{.per_second = 1, .burst = 5};
  static constexpr net::RateLimit kOfAll{.per_second = 50, .burst = 10};

  /// Whether a token from there is looked at.
  [[nodiscard]] bool may_come(const std::string& source, TimePoint now) const;
  /// One came.
  void came(const std::string& source, TimePoint now);

  [[nodiscard]] std::size_t sources() const { return sources_.size(); }

 private:
  net::Rate all_;
  std::unordered_map<std::string, net::Rate> sources_;
};

}  // namespace so::gateway
