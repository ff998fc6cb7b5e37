#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/time.h"
#include "hub/shares.h"

namespace so::hub {

/// Which batches were applied under a key of their author's, to all objects of a hub, and at which
/// version: what makes a retry harmless for who keeps no count. An object's life is its epoch. They
/// have the places that Shares gives to their authors.
class Receipts {
 public:
  struct Key {
    std::uint64_t epoch = 0;
    std::string_view text;
  };

  /// nullopt: none since `after`, or it is forgotten.
  [[nodiscard]] std::optional<std::uint64_t> find(const Key& key, TimePoint after) const;

  struct Bounds {
    std::size_t all = 0;
    Seconds lasting{};  // what is older is forgotten
  };
  void remember(const Key& key, std::string_view author, std::uint64_t version,
                const Bounds& bounds, TimePoint now);

  /// What came after that version has not happened.
  void forget_after(std::uint64_t epoch, std::uint64_t version);

  [[nodiscard]] std::size_t size() const { return all_.size(); }

 private:
  struct Receipt {
    std::uint64_t epoch = 0;
    std::uint64_t version = 0;
  };
  static std::string name_of(const Key& key);

  Shares<Receipt> all_;
};

}  // namespace so::hub
