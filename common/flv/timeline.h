#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>

#include "base/time.h"
#include "flv/tag.h"

namespace so::flv {

/// One track's 32-bit milliseconds as a count that does not wrap. FLV writers wrap at 2^31 and RTMP
/// at 2^32, so a step of more than half of 2^31 is taken modulo 2^31.
class Unwrap {
 public:
  std::int64_t next(std::uint32_t timestamp) {
    last_ = peek(timestamp);
    raw_ = timestamp;
    return *last_;
  }
  [[nodiscard]] std::int64_t peek(std::uint32_t timestamp) const;
  void restart() { last_.reset(); }

 private:
  std::optional<std::int64_t> last_;
  std::uint32_t raw_ = 0;
};

/// Puts the coded frames of a stream's audio and video on one clock that starts at 0 and goes on
/// whatever the publisher's clock does. Both tracks share one offset, so they stay in step. When a
/// clock jumps the offset changes so that time continues one frame after the latest; a straggler
/// that still uses the clock of before is understood. A jump is more than half a second back on the
/// own track, or more than 2 s further ahead of everything than time has passed: after a pause the
/// publisher's clock is right. Only coded frames count: sequence headers and metadata often carry
/// 0.
class Timeline {
 public:
  static constexpr std::int64_t kForward = 2000;  // ms; frames do not arrive earlier than that
  static constexpr std::int64_t kBackward = 500;  // ms; reordering by encoders is shorter

  struct Point {
    std::int64_t ms = 0;  // negative: before the start
    bool jumped = false;  // the clock was set anew: nothing before may be referred to
  };

  /// The first frame decides where 0 is.
  Point place(TagType track, std::uint32_t timestamp, TimePoint now);

  /// Another publisher follows: whatever the next timestamp is, it continues.
  void restart();

  /// Where a timestamp of the current clock lies, for metadata between the frames; nullopt before
  /// the first frame.
  [[nodiscard]] std::optional<std::int64_t> locate(std::uint32_t timestamp) const;
  /// What the current clock of the publisher shows at a time of ours, as a timestamp has it: below
  /// 2^32, and below 0 where that clock had not begun yet. nullopt before the first frame.
  [[nodiscard]] std::optional<std::int64_t> publisher_time(std::int64_t ms) const;

 private:
  struct Track {
    Unwrap unwrap;
    std::optional<std::int64_t> last;  // on our clock
    std::int64_t step = 33;            // ms between the last two frames, within reason
  };
  [[nodiscard]] bool fits(const Track& track, std::int64_t ms, TimePoint now) const;
  Point settle(const Track& track, std::int64_t source, TimePoint now);

  std::array<Track, 2> tracks_;
  std::optional<std::size_t> newest_;     // whose frame came last
  std::optional<std::int64_t> offset_;    // ours - the publisher's
  std::optional<std::int64_t> previous_;  // before the last jump
  std::int64_t latest_ = 0;               // of all tracks
  TimePoint when_;                        // the newest came
};

}  // namespace so::flv
