#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <unordered_map>

#include "base/time.h"
#include "net/address.h"
#include "net/rate.h"

namespace so::net {

/// How many tokens are looked at whose signature is wrong: with a public key each costs a
/// millisecond or two (token::verify()), in which nobody else is served. From one source, a network
/// or a user, and in all. A source without a name is counted in all alone.
class Forgeries {
 public:
  static constexpr RateLimit kOfOne{.per_second = 1, .burst = 5};
  static constexpr RateLimit kOfAll{.per_second = 20, .burst = 10};

  static constexpr std::string_view kTooMany =
      "token: too many had wrong signatures; try again in a second";

  /// The network of a peer; without a name on this machine, where a proxy may be, for everybody.
  [[nodiscard]] static std::string source_of(const Address& peer);

  /// Whether a token from there is looked at.
  [[nodiscard]] bool may_come(const std::string& source, TimePoint now) const;
  /// One came.
  void came(const std::string& source, TimePoint now);

  [[nodiscard]] std::size_t sources() const { return sources_.size(); }

 private:
  Rate all_;
  std::unordered_map<std::string, Rate> sources_;
};

}  // namespace so::net
