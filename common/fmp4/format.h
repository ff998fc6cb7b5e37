#pragma once

#include <cstddef>
#include <cstdint>

#include "base/bytes.h"
#include "base/result.h"
#include "flv/codec.h"
#include "fmp4/track.h"

namespace so::fmp4 {

/// What is known of a track before its frames come.
struct Format {
  flv::Codec codec{};
  Track track;
  std::size_t length_bytes = 0;  // before each NAL unit of H.264 and HEVC
  std::uint32_t samples = 0;     // of an audio frame; 0: each frame says
};

[[nodiscard]] bool can_carry(flv::Codec codec, TrackId id);

/// MP3 and AC-3 have no configuration: the header of every frame is one.
[[nodiscard]] bool describes_itself(flv::Codec codec);

/// From the configuration of a sequence start, or the frame of a codec that describes itself.
Result<Format> read_format(flv::Codec codec, ByteView record);

/// A coded picture, fit to be a sample.
struct Picture {
  ByteView bytes;           // the payload itself, or the scratch buffer if something had to go
  bool sync = false;        // decoding can start here, whatever the publisher says
  bool shows = false;       // there is a picture at all
  std::uint32_t width = 0;  // pixels; 0: the configuration says
  std::uint32_t height = 0;
};
Result<Picture> read_picture(const Format& format, ByteView payload, Bytes& scratch);

/// Samples in an audio frame, at the rate of the track; 0: it is damaged.
[[nodiscard]] std::uint32_t read_samples(const Format& format, ByteView payload);

}  // namespace so::fmp4
