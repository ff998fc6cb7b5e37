#pragma once

#include <cstddef>
#include <cstdint>
#include <unordered_map>

#include "bus/reply.h"

namespace so::bus {

/// Requests that wait for their reply, by number. Each is answered once: by the hub, or by
/// fail_all().
class Calls {
 public:
  /// Keeps who waits; the number goes into the frame's header. Never 0.
  std::uint32_t add(Done done);
  /// Takes back one that was not sent after all; empty if nobody waits for the number.
  Done take(std::uint32_t number);
  /// A number that nobody waits for is ignored: its link was lost, and it has had its answer.
  void answer(std::uint32_t number, const Reply& reply);
  /// Answers all that wait now, not what they ask from their callbacks.
  void fail_all(const Reply& reply);

  [[nodiscard]] std::size_t size() const { return waiting_.size(); }

 private:
  std::unordered_map<std::uint32_t, Done> waiting_;
  std::uint32_t last_ = 0;
};

}  // namespace so::bus
