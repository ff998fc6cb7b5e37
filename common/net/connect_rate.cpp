#include "net/connect_rate.h"

namespace so::net {
namespace {

constexpr std::size_t kMostPeers = 65536;

}  // namespace

// One peer that hammers takes nothing from the others' share.
ConnectRate::Answer ConnectRate::enter(const SocketAddress& peer, TimePoint now) {
  Rate* const theirs = rate_of(peer, now);
  if (theirs != nullptr && !theirs->take(limits_.per_address, now)) {
    return Answer::kTooFastFromThere;
  }
  return total_.take(limits_.total, now) ? Answer::kAdmitted : Answer::kTooFast;
}

Rate* ConnectRate::rate_of(const SocketAddress& peer, TimePoint now) {
  if (limits_.per_address.per_second == 0) return nullptr;
  if (!limits_.count_loopback && is_loopback(to_address(peer))) return nullptr;
  std::string network = network_of(peer);
  if (by_network_.size() >= kMostPeers && !by_network_.contains(network)) {
    std::erase_if(by_network_, [&](const auto& entry) { return entry.second.idle(now); });
    if (by_network_.size() >= kMostPeers) return nullptr;
  }
  return &by_network_[std::move(network)];
}

}  // namespace so::net
