#pragma once

#include <cstddef>
#include <string>
#include <unordered_map>
#include <utility>

#include "net/address.h"

namespace so::net {

/// Counts the connections of a server, in all and per peer (network_of()), against two caps.
class Admission {
 public:
  struct Caps {
    std::size_t total = 10'000;
    std::size_t per_address = 256;
    bool count_loopback = false;  // whether per_address binds proxies on this machine, too
  };

  using Networks = std::unordered_map<std::string, std::size_t>;  // connections of each

  /// One counted connection; given back when it is destroyed. The Admission outlives it.
  class Seat {
   public:
    Seat() = default;
    Seat(Admission& owner, Networks::value_type* network) : owner_(&owner), network_(network) {}
    Seat(Seat&& other) noexcept
        : owner_(std::exchange(other.owner_, nullptr)), network_(other.network_) {}
    Seat& operator=(Seat&& other) noexcept {
      std::swap(owner_, other.owner_);
      std::swap(network_, other.network_);
      return *this;
    }
    Seat(const Seat&) = delete;
    Seat& operator=(const Seat&) = delete;
    ~Seat() {
      if (owner_ != nullptr) owner_->leave(network_);
    }

   private:
    Admission* owner_ = nullptr;
    Networks::value_type* network_ = nullptr;  // the owner's; null: not counted per address
  };

  enum class Answer { kAdmitted, kFull, kTooManyFromThere };

  explicit Admission(Caps caps) : caps_(caps) {}

  /// Fills the seat if the answer is kAdmitted.
  Answer enter(const SocketAddress& peer, Seat& seat);

  [[nodiscard]] std::size_t total() const { return total_; }

 private:
  void leave(Networks::value_type* network);

  Caps caps_;
  std::size_t total_ = 0;
  Networks by_network_;  // no zeros: the last one is forgotten
};

}  // namespace so::net
