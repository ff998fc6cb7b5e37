#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>

#include "base/time.h"

namespace so::hub {

/// Which batches were applied under a key of their author's, to all objects of a hub, and at which
/// version: what makes a retry harmless for who keeps no count. An object's life is its epoch.
class Receipts {
 public:
  /// nullopt: none since `after`.
  [[nodiscard]] std::optional<std::uint64_t> find(std::uint64_t epoch, std::string_view key,
                                                  TimePoint after) const;

  /// Whether remember() will find a place among `most`; those that are older make room.
  bool has_place(std::size_t most, TimePoint after);
  /// The time never goes back from one call to the next.
  void remember(std::uint64_t epoch, std::string_view key, std::uint64_t version, TimePoint now);

  /// What came after that version has not happened.
  void forget_after(std::uint64_t epoch, std::uint64_t version);

  [[nodiscard]] std::size_t size() const { return order_.size(); }

 private:
  struct Receipt {
    std::uint64_t epoch = 0;
    std::uint64_t version = 0;
    TimePoint when;
  };
  static std::string name_of(std::uint64_t epoch, std::string_view key);

  std::unordered_map<std::string, Receipt> all_;
  std::deque<std::pair<TimePoint, std::string>> order_;  // some of which are not there any more
};

}  // namespace so::hub
