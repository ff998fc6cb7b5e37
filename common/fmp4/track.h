#pragma once

#include <cstdint>
#include <span>
#include <string>

#include "base/bytes.h"
#include "flv/aac_config.h"
#include "flv/ac3.h"
#include "flv/av1_config.h"
#include "flv/avc_config.h"
#include "flv/codec.h"
#include "flv/flac_config.h"
#include "flv/hevc_config.h"
#include "flv/mpeg_audio.h"
#include "flv/opus_config.h"
#include "flv/vp9_config.h"

namespace so::fmp4 {

/// The same in every init segment, so that a track keeps its id when the other comes or goes.
enum class TrackId : std::uint32_t { kVideo = 1, kAudio = 2 };

/// What an init segment says about one track. Video counts in milliseconds: that is what RTMP
/// gives, so nothing is rounded, and times read the same here, in metadata and in logs. Audio
/// counts in samples: its frames have no whole number of milliseconds.
struct Track {
  TrackId id{};
  std::uint32_t timescale = 0;  // ticks a second
  std::string codec;            // RFC 6381, for MediaSource.isTypeSupported: "avc1.4d401e"
  std::uint32_t entry = 0;      // FourCC of the sample entry
  Bytes config;                 // the codec's box inside the sample entry, whole
  std::uint32_t width = 0;      // pixels; video
  std::uint32_t height = 0;
  std::uint16_t channels = 0;  // audio
  std::uint16_t bits = 16;     // a sample; of FLAC the true ones, else what the format says

  bool operator==(const Track&) const = default;
};

constexpr std::uint32_t kVideoTimescale = 1000;

Track video_track(const flv::AvcConfig& config);
Track video_track(const flv::HevcConfig& config);
Track video_track(const flv::Av1Config& config);
Track video_track(const flv::Vp9Config& config);  // without a size, which only its key frames have
Track audio_track(const flv::AacConfig& config);
Track audio_track(const flv::OpusConfig& config);
Track audio_track(const flv::FlacConfig& config);
Track audio_track(const flv::MpegAudio& header);
Track audio_track(const flv::Ac3& header);

/// `video/mp4; codecs="avc1.4d401e,mp4a.40.2"`: exactly the tracks given, because a browser refuses
/// an init segment that has others.
std::string mime_type(std::span<const Track> tracks);

}  // namespace so::fmp4
