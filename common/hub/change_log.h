#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

namespace so::hub {

/// The newest batches of a shared object as text, for readers who come back. One piece of memory:
/// new text goes to the end, and the front is cut off when more of it is dead than alive. For
/// bounds far below 4 GiB.
class ChangeLog {
 public:
  /// Appends, and forgets the oldest over the bounds; a text longer than `max_bytes` leaves
  /// nothing.
  void append(std::string_view text, std::size_t max_batches, std::size_t max_bytes);
  void clear() { *this = {}; }

  /// The newest n batches, oldest first, borrowed until the next change; nullopt: not all are
  /// known.
  [[nodiscard]] std::optional<std::vector<std::string_view>> newest(std::uint64_t n) const;

  [[nodiscard]] std::size_t batches() const { return batches_; }
  [[nodiscard]] std::size_t bytes() const { return entries_.size() - dead_; }

 private:
  [[nodiscard]] std::string_view entry_at(std::size_t offset) const;

  std::vector<char> entries_;  // each: size u32 of the machine, text
  std::uint32_t dead_ = 0;     // bytes at the front that nobody may ask for any more
  std::uint32_t batches_ = 0;  // alive
};

}  // namespace so::hub
