#pragma once

#include <array>
#include <bitset>
#include <cstddef>
#include <string_view>

#include "wire/path.h"

namespace so::hub {

/// A pattern for names of objects: `*` stands for any run of characters, also for none, `?` for one
/// character, everything else for itself. Matching takes one step for each byte of the text,
/// whatever the pattern holds. Both are UTF-8; the pattern is as long as a name at most.
class NamePattern {
 public:
  explicit NamePattern(std::string_view pattern);

  [[nodiscard]] bool matches(std::string_view text) const;

 private:
  // Bit n: the first n places of the pattern have matched.
  using Places = std::bitset<wire::kMaxObjectName + 1>;
  [[nodiscard]] Places with_stars(Places places) const;

  std::array<Places, 256> takes_{};  // which places match the byte, and are then behind it
  Places stars_;                     // which places are a star
  Places characters_;                // which places are behind a question mark
  std::size_t length_ = 0;
};

}  // namespace so::hub
