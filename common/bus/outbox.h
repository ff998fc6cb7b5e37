#pragma once

#include <cstddef>

#include "base/bytes.h"
#include "bus/batches.h"

namespace so::bus {

/// What waits at the hub for one tool. Over 8 MiB it has enough to read, and the hub looks at
/// nothing more that it asks. Over 16 MiB it is behind: events are left out from then on, and when
/// all that waits is gone it is told so by a gap. Replies, and events that no gap makes good, are
/// never left out; a tool that lets them pile up to twice that much is lost.
class Outbox {
 public:
  static constexpr std::size_t kEnoughBytes = std::size_t{8} << 20U;
  static constexpr std::size_t kEventBytes = std::size_t{16} << 20U;
  static constexpr std::size_t kReplyBytes = 2 * kEventBytes;

  void event(ByteView frame);
  /// False: lost, as with any reply after it.
  bool reply(ByteView frame);

  [[nodiscard]] bool empty() const { return waiting_.empty(); }
  [[nodiscard]] ByteView front() const { return waiting_.front(); }
  void pop();

  [[nodiscard]] std::size_t bytes() const { return waiting_.bytes(); }
  [[nodiscard]] bool has_enough() const { return bytes() > kEnoughBytes; }
  [[nodiscard]] bool behind() const { return behind_; }

 private:
  Batches waiting_;
  bool behind_ = false;
};

}  // namespace so::bus
