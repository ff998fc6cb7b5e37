#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

#include "base/time.h"

namespace so::hub {

/// What may wait in Timers.
struct Timed {
  std::uint32_t waiting = 0;  // theirs to set; 0: it does not wait
};

/// When things that wait are due. Holds no thing: who destroys one disarms it first. A heap that
/// each thing knows its place in, because a million objects wait here: 16 bytes for each.
template <class T>
class Timers {
 public:
  void arm(T& thing, TimePoint due) {
    disarm(thing);
    queue_.push_back({due, &thing});
    rise(queue_.size() - 1);
  }

  void disarm(T& thing) {
    if (thing.waiting == 0) return;
    const std::size_t hole = thing.waiting - 1;
    thing.waiting = 0;
    const Entry last = queue_.back();
    queue_.pop_back();
    if (hole == queue_.size()) return;
    put(hole, last);
    rise(hole);
    sink(last.thing->waiting - 1);
  }

  /// The next thing that is due by now, disarmed; nullptr: none.
  T* take(TimePoint now) {
    if (queue_.empty() || queue_.front().due > now) return nullptr;
    T* thing = queue_.front().thing;
    disarm(*thing);
    return thing;
  }

  [[nodiscard]] std::optional<TimePoint> next() const {
    if (queue_.empty()) return std::nullopt;
    return queue_.front().due;
  }

 private:
  struct Entry {
    TimePoint due;
    T* thing;
  };

  void put(std::size_t place, const Entry& entry) {
    queue_[place] = entry;
    entry.thing->waiting = static_cast<std::uint32_t>(place + 1);
  }

  void rise(std::size_t place) {
    const Entry entry = queue_[place];
    for (; place > 0; place = (place - 1) / 2) {
      const Entry& above = queue_[(place - 1) / 2];
      if (above.due <= entry.due) break;
      put(place, above);
    }
    put(place, entry);
  }

  void sink(std::size_t place) {
    const Entry entry = queue_[place];
    for (std::size_t below = 2 * place + 1; below < queue_.size(); below = 2 * place + 1) {
      if (below + 1 < queue_.size() && queue_[below + 1].due < queue_[below].due) ++below;
      if (queue_[below].due >= entry.due) break;
      put(place, queue_[below]);
      place = below;
    }
    put(place, entry);
  }

  std::vector<Entry> queue_;  // none is due before the one at (its place - 1) / 2
};

}  // namespace so::hub
