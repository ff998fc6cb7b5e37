#include "user_rates.h"

namespace so::gateway {
namespace {

constexpr std::uint32_t kAbuse = 10;

}  // namespace

UserRates::Verdict UserRates::take(const std::string& user, TimePoint now) {
  if (user.empty() || limit_.per_second == 0) return Verdict::kWithin;
  Rates& its = users_[user];
  const net::RateLimit abuse{limit_.per_second * kAbuse, limit_.burst * kAbuse};
  const bool bearable = its.abuse.take(abuse, now);
  if (its.rate.take(limit_, now)) return Verdict::kWithin;
  return bearable ? Verdict::kTooMuch : Verdict::kAbuse;
}

void UserRates::sweep(TimePoint now) {
  std::erase_if(users_, [&](const auto& each) {
    return each.second.rate.idle(now) && each.second.abuse.idle(now);
  });
}

}  // namespace so::gateway
