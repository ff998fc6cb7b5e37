#include <fmt/format.h>

#include "fmp4/box_writer.h"
#include "fmp4/track.h"

namespace so::fmp4 {
namespace {

// ISO/IEC 14496-1, 7.2.6.6: object types.
constexpr std::uint8_t kAac = 0x40;
constexpr std::uint8_t kMpeg1Audio = 0x6B;
constexpr std::uint8_t kMpeg2Audio = 0x69;

// A descriptor (ISO/IEC 14496-1, 8.3.3) is tag:8 length:8, as long as it is shorter than 128.
//   03 ES            id:16 flags:8=0
//     04 decoder     type:8 000101 0 1 buffer:24 maximum:32 average:32 (bit rates, 0: unknown)
//       05           the AudioSpecificConfig; of MP3 there is none
//     06 sync layer  02: as MP4 has it
Bytes esds(std::uint8_t object_type, ByteView specific) {
  const auto tail = static_cast<std::uint8_t>(specific.empty() ? 0 : 2 + specific.size());
  Bytes bytes;
  Writer out{bytes};
  box(out, "esds", Full{}, [&] {
    out.u8(0x03);
    out.u8(static_cast<std::uint8_t>(21 + tail));
    out.u16(static_cast<std::uint16_t>(TrackId::kAudio));
    out.u8(0);
    out.u8(0x04);
    out.u8(static_cast<std::uint8_t>(13 + tail));
    out.u8(object_type);
    out.u8(0x15);
    out.u24(0);
    out.u32(0);
    out.u32(0);
    if (!specific.empty()) {
      out.u8(0x05);
      out.u8(static_cast<std::uint8_t>(specific.size()));
      out.bytes(specific);
    }
    out.u8(0x06);
    out.u8(1);
    out.u8(2);
  });
  return bytes;
}

}  // namespace

Track audio_track(const flv::AacConfig& config) {
  return {.id = TrackId::kAudio,
          .timescale = config.sample_rate,
          .codec = fmt::format("mp4a.40.{}", config.object_type),
          .entry = flv::four_cc("mp4a"),
          .config = esds(kAac, config.record),
          .channels = config.channels == 0 ? std::uint16_t{2} : std::uint16_t{config.channels}};
}

Track audio_track(const flv::OpusConfig& config) {
  return {.id = TrackId::kAudio,
          .timescale = 48000,  // whatever its source had
          .codec = "opus",
          .entry = flv::four_cc("Opus"),
          .config = box("dOps", config.record),
          .channels = config.channels};
}

Track audio_track(const flv::FlacConfig& config) {
  Bytes body{0, 0, 0, 0};  // version and flags
  body.insert(body.end(), config.record.begin(), config.record.end());
  return {.id = TrackId::kAudio,
          .timescale = config.sample_rate,
          .codec = "flac",
          .entry = flv::four_cc("fLaC"),
          .config = box("dfLa", body),
          .channels = config.channels,
          .bits = config.bits};
}

// Of the names that this codec has in MP4 only "mp3" is known to a browser (Firefox).
Track audio_track(const flv::MpegAudio& header) {
  return {.id = TrackId::kAudio,
          .timescale = header.sample_rate,
          .codec = "mp3",
          .entry = flv::four_cc("mp4a"),
          .config = esds(header.mpeg1 ? kMpeg1Audio : kMpeg2Audio, {}),
          .channels = header.channels};
}

Track audio_track(const flv::Ac3& header) {
  return {.id = TrackId::kAudio,
          .timescale = header.sample_rate,
          .codec = header.enhanced ? "ec-3" : "ac-3",
          .entry = flv::four_cc(header.enhanced ? "ec-3" : "ac-3"),
          .config = box(header.enhanced ? "dec3" : "dac3", header.record),
          .channels = header.channels};
}

}  // namespace so::fmp4
