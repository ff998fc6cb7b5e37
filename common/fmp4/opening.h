#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

#include "base/time.h"
#include "fmp4/input.h"

namespace so::fmp4 {

/// The beginning of a stream, until it is known which tracks it has. What was announced does not
/// count: a browser plays nothing at all if one of the tracks in the init segment never gets a
/// frame. So both kinds are waited for, but not long.
class Opening {
 public:
  struct Options {
    Millis both_within{500};      // by the clock or by the time stamps: a cached GOP comes at once
    Millis key_within{10'000};    // when video frames come but no key frame yet: a long GOP
    std::size_t bytes = 8 << 20;  // kept meanwhile; more decides at once
  };
  explicit Opening(Options options) : options_(options) {}

  /// True: decided. From then on heard() is the set of tracks, and kept() are the frames to begin
  /// with: those from the first key frame on, or only the last if there is no video. Without hope
  /// for the other kind nothing is waited for.
  bool add(const Frame& frame, bool hope_for_other, TimePoint now);
  /// When it is decided without another frame, as when a stream stands at its first picture;
  /// nullopt: there is no picture yet.
  [[nodiscard]] std::optional<TimePoint> deadline() const;
  void forget();  // what was kept: it cannot be decoded, or is not needed any more

  [[nodiscard]] bool heard(TrackId track) const;
  [[nodiscard]] const std::vector<Frame>& kept() const { return kept_; }

 private:
  [[nodiscard]] bool waited(Millis limit, std::uint32_t timestamp, TimePoint now) const;
  [[nodiscard]] bool decide(const Frame& frame, bool hope_for_other, TimePoint now) const;

  struct First {
    std::uint32_t timestamp;
    TimePoint when;
  };
  Options options_;
  std::vector<Frame> kept_;
  std::size_t bytes_ = 0;  // of kept_, with what an entry takes
  std::optional<First> first_;
  bool video_ = false;         // from a key frame on
  bool video_coming_ = false;  // frames before that
  bool audio_ = false;
};

}  // namespace so::fmp4
