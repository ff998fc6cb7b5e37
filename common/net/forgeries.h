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
/// millisecond or two (token::verify()), in which nobody else is served. So many from one source, a
/// network or a user; of all, what takes so much time. A source without a name is counted in all
/// alone.
class Forgeries {
 public:
  static constexpr RateLimit kOfOne{.per_second = 1, .burst = 5};
  static constexpr int kShare = 250;   // of the time: one part of so many
  static constexpr Millis kBurst{20};  // of work, at once

  static constexpr std::string_view kTooMany =
      "token: too many had wrong signatures; try again in a second";

  /// The network of a peer; without a name on this machine, where a proxy may be, for everybody.
  [[nodiscard]] static std::string source_of(const Address& peer);

  /// Whether a token from there is looked at.
  [[nodiscard]] bool may_come(const std::string& source, TimePoint now) const;
  /// One came, and to look at it took so long.
  void came(const std::string& source, Clock::duration took, TimePoint now);

  [[nodiscard]] std::size_t sources() const { return sources_.size(); }

 private:
  TimePoint worked_off_{};  // when what was spent on all of them is its share of the time
  std::unordered_map<std::string, Rate> sources_;
};

}  // namespace so::net
