#pragma once

#include <cstddef>
#include <deque>

#include "base/bytes.h"

namespace so::bus {

/// Frames on their way out, joined into messages of about 64 KiB: many small frames cost one
/// message, and one message never holds the next ones up for long. Whoever appends looks at bytes()
/// first.
class Batches {
 public:
  static constexpr std::size_t kMessageBytes = 65536;

  void append(ByteView frame);
  [[nodiscard]] bool empty() const { return messages_.empty(); }
  [[nodiscard]] std::size_t bytes() const { return bytes_; }  // that wait
  [[nodiscard]] ByteView front() const { return messages_.front(); }
  void pop();
  void clear();

 private:
  std::deque<Bytes> messages_;
  std::size_t bytes_ = 0;
  Bytes spare_;  // the memory of the last one sent, for the next
};

}  // namespace so::bus
