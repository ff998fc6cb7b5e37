#include "forgeries.h"

namespace so::gateway {
namespace {

constexpr std::size_t kMostSources = 1024;  // kOfAll lets no more than 300 matter at a time

}  // namespace

bool Forgeries::may_come(const std::string& source, TimePoint now) const {
  if (!all_.allows(kOfAll, now)) return false;
  const auto theirs = sources_.find(source);
  return theirs == sources_.end() || theirs->second.allows(kOfOne, now);
}

void Forgeries::came(const std::string& source, TimePoint now) {
  all_.take(kOfAll, now);
  if (source.empty()) return;
  if (sources_.size() >= kMostSources)
    std::erase_if(sources_, [&](const auto& each) { return each.second.idle(now); });
  sources_[source].take(kOfOne, now);
}

}  // namespace so::gateway
