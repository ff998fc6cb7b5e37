#pragma once

#include <optional>

#include "base/time.h"
#include "media/unit.h"

namespace so::ingest {

/// When the hub is to hear what time it is in a stream, so that what others push to it is stamped
/// with that: with its first frame, then every kEvery, and as soon as it has gone another way than
/// the clock by kAstray, at most once in kPause.
class ToldTime {
 public:
  static constexpr Millis kEvery{10'000};
  static constexpr Millis kAstray{200};
  static constexpr Millis kPause{1'000};

  /// The time to be told now; nullopt: none.
  std::optional<Millis> due(const media::UnitView& unit, TimePoint now);

 private:
  struct Told {
    Millis timestamp;
    TimePoint at;
  };
  std::optional<Told> told_;
};

}  // namespace so::ingest
