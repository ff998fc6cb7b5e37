#pragma once

#include <array>
#include <cstdint>
#include <span>

#include "base/bytes.h"
#include "base/shared_view.h"
#include "fmp4/track.h"

namespace so::fmp4 {

/// One access unit with its place on the clock of its track (ticks of Track::timescale).
struct Sample {
  TrackId track{};
  std::uint32_t sequence = 0;    // 1, 2, 3 ... over all tracks of a stream
  std::uint64_t dts = 0;         // where the sample before it on this track ends
  std::uint32_t duration = 0;    // at least 1: with 0 nothing plays
  std::int32_t composition = 0;  // presentation time - dts
  bool sync = false;             // decoding can start here; audio: always
  std::uint32_t size = 0;        // of the payload, bytes
};

/// moof and the head of mdat; followed by the payload it is a whole fragment of one sample. Apart
/// from the payload, so that the payload is never copied, however many viewers want which header.
using FragmentHeader = std::array<std::uint8_t, 112>;
FragmentHeader fragment_header(const Sample& sample);

struct Fragment {
  Sample sample;
  FragmentHeader header{};
  SharedView payload;
};

/// The same of several samples, or of one: a run for each track, and their bytes in that order, so
/// the samples of a track must lie side by side. `sequence` is that of the fragment.
Bytes fragment_header(std::span<const Sample> samples, std::uint32_t sequence);

/// Header and payload in one piece.
Bytes to_bytes(const Fragment& fragment);

}  // namespace so::fmp4
