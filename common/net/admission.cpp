#include "net/admission.h"

#include <cassert>

namespace so::net {

Admission::Answer Admission::enter(const SocketAddress& peer, Seat& seat) {
  if (total_ >= caps_.total) return Answer::kFull;
  std::string network;
  if (caps_.count_loopback || !is_loopback(to_address(peer))) {
    network = network_of(peer);
    std::size_t& there = by_network_[network];
    if (there >= caps_.per_address) return Answer::kTooManyFromThere;
    ++there;
  }
  ++total_;
  seat = Seat{*this, std::move(network)};
  return Answer::kAdmitted;
}

void Admission::leave(const std::string& network) {
  assert(total_ > 0);
  --total_;
  if (network.empty()) return;
  const auto there = by_network_.find(network);
  assert(there != by_network_.end());
  if (--there->second == 0) by_network_.erase(there);
}

}  // namespace so::net
