#include "net/forgeries.h"

#include <algorithm>

namespace so::net {
namespace {

// One alone takes no longer; if it seems so, the processor was somebody else's meanwhile.
constexpr Millis kLongest{5};

constexpr std::size_t kMostSources = 1024;  // about a hundred matter at a time

}  // namespace

std::string Forgeries::source_of(const Address& peer) {
  return is_loopback(peer) ? std::string{} : network_of(peer);
}

bool Forgeries::may_come(const std::string& source, TimePoint now) const {
  if (worked_off_ - now >= kBurst * kShare) return false;
  const auto theirs = sources_.find(source);
  return theirs == sources_.end() || theirs->second.allows(kOfOne, now);
}

void Forgeries::came(const std::string& source, Clock::duration took, TimePoint now) {
  worked_off_ = std::max(worked_off_, now) + std::min<Clock::duration>(took, kLongest) * kShare;
  if (source.empty()) return;
  if (sources_.size() >= kMostSources)
    std::erase_if(sources_, [&](const auto& each) { return each.second.idle(now); });
  sources_[source].take(kOfOne, now);
}

}  // namespace so::net
