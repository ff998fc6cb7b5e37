#include "told_time.h"

#include <chrono>

namespace so::ingest {

std::optional<Millis> ToldTime::due(const media::UnitView& unit, TimePoint now) {
  // Descriptions and configurations often carry 0, whatever the time of the frames is.
  if (unit.type == flv::TagType::kScript || unit.has(media::flag::kRetained)) return std::nullopt;
  const Millis timestamp{unit.timestamp};
  if (told_) {
    const Millis since = std::chrono::duration_cast<Millis>(now - told_->at);
    const Millis astray = std::chrono::abs(timestamp - (told_->timestamp + since));
    if (since < kPause || (since < kEvery && astray < kAstray)) return std::nullopt;
  }
  told_ = Told{timestamp, now};
  return timestamp;
}

}  // namespace so::ingest
