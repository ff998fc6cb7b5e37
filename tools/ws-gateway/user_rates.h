#pragma once

#include <cstddef>
#include <string>
#include <unordered_map>

#include "base/time.h"
#include "net/rate.h"

namespace so::gateway {

/// How much each user asks, over all of its connections and requests without one. What is kept: of
/// each user that has asked for something of late.
class UserRates {
 public:
  /// 0 a second: any.
  explicit UserRates(net::RateLimit limit) : limit_(limit) {}

  using Verdict = net::Allowance::Answer;
  /// Whether the user may ask for one thing more. Nobody in particular (empty) always may.
  Verdict take(const std::string& user, TimePoint now);
  /// Forgets those who have not asked for long enough. To be called every second or so.
  void sweep(TimePoint now);

  [[nodiscard]] std::size_t size() const { return users_.size(); }

 private:
  net::RateLimit limit_;
  std::unordered_map<std::string, net::Allowance> users_;
};

}  // namespace so::gateway
