#pragma once

#include <cassert>
#include <cstddef>

#include "base/bytes.h"

namespace so {

/// A receive buffer: append at the end, look at what is there, consume from the front. Consuming
/// does not move bytes; appending does once the dead front is larger than what lives.
class Buffer {
 public:
  void append(ByteView bytes) {
    if (start_ > bytes_.size() - start_) compact();
    bytes_.insert(bytes_.end(), bytes.begin(), bytes.end());
  }

  /// Borrowed until the next append().
  [[nodiscard]] ByteView view() const { return ByteView{bytes_}.subspan(start_); }
  [[nodiscard]] std::size_t size() const { return bytes_.size() - start_; }
  [[nodiscard]] bool empty() const { return size() == 0; }

  void consume(std::size_t n) {
    assert(n <= size());
    start_ += n;
    if (start_ == bytes_.size()) clear();
  }

 private:
  void compact() {
    bytes_.erase(bytes_.begin(), bytes_.begin() + static_cast<std::ptrdiff_t>(start_));
    start_ = 0;
  }
  void clear() {
    constexpr std::size_t kKeep =
        65536;  // an idle connection does not hold on to a large frame's memory
    start_ = 0;
    if (bytes_.capacity() > kKeep) {
      bytes_ = {};
    } else {
      bytes_.clear();
    }
  }

  Bytes bytes_;
  std::size_t start_ = 0;
};

}  // namespace so
