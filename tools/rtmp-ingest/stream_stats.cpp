#include "stream_stats.h"

#include <chrono>

namespace so::ingest {
namespace {

constexpr Millis kWindow{1000};
constexpr Seconds kQuiet{3};

Millis between(TimePoint from, TimePoint to) {
  return std::chrono::duration_cast<Millis>(to - from);
}

}  // namespace

bool StreamStats::quiet(TimePoint now) const {
  return now - last_ >= kQuiet;
}

void StreamStats::add(const media::UnitView& unit, TimePoint now) {
  last_ = now;
  bytes_ += unit.body.size();
  const bool coded = !unit.has(media::flag::kRetained);
  if (coded && unit.type == flv::TagType::kVideo) {
    ++video_;
    ++window_frames_;
  }
  if (coded && unit.type == flv::TagType::kAudio) ++audio_;
  if (unit.has(media::flag::kKey)) {
    ++keys_;
    if (last_key_) gop_ = between(*last_key_, now);
    last_key_ = now;
  }
  if (!window_) window_ = now;
  window_bytes_ += unit.body.size();
  const Millis passed = between(*window_, now);
  if (passed < kWindow) return;
  const std::size_t measured = window_bytes_ * 1000 / static_cast<std::uint64_t>(passed.count());
  rate_ = rate_ == 0 ? measured : (rate_ + measured) / 2;  // key frames come in bursts
  const double frames =
      static_cast<double>(window_frames_) * 1000 / static_cast<double>(passed.count());
  frame_rate_ = frame_rate_ == 0 ? frames : (frame_rate_ + frames) / 2;
  window_ = now;
  window_bytes_ = 0;
  window_frames_ = 0;
}

}  // namespace so::ingest
