#include "user_rates.h"

namespace so::gateway {

UserRates::Verdict UserRates::take(const std::string& user, TimePoint now) {
  if (user.empty() || limit_.per_second == 0) return Verdict::kWithin;
  return users_[user].take(limit_, now);
}

void UserRates::sweep(TimePoint now) {
  std::erase_if(users_, [&](const auto& each) { return each.second.idle(now); });
}

}  // namespace so::gateway
