#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

#include "base/time.h"
#include "bus/client.h"
#include "media/unit.h"
#include "stream_stats.h"
#include "told_time.h"

namespace so::ingest {

/// What the hub hears of a stream that we publish: what time it is there, and every kEvery how much
/// it carries, for those who list streams. One that is silent says nothing.
class Report {
 public:
  static constexpr Millis kEvery{2'000};

  struct Publication {
    std::uint64_t member;
    std::string_view stream;
    std::size_t players = 0;
  };
  /// After each unit, which `stats` has.
  void tell(bus::Client& hub, const Publication& of, const media::UnitView& unit,
            const StreamStats& stats, TimePoint now);

 private:
  ToldTime time_;
  std::optional<TimePoint> rates_;  // were told then, or the stream began
};

}  // namespace so::ingest
