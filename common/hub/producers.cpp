#include "hub/producers.h"

namespace so::hub {

std::uint64_t Producers::last(std::string_view producer) const {
  const auto at = all_.find(producer);
  return at == all_.end() ? 0 : at->second.seq;
}

std::uint64_t Producers::at(std::string_view producer) const {
  const auto at = all_.find(producer);
  return at == all_.end() ? 0 : at->second.version;
}

bool Producers::has_place(std::string_view producer, std::size_t most, TimePoint before,
                          std::vector<std::string>& forgotten) {
  if (all_.size() < most || all_.contains(producer)) return true;
  for (auto at = all_.begin(); at != all_.end();) {
    const auto each = at++;
    if (each->second.used <= before) forgotten.push_back(all_.extract(each).key());
  }
  return all_.size() < most;
}

void Producers::remember(std::string_view producer, std::uint64_t seq, std::uint64_t version,
                         TimePoint now) {
  auto at = all_.find(producer);
  if (at == all_.end()) at = all_.emplace(producer, Entry{}).first;
  at->second = {seq, version, now};
}

}  // namespace so::hub
