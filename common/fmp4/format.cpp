#include "fmp4/format.h"

#include <algorithm>
#include <array>

#include <fmt/format.h>

#include "flv/ac3.h"
#include "flv/flac_config.h"
#include "flv/mpeg_audio.h"
#include "flv/nal_units.h"
#include "flv/opus_config.h"
#include "flv/vp9_config.h"

namespace so::fmp4 {
namespace {

using flv::Codec;

constexpr std::array kVideo{Codec::kAvc, Codec::kHevc, Codec::kAv1, Codec::kVp9};
constexpr std::array kAudio{Codec::kAac, Codec::kOpus, Codec::kFlac,
                            Codec::kMp3, Codec::kAc3,  Codec::kEac3};

template <class Config>
Result<Format> nal_format(Codec codec, ByteView record) {
  const auto config = Config::decode(record);
  if (!config) return fail(config.error());
  return Format{codec, video_track(*config), config->length_bytes, 0};
}

/// `samples`: of each frame, where the configuration says.
template <class Config>
Result<Format> track_format(Codec codec, const Result<Config>& config, std::uint32_t samples) {
  if (!config) return fail(config.error());
  if constexpr (requires { video_track(*config); }) {
    return Format{codec, video_track(*config), 0, samples};
  } else {
    return Format{codec, audio_track(*config), 0, samples};
  }
}

template <class Config>
Result<Format> frame_format(Codec codec, const Result<Config>& config) {
  return track_format(codec, config, config ? config->samples : 0);
}

Result<Picture> read_nal_units(const Format& format, ByteView payload, Bytes& scratch) {
  const auto coding = format.codec == Codec::kHevc ? flv::Coding::kHevc : flv::Coding::kAvc;
  const auto unit = flv::read_access_unit(payload, format.length_bytes, scratch, coding);
  if (!unit) return fail(unit.error());
  return Picture{.bytes = unit->bytes, .sync = unit->has_idr, .shows = unit->has_slice};
}

Result<Picture> read_av1(ByteView payload, Bytes& scratch) {
  const auto unit = flv::read_temporal_unit(payload, scratch);
  if (!unit) return fail(unit.error());
  return Picture{.bytes = unit->bytes, .sync = unit->has_key, .shows = unit->has_frame};
}

Result<Picture> read_vp9(ByteView payload) {
  const auto frame = flv::read_vp9_frame(payload);
  if (!frame) return fail(frame.error());
  return Picture{payload, frame->key, true, frame->width, frame->height};
}

}  // namespace

bool can_carry(Codec codec, TrackId id) {
  if (id == TrackId::kVideo) return std::find(kVideo.begin(), kVideo.end(), codec) != kVideo.end();
  return std::find(kAudio.begin(), kAudio.end(), codec) != kAudio.end();
}

bool describes_itself(Codec codec) {
  return codec == Codec::kMp3 || codec == Codec::kAc3 || codec == Codec::kEac3;
}

Result<Format> read_format(Codec codec, ByteView record) {
  if (codec == Codec::kAvc) return nal_format<flv::AvcConfig>(codec, record);
  if (codec == Codec::kHevc) return nal_format<flv::HevcConfig>(codec, record);
  if (codec == Codec::kAv1) return track_format(codec, flv::Av1Config::decode(record), 0);
  if (codec == Codec::kVp9) return track_format(codec, flv::Vp9Config::decode(record), 0);
  if (codec == Codec::kOpus) return track_format(codec, flv::OpusConfig::decode(record), 0);
  if (codec == Codec::kFlac) return track_format(codec, flv::FlacConfig::decode(record), 0);
  if (codec == Codec::kMp3) return frame_format(codec, flv::MpegAudio::decode(record));
  if (codec == Codec::kAc3 || codec == Codec::kEac3) {
    return frame_format(codec, flv::Ac3::decode(record, codec == Codec::kEac3));
  }
  const auto config = flv::AacConfig::decode(record);
  return track_format(codec, config, config ? config->samples_per_frame : 0);
}

Result<Picture> read_picture(const Format& format, ByteView payload, Bytes& scratch) {
  if (format.codec == Codec::kAv1) return read_av1(payload, scratch);
  if (format.codec == Codec::kVp9) return read_vp9(payload);
  return read_nal_units(format, payload, scratch);
}

std::uint32_t read_samples(const Format& format, ByteView payload) {
  if (format.codec == Codec::kOpus) return flv::opus_samples(payload);
  if (format.codec == Codec::kFlac) return flv::flac_samples(payload);
  return format.samples;
}

}  // namespace so::fmp4
