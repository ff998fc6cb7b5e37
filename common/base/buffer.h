#pragma once

#include <cassert>
#include <cstddef>
#include <utility>

#include "base/bytes.h"

namespace so {

/// A receive buffer: append at the end, look at what is there, consume from the front. Consuming
/// does not move bytes; appending does once the dead front is larger than what lives.
class Buffer {
 public:
  void append(ByteView bytes) {
    keep();
    if (start_ > bytes_.size() - start_) compact();
    bytes_.insert(bytes_.end(), bytes.begin(), bytes.end());
  }
  /// Like append(), without a copy where nothing waits: before the bytes go away, keep() copies
  /// what was not consumed.
  void lend(ByteView bytes) { empty() ? static_cast<void>(lent_ = bytes) : append(bytes); }
  void keep() {
    if (!lent_.empty()) append(std::exchange(lent_, {}));
  }

  /// Borrowed until the next append() or keep().
  [[nodiscard]] ByteView view() const {
    return lent_.empty() ? ByteView{bytes_}.subspan(start_) : lent_;
  }
  [[nodiscard]] std::size_t size() const { return view().size(); }
  [[nodiscard]] bool empty() const { return size() == 0; }

  void consume(std::size_t n) {
    assert(n <= size());
    if (!lent_.empty()) return static_cast<void>(lent_ = lent_.subspan(n));
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
  ByteView lent_;  // all there is, unless empty
};

}  // namespace so
