#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/time.h"
#include "hub/shares.h"

namespace so::hub {

/// The last number that each producer's batch had when it was applied to an object: what makes a
/// retry after a lost reply harmless. They have the places that Shares gives to their authors.
class Producers {
 public:
  struct Bounds {
    std::size_t all = 0;
    std::size_t of_author = 0;
    Seconds idle{};  // who was idle for so long goes first
  };
  /// How far one has come.
  struct Count {
    std::string_view producer;
    std::string_view author;  // whose it is
    std::uint64_t seq = 0;
    std::uint64_t version = 0;  // that this one made; 0: not known
    bool displaces = true;      // somebody is forgotten for it, where there is no place
  };

  /// 0: unknown, or forgotten.
  [[nodiscard]] std::uint64_t last(std::string_view producer) const;
  /// The version that this one made; 0: unknown.
  [[nodiscard]] std::uint64_t at(std::string_view producer) const;

  /// Whether it was: false where there is no place and it displaces nobody. Those who are forgotten
  /// are appended.
  bool remember(const Count& count, const Bounds& bounds, TimePoint now,
                std::vector<std::string>& forgotten);
  /// From the store, which does not know whose it is: each is its own author's.
  void restore(std::string_view producer, std::uint64_t seq, TimePoint now);

 private:
  struct Known {
    std::uint64_t seq = 0;
    std::uint64_t version = 0;
  };
  Shares<Known> all_;
};

}  // namespace so::hub
