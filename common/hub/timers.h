#pragma once

#include <optional>
#include <set>
#include <utility>

#include "base/time.h"

namespace so::hub {

/// What may wait in Timers; `due` is theirs to set.
struct Timed {
  std::optional<TimePoint> due;
};

/// When things that wait are due. Holds no thing: who destroys one disarms it first.
template <class T>
class Timers {
 public:
  void arm(T& thing, TimePoint due) {
    disarm(thing);
    thing.due = due;
    queue_.emplace(due, &thing);
  }

  void disarm(T& thing) {
    if (thing.due) queue_.erase({*thing.due, &thing});
    thing.due.reset();
  }

  /// The next thing that is due by now, disarmed; nullptr: none.
  T* take(TimePoint now) {
    if (queue_.empty() || queue_.begin()->first > now) return nullptr;
    T* thing = queue_.begin()->second;
    disarm(*thing);
    return thing;
  }

  [[nodiscard]] std::optional<TimePoint> next() const {
    if (queue_.empty()) return std::nullopt;
    return queue_.begin()->first;
  }

 private:
  std::set<std::pair<TimePoint, T*>> queue_;
};

}  // namespace so::hub
