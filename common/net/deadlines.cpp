#include "net/deadlines.h"

#include <algorithm>

namespace so::net {

void Deadlines::add(ConnId id, TimePoint when) {
  // Rounded up: at the beginning of its own tick a deadline is still ahead.
  slot(std::max(tick_of(when) + 1, next_)).push_back({id, when});
}

std::vector<Deadlines::Due> Deadlines::take(TimePoint now) {
  std::vector<Due> out;
  const std::int64_t last = tick_of(now);
  // After a long silence one round over all slots is enough.
  next_ = std::max(next_, last - static_cast<std::int64_t>(kSlots) + 1);
  for (; next_ <= last; ++next_) {
    std::vector<Due>& entries = slot(next_);
    const auto due = std::partition(entries.begin(), entries.end(),
                                    [&](const Due& entry) { return entry.when > now; });
    out.insert(out.end(), due, entries.end());
    entries.erase(due, entries.end());
  }
  return out;
}

}  // namespace so::net
