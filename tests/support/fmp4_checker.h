#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/bytes.h"
#include "base/result.h"
#include "support/fmp4_boxes.h"

namespace so::test {

/// One track as an init segment describes it.
struct CheckedTrack {
  std::uint32_t id = 0;
  bool video = false;
  std::uint32_t timescale = 0;
  std::uint32_t entry = 0;       // FourCC of the sample entry
  std::string codec;             // derived from the configuration in the sample entry
  Bytes config;                  // the body of the codec's box, or the AudioSpecificConfig
  std::size_t length_bytes = 4;  // H.264 and HEVC: before each NAL unit
  std::uint32_t width = 0;       // as the sample entry says
  std::uint32_t height = 0;
};

/// Reads and judges an init segment: boxes fill their parents, tables are empty, durations 0, every
/// track has its trex, the codec's box is canonical and agrees with size, rate and channels.
Result<std::vector<CheckedTrack>> check_init_segment(ByteView ftyp_and_moov);
/// One sample entry, without size and type; fills the track.
Status check_sample_entry(ByteView body, CheckedTrack& track);

/// Whether decoding can start at the sample; its inner lengths must add up, and nothing may be in
/// it that does not belong into MP4.
Result<bool> check_picture(ByteView sample, const CheckedTrack& track);

/// Reads our own output as strictly as no browser and no tool does: what they let pass shows up
/// as a frozen picture. Give it what a viewer gets, in order, in whole top-level boxes.
class Fmp4Checker {
 public:
  enum class From { kStart, kJoin };  // who joins later does not see every sequence number
  explicit Fmp4Checker(From from = From::kStart) : from_(from) {}

  /// The error says what is wrong and where; the stream is not to be trusted after it.
  Status check(ByteView bytes);

  /// What a player must be told before the last init segment.
  [[nodiscard]] std::string mime() const;
  [[nodiscard]] std::size_t samples(bool video) const { return video ? video_ : audio_; }

 private:
  struct Lane {
    CheckedTrack track;
    std::optional<std::uint64_t> end;  // where the last sample ended, in ticks
    std::uint64_t slack = 0;           // ticks that the next may be off: one for each new timescale
    bool needs_sync = true;            // video: nothing to refer to yet
  };
  struct Run;

  Status take(const BoxView& first, const BoxView& second);
  Status take_init(ByteView bytes);
  Status take_fragment(ByteView moof, ByteView media);
  Status take_sequence(const Boxes& moof);
  Status take_traf(ByteView traf, Run& run);
  Status take_run(ByteView trun, Lane& lane, Run& run);
  Status take_sample(ByteView sample, Lane& lane, Run& run);
  Lane* find(std::uint32_t id);

  From from_;
  std::vector<Lane> lanes_;
  std::uint32_t sequence_ = 0;
  std::size_t video_ = 0;
  std::size_t audio_ = 0;
};

}  // namespace so::test
