#pragma once

#include <cstddef>
#include <vector>

#include "base/time.h"
#include "media/unit.h"

namespace so::media {

/// What a player who joins needs at once: the latest metadata and codec configurations, and all
/// units since the last key frame. Bounded; beyond a limit only the former is kept, until the next
/// key frame. A stream without video has no key frames: a player may start anywhere, so nothing
/// more is kept.
class Head {
 public:
  struct Limits {
    std::size_t bytes = std::size_t{32} << 20U;
    std::size_t units = 2000;   // 20 s of 60 frames and 40 packets of sound a second
    Millis duration{20'000};    // of the stream
    std::size_t retained = 32;  // tracks times kinds of configuration
    bool frames = true;         // false: only what is retained (lowest delay)
  };
  Head() = default;
  explicit Head(const Limits& limits) : limits_(limits) {}

  void add(const Unit& unit);

  /// Retained units that lie before the frames, in the order in which they came, then the frames
  /// without a hole.
  [[nodiscard]] std::vector<Unit> units() const;
  [[nodiscard]] std::uint64_t latest() const { return latest_; }  // sequence; 0: nothing was added
  [[nodiscard]] std::size_t bytes() const { return bytes_; }      // of the frames

 private:
  void retain(const Unit& unit);
  void start(const Unit& unit);
  void drop_frames();
  [[nodiscard]] bool over(const Unit& unit) const;

  Limits limits_;
  std::vector<Unit> retained_;  // as it was when the frames began
  std::vector<Unit> frames_;    // from a key frame on; empty: wait for one
  std::vector<Unit> later_;     // to be retained when the frames end; they are among them
  std::size_t bytes_ = 0;
  std::uint64_t latest_ = 0;
};

}  // namespace so::media
