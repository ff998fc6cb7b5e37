#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "fmp4/fragment.h"

namespace so::fmp4 {

/// The video since the last key frame, so that a viewer who joins sees a picture at once and is
/// live at once: it gets all of it, one millisecond a frame, ending exactly where the next live
/// fragment begins. Its decoder runs through in no time; what it would have shown late is never on
/// the screen. Audio is not kept: it begins at the live point.
class Gop {
 public:
  struct Limits {
    std::size_t bytes = 32U << 20U;
    std::size_t frames = 1200;  // 20 s of 60 Hz; decoding them takes a join long enough
  };
  Gop() = default;
  explicit Gop(Limits limits) : limits_(limits) {}

  /// In the order of the muxer; audio is ignored. Beyond a limit all is forgotten until the next
  /// key frame.
  void add(const Fragment& fragment);
  void clear();

  /// Empty: the viewer has to wait for a key frame. `without` so many of the last frames, it ends
  /// where those begin.
  [[nodiscard]] std::vector<Fragment> burst(std::size_t without = 0) const;
  /// The same pictures as they lie.
  [[nodiscard]] std::vector<Fragment> frames(std::size_t without = 0) const;

 private:
  struct Frame {
    Sample sample;
    SharedView payload;
  };
  [[nodiscard]] std::span<const Frame> all_but(std::size_t last) const;

  Limits limits_;
  std::vector<Frame> frames_;
  std::size_t bytes_ = 0;  // of the payloads
};

}  // namespace so::fmp4
