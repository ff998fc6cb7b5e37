#include "fmp4/track.h"

#include <algorithm>

#include <fmt/format.h>

#include "fmp4/box_writer.h"

namespace so::fmp4 {
namespace {

Bytes avcc(const flv::AvcConfig& config) {
  Bytes bytes;
  Writer out{bytes};
  box(out, "avcC", [&] { out.bytes(config.encode()); });
  return bytes;
}

// A descriptor (ISO/IEC 14496-1, 8.3.3) is tag:8 length:8, as long as it is shorter than 128.
//   03 ES            id:16 flags:8=0
//     04 decoder     type:8=40 (AAC) 000101 0 1 buffer:24 maximum:32 average:32 (bit rates, 0:
//     unknown)
//       05           the AudioSpecificConfig
//     06 sync layer  02: as MP4 has it
Bytes esds(const flv::AacConfig& config) {
  const auto record = static_cast<std::uint8_t>(config.record.size());
  Bytes bytes;
  Writer out{bytes};
  box(out, "esds", Full{}, [&] {
    out.u8(0x03);
    out.u8(static_cast<std::uint8_t>(23 + record));
    out.u16(static_cast<std::uint16_t>(TrackId::kAudio));
    out.u8(0);
    out.u8(0x04);
    out.u8(static_cast<std::uint8_t>(15 + record));
    out.u8(0x40);
    out.u8(0x15);
    out.u24(0);
    out.u32(0);
    out.u32(0);
    out.u8(0x05);
    out.u8(record);
    out.bytes(config.record);
    out.u8(0x06);
    out.u8(1);
    out.u8(2);
  });
  return bytes;
}

}  // namespace

Track video_track(const flv::AvcConfig& config) {
  const flv::Sps& sps = config.picture;
  return {
      .id = TrackId::kVideo,
      .timescale = kVideoTimescale,
      .codec = fmt::format("avc1.{:02x}{:02x}{:02x}", sps.profile, sps.compatibility, sps.level),
      .entry = flv::four_cc("avc1"),
      .config = avcc(config),
      .width = sps.width,
      .height = sps.height};
}

Track audio_track(const flv::AacConfig& config) {
  return {.id = TrackId::kAudio,
          .timescale = config.sample_rate,
          .codec = fmt::format("mp4a.40.{}", config.object_type),
          .entry = flv::four_cc("mp4a"),
          .config = esds(config),
          .channels = config.channels == 0 ? std::uint16_t{2} : std::uint16_t{config.channels}};
}

std::string mime_type(std::span<const Track> tracks) {
  const bool video = std::any_of(tracks.begin(), tracks.end(),
                                 [](const Track& t) { return t.id == TrackId::kVideo; });
  std::string codecs;
  for (const Track& track : tracks) codecs += (codecs.empty() ? "" : ",") + track.codec;
  return fmt::format("{}/mp4; codecs=\"{}\"", video ? "video" : "audio", codecs);
}

}  // namespace so::fmp4
