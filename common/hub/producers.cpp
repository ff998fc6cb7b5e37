#include "hub/producers.h"

namespace so::hub {

std::uint64_t Producers::last(std::string_view producer) const {
  const auto* const known = all_.find(producer);
  return known == nullptr ? 0 : known->value.seq;
}

std::uint64_t Producers::at(std::string_view producer) const {
  const auto* const known = all_.find(producer);
  return known == nullptr ? 0 : known->value.version;
}

bool Producers::remember(const Count& count, const Bounds& bounds, TimePoint now,
                         std::vector<std::string>& forgotten) {
  if (all_.find(count.producer) == nullptr) {
    const Shares<Known>::Bounds most{bounds.all, bounds.of_author};
    if (all_.size() >= bounds.all) all_.forget_idle(now - bounds.idle, forgotten);
    if (!count.displaces && !all_.has_place(count.author, most)) return false;
    all_.make_place(count.author, most, forgotten);
  }
  all_.put(count.producer, count.author, {count.seq, count.version}, now);
  return true;
}

// No user, which is JSON, and no member is named like this.
void Producers::restore(std::string_view producer, std::uint64_t seq, TimePoint now) {
  all_.put(producer, "?" + std::string{producer}, {seq, 0}, now);
}

}  // namespace so::hub
