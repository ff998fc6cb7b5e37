#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>

#include "base/time.h"
#include "media/unit.h"

namespace so::ingest {

/// What a stream has had and what became of it.
class StreamStats {
 public:
  void add(const media::UnitView& unit, TimePoint now);
  void skip() { ++skipped_; }

  [[nodiscard]] std::uint64_t bytes() const { return bytes_; }
  [[nodiscard]] std::uint64_t video_frames() const { return video_; }
  [[nodiscard]] std::uint64_t audio_frames() const { return audio_; }
  [[nodiscard]] std::uint64_t key_frames() const { return keys_; }
  [[nodiscard]] std::uint64_t skipped() const { return skipped_; }  // units, summed over players
  [[nodiscard]] Millis gop() const { return gop_; }  // between the last two key frames
  [[nodiscard]] std::optional<TimePoint> last_key() const { return last_key_; }
  /// Over the last seconds; 0 in the first one.
  [[nodiscard]] std::size_t bytes_per_second() const { return rate_; }
  [[nodiscard]] double frames_per_second() const { return frame_rate_; }  // pictures, likewise
  /// Nothing has come for some seconds: what was so much a second is nothing now.
  [[nodiscard]] bool quiet(TimePoint now) const;

 private:
  std::uint64_t bytes_ = 0;
  std::uint64_t video_ = 0;
  std::uint64_t audio_ = 0;
  std::uint64_t keys_ = 0;
  std::uint64_t skipped_ = 0;
  std::optional<TimePoint> last_key_;
  Millis gop_{0};
  std::size_t rate_ = 0;
  std::optional<TimePoint> window_;  // began then
  std::uint64_t window_bytes_ = 0;
  std::uint64_t window_frames_ = 0;
  double frame_rate_ = 0;
  TimePoint last_{};  // unit
};

}  // namespace so::ingest
