#include "fmp4/sample_clock.h"

#include <algorithm>

namespace so::fmp4 {
namespace {

constexpr std::int64_t kDefaultDistance = 33;  // until two frames are known
constexpr std::int64_t kMaxDistance = 1000;    // a pause, not a frame rate
constexpr std::int64_t kMaxDuration = 0x7FFFFFFF;
constexpr std::int64_t kToleranceMs = 40;

Slot slot(std::int64_t begin, std::int64_t duration) {
  return {static_cast<std::uint64_t>(begin), static_cast<std::uint32_t>(duration)};
}

}  // namespace

Slot VideoClock::place(std::int64_t ms) {
  if (end_) note_distance(ms - last_);
  last_ = ms;
  const std::int64_t begin = end_.value_or(ms);
  const std::int64_t duration = std::clamp<std::int64_t>(ms + nominal() - begin, 1, kMaxDuration);
  end_ = begin + duration;
  return slot(begin, duration);
}

void VideoClock::note_distance(std::int64_t ms) {
  if (ms <= 0 || ms > kMaxDistance) return;
  std::int64_t& oldest = distances_.at(noted_ % distances_.size());
  const std::size_t count = std::min(noted_, distances_.size());
  auto* const end = sorted_.begin() + count;
  auto* const gone =
      count < distances_.size() ? end : std::lower_bound(sorted_.begin(), end, oldest);
  // The new one takes the place of the old one and moves to its own.
  *gone = ms;
  for (auto* at = gone; at != sorted_.begin() && *(at - 1) > *at; --at) std::iter_swap(at, at - 1);
  for (auto* at = gone; at + 1 < end && *at > *(at + 1); ++at) std::iter_swap(at, at + 1);
  oldest = ms;
  ++noted_;
}

std::int64_t VideoClock::nominal() const {
  const std::size_t count = std::min(noted_, distances_.size());
  if (count == 0) return kDefaultDistance;
  return sorted_.at((count - 1) / 2);
}

void AudioClock::set_rate(std::uint32_t rate) {
  if (end_ && rate != rate_) end_ = (*end_ * rate + rate_ - 1) / rate_;
  rate_ = rate;
}

std::optional<Slot> AudioClock::place(std::int64_t ms, std::uint32_t samples) {
  const std::int64_t stamped = ms * rate_ / 1000;
  const std::int64_t tolerance = kToleranceMs * rate_ / 1000;
  const std::int64_t begin = end_.value_or(stamped);
  const std::int64_t late = stamped - begin;
  if (late < -tolerance) return std::nullopt;
  const std::int64_t duration = std::min(samples + (late > tolerance ? late : 0), kMaxDuration);
  end_ = begin + duration;
  return slot(begin, duration);
}

}  // namespace so::fmp4
