#include "flv/timeline.h"

#include <algorithm>
#include <cstdlib>

namespace so::flv {

std::int64_t Unwrap::peek(std::uint32_t timestamp) const {
  constexpr std::int64_t kWrap = std::int64_t{1} << 31U;
  if (!last_) return timestamp;
  std::int64_t step = std::int64_t{timestamp} - std::int64_t{raw_};
  if (std::abs(step) > kWrap / 2) {
    step = (step % kWrap + kWrap) % kWrap;  // 0 .. 2^31 - 1
    if (step > kWrap / 2) step -= kWrap;
  }
  return *last_ + step;
}

Timeline::Point Timeline::place(TagType track, std::uint32_t timestamp, TimePoint now) {
  const std::size_t index = track == TagType::kVideo ? 0 : 1;
  Track& placing = tracks_.at(index);
  const Point point = settle(placing, placing.unwrap.next(timestamp), now);
  if (placing.last) placing.step = std::clamp<std::int64_t>(point.ms - *placing.last, 1, 100);
  placing.last = point.ms;
  latest_ = newest_ ? std::max(latest_, point.ms) : point.ms;
  newest_ = index;
  when_ = now;
  return point;
}

Timeline::Point Timeline::settle(const Track& track, std::int64_t source, TimePoint now) {
  if (offset_ && fits(track, source + *offset_, now)) return {source + *offset_, false};
  if (previous_ && fits(track, source + *previous_, now)) return {source + *previous_, false};
  previous_ = offset_;
  const std::int64_t here = newest_ ? latest_ + track.step : 0;
  offset_ = here - source;
  return {here, newest_.has_value()};
}

bool Timeline::fits(const Track& track, std::int64_t ms, TimePoint now) const {
  const auto passed = std::chrono::duration_cast<Millis>(now - when_).count();
  const std::int64_t earliest = track.last.value_or(latest_ - kForward) - kBackward;
  return earliest <= ms && ms <= latest_ + passed + kForward;
}

void Timeline::restart() {
  for (Track& track : tracks_) track.unwrap.restart();
  offset_.reset();
  previous_.reset();
}

std::optional<std::int64_t> Timeline::locate(std::uint32_t timestamp) const {
  if (!newest_ || !offset_) return std::nullopt;
  return tracks_.at(*newest_).unwrap.peek(timestamp) + *offset_;
}

std::optional<std::int64_t> Timeline::publisher_time(std::int64_t ms) const {
  if (!newest_ || !offset_) return std::nullopt;
  return (ms - *offset_) % (std::int64_t{1} << 32U);
}

}  // namespace so::flv
