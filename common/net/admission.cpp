#include "net/admission.h"

#include <cassert>

namespace so::net {

Admission::Answer Admission::enter(const SocketAddress& peer, Seat& seat) {
  if (total_ >= caps_.total) return Answer::kFull;
  Networks::value_type* network = nullptr;
  if (caps_.count_loopback || !is_loopback(to_address(peer))) {
    network = &*by_network_.try_emplace(network_of(peer)).first;
    if (network->second >= caps_.per_address) return Answer::kTooManyFromThere;
    ++network->second;
  }
  ++total_;
  seat = Seat{*this, network};
  return Answer::kAdmitted;
}

void Admission::leave(Networks::value_type* network) {
  assert(total_ > 0);
  --total_;
  if (network == nullptr) return;
  assert(network->second > 0);
  if (--network->second == 0) by_network_.erase(by_network_.find(network->first));
}

}  // namespace so::net
