#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "base/time.h"

namespace so::hub {

/// The last number that each producer's batch had when it was applied to an object: what makes a
/// retry after a lost reply harmless.
class Producers {
 public:
  /// 0: unknown, or forgotten.
  [[nodiscard]] std::uint64_t last(std::string_view producer) const;
  /// The version that this one made; 0: unknown.
  [[nodiscard]] std::uint64_t at(std::string_view producer) const;

  /// Whether remember() will find a place among `most`; those idle since `before` give theirs up
  /// and are appended to `forgotten`.
  bool has_place(std::string_view producer, std::size_t most, TimePoint before,
                 std::vector<std::string>& forgotten);
  void remember(std::string_view producer, std::uint64_t seq, std::uint64_t version, TimePoint now);

 private:
  struct Entry {
    std::uint64_t seq = 0;
    std::uint64_t version = 0;
    TimePoint used;
  };
  std::map<std::string, Entry, std::less<>> all_;
};

}  // namespace so::hub
