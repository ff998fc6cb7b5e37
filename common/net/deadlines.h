#pragma once

#include <cstddef>
#include <vector>

#include "base/time.h"
#include "net/conn_id.h"

namespace so::net {

/// The deadlines of many connections, looked at a few times a second: a timing wheel, so adding
/// costs the same for one connection as for a hundred thousand. Never early, at most one tick late.
///
/// Nothing is ever removed. The owner keeps the deadline that counts with the connection, and
/// passes over what comes out for another time or for a connection that is gone.
class Deadlines {
 public:
  struct Due {
    ConnId id;
    TimePoint when;
    bool operator==(const Due&) const = default;
  };

  explicit Deadlines(Millis tick) : tick_(tick), slots_(kSlots) {}

  void add(ConnId id, TimePoint when);
  /// What is due by now, in no particular order.
  std::vector<Due> take(TimePoint now);

 private:
  static constexpr std::size_t kSlots = 256;  // later deadlines stay for another round

  [[nodiscard]] std::int64_t tick_of(TimePoint when) const {
    return when.time_since_epoch() / tick_;
  }
  std::vector<Due>& slot(std::int64_t tick) {
    return slots_[static_cast<std::size_t>(tick) % kSlots];
  }

  Millis tick_;
  std::vector<std::vector<Due>> slots_;
  std::int64_t next_ = 0;  // the first tick not taken yet
};

}  // namespace so::net
