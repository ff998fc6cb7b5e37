#include "hub/producers.h"

namespace so::hub {

std::uint64_t Producers::last(std::string_view producer) const {
  const auto at = all_.find(producer);
  return at == all_.end() ? 0 : at->second.seq;
}

bool Producers::has_place(std::string_view producer, std::size_t most, TimePoint before) {
  if (all_.size() < most || all_.contains(producer)) return true;
  std::erase_if(all_, [&](const auto& each) { return each.second.used <= before; });
  return all_.size() < most;
}

void Producers::remember(std::string_view producer, std::uint64_t seq, TimePoint now) {
  auto at = all_.find(producer);
  if (at == all_.end()) at = all_.emplace(producer, Entry{}).first;
  at->second = {seq, now};
}

}  // namespace so::hub
