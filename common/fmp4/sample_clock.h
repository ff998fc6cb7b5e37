#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>

namespace so::fmp4 {

/// Where one sample lies on its track, in ticks.
struct Slot {
  std::uint64_t begin = 0;
  std::uint32_t duration = 1;
};

// A sample is sent the moment it arrives, so its duration is a guess; browsers drop everything up
// to the next key frame when a sample begins later than twice the guess, and stall on gaps and
// zeros. So a sample always begins exactly where the one before it ended, and its own duration is
// what brings the track back to the publisher's clock: nominal, plus how late it begins, minus how
// early. A missing or late frame, a changing frame rate, jitter: none leaves a gap or an overlap,
// none costs a frame of delay, and the error is gone one sample later.

/// Video, in milliseconds. Nominal is the median of the last distances between frames.
class VideoClock {
 public:
  Slot place(std::int64_t ms);  // decode time, 0 or later
  void restart() { *this = {}; }

 private:
  void note_distance(std::int64_t ms);
  [[nodiscard]] std::int64_t nominal() const;

  std::array<std::int64_t, 9> distances_{};  // the last ones, in turn
  std::array<std::int64_t, 9> sorted_{};     // the same
  std::size_t noted_ = 0;
  std::int64_t last_ = 0;
  std::optional<std::int64_t> end_;
};

/// Audio, in samples: frames are counted, because their time stamps are rounded to milliseconds.
/// Only a count that is more than 40 ms off is corrected: behind, by a longer frame; ahead, by
/// leaving frames out.
class AudioClock {
 public:
  void set_rate(std::uint32_t rate);  // keeps the place
  /// ms: 0 or later; nullopt: leave this frame out.
  std::optional<Slot> place(std::int64_t ms, std::uint32_t samples);
  void restart() { end_.reset(); }

 private:
  std::int64_t rate_ = 48000;
  std::optional<std::int64_t> end_;
};

}  // namespace so::fmp4
