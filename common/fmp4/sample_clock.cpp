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
  distances_.at(noted_ % distances_.size()) = ms;
  ++noted_;
}

std::int64_t VideoClock::nominal() const {
  const std::size_t count = std::min(noted_, distances_.size());
  if (count == 0) return kDefaultDistance;
  auto sorted = distances_;
  auto* const middle = sorted.begin() + (count - 1) / 2;
  std::nth_element(sorted.begin(), middle, sorted.begin() + count);
  return *middle;
}

void AudioClock::set_format(std::uint32_t rate, std::uint32_t samples_per_frame) {
  if (end_ && rate != rate_) end_ = (*end_ * rate + rate_ - 1) / rate_;
  rate_ = rate;
  frame_ = samples_per_frame;
}

std::optional<Slot> AudioClock::place(std::int64_t ms) {
  const std::int64_t stamped = ms * rate_ / 1000;
  const std::int64_t tolerance = kToleranceMs * rate_ / 1000;
  const std::int64_t begin = end_.value_or(stamped);
  const std::int64_t late = stamped - begin;
  if (late < -tolerance) return std::nullopt;
  const std::int64_t duration = std::min(frame_ + (late > tolerance ? late : 0), kMaxDuration);
  end_ = begin + duration;
  return slot(begin, duration);
}

}  // namespace so::fmp4
