#pragma once

#include <cstddef>
#include <deque>

#include "base/bytes.h"

namespace so::bus {

/// Messages of one tool that the hub has not looked at, in order. Whoever adds looks at bytes()
/// first.
class Unread {
 public:
  static constexpr std::size_t kMaxBytes = std::size_t{32} << 20U;  // more, and the tool is lost

  void add(ByteView message);
  [[nodiscard]] Bytes take();
  /// What is left of the one that was taken last.
  void put_back(ByteView rest);

  [[nodiscard]] bool empty() const { return messages_.empty(); }
  [[nodiscard]] std::size_t bytes() const { return bytes_; }

 private:
  std::deque<Bytes> messages_;
  std::size_t bytes_ = 0;
};

}  // namespace so::bus
