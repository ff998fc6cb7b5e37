#pragma once

#include <cstddef>
#include <span>
#include <vector>

#include <sys/uio.h>

#include "net/frame.h"

namespace so::net {

/// What waits to leave on one connection: whole buffers, shared with the queues of others. A buffer
/// is the unit that may be dropped, so it holds a whole message, in one piece or in two.
///
/// Bound: `limit` bytes, or twice the largest buffer that waits, or any single buffer when nothing
/// waits: a first snapshot larger than the limit must not condemn a healthy peer. Policy: push()
/// refuses; the caller disconnects, or drops and resynchronises. Nothing is dropped silently.
class Outbox {
 public:
  explicit Outbox(std::size_t limit) : limit_(limit) {}

  /// False when full: nothing was queued.
  [[nodiscard]] bool push(Parcel buffer);
  /// For control frames, which are small and never refused.
  void push_always(Parcel buffer);

  /// Fills the vectors from the front of the queue; returns those used. Borrowed until the next
  /// change.
  [[nodiscard]] std::span<iovec> gather(std::span<iovec> vectors) const;
  /// The kernel took this many bytes.
  void consume(std::size_t bytes);

  /// Drops the buffers of which nothing was taken, and that do not begin in the first `promised`
  /// bytes; returns their bytes.
  std::size_t discard_unsent(std::size_t promised = 0);
  void clear();

  [[nodiscard]] std::size_t bytes() const { return bytes_; }
  [[nodiscard]] bool empty() const { return bytes_ == 0; }
  /// As long as it is not, any buffer finds room.
  [[nodiscard]] bool half_full() const { return bytes_ > limit_ / 2; }

 private:
  void pop_front();

  std::size_t limit_;
  std::vector<Parcel> buffers_;  // from head_ on; a vector, because an idle deque holds 576 bytes
  std::size_t head_ = 0;
  std::size_t taken_ = 0;    // of the front buffer
  std::size_t bytes_ = 0;    // waiting
  std::size_t largest_ = 0;  // since the queue was last empty
};

}  // namespace so::net
