#include "report.h"

#include <cmath>

namespace so::ingest {

void Report::tell(bus::Client& hub, const Publication& of, const media::UnitView& unit,
                  const StreamStats& stats, TimePoint now) {
  if (const auto due = time_.due(unit, now)) hub.time(of.member, of.stream, *due);
  if (!rates_) rates_ = now;
  if (now - *rates_ < kEvery) return;
  rates_ = now;
  hub.rates(
      of.member, of.stream,
      {.bytes_per_second = stats.bytes_per_second(),
       .frames_per_second = static_cast<std::uint64_t>(std::llround(stats.frames_per_second())),
       .gop = stats.gop(),
       .players = of.players});
}

}  // namespace so::ingest
