#include "net/forgeries.h"

namespace so::net {
namespace {

constexpr std::size_t kMostSources = 1024;  // kOfAll lets about a hundred matter at a time

}  // namespace

std::string Forgeries::source_of(const Address& peer) {
  return is_loopback(peer) ? std::string{} : network_of(peer);
}

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

}  // namespace so::net
