#include <algorithm>
#include <array>

#include <fmt/format.h>

#include "fmp4/box_writer.h"
#include "fmp4/track.h"

namespace so::fmp4 {
namespace {

Track track_of(std::string_view entry, std::string codec, Bytes config) {
  return {.id = TrackId::kVideo,
          .timescale = kVideoTimescale,
          .codec = std::move(codec),
          .entry = flv::four_cc(entry),
          .config = std::move(config)};
}

std::uint32_t reversed(std::uint32_t value) {
  std::uint32_t out = 0;
  for (int i = 0; i < 32; ++i, value >>= 1U) out = out << 1U | (value & 1U);
  return out;
}

// ISO/IEC 14496-15, E.3: space and profile, compatibility flags turned round, tier and level, then
// the constraint bytes up to the last that is not 0.
std::string hevc_codec(const std::array<std::uint8_t, 12>& ptl) {
  constexpr std::array<std::string_view, 4> kSpaces{"", "A", "B", "C"};
  const std::uint32_t compatibility = std::uint32_t{ptl[1]} << 24U | std::uint32_t{ptl[2]} << 16U |
                                      std::uint32_t{ptl[3]} << 8U | ptl[4];
  std::string text = fmt::format("hvc1.{}{}.{:X}.{}{}", kSpaces.at(ptl[0] >> 6U), ptl[0] & 31U,
                                 reversed(compatibility), (ptl[0] & 32U) != 0 ? 'H' : 'L', ptl[11]);
  std::size_t end = 11;
  while (end > 5 && ptl.at(end - 1) == 0) --end;
  for (std::size_t i = 5; i < end; ++i) text += fmt::format(".{:X}", ptl.at(i));
  return text;
}

}  // namespace

Track video_track(const flv::AvcConfig& config) {
  const flv::Sps& sps = config.picture;
  Track track = track_of(
      "avc1", fmt::format("avc1.{:02x}{:02x}{:02x}", sps.profile, sps.compatibility, sps.level),
      box("avcC", config.encode()));
  track.width = sps.width;
  track.height = sps.height;
  return track;
}

Track video_track(const flv::HevcConfig& config) {
  Track track =
      track_of("hvc1", hevc_codec(config.picture.profile_tier_level), box("hvcC", config.encode()));
  track.width = config.picture.width;
  track.height = config.picture.height;
  return track;
}

Track video_track(const flv::Av1Config& config) {
  Track track = track_of("av01",
                         fmt::format("av01.{}.{:02}{}.{:02}", config.profile, config.level,
                                     config.high_tier ? 'H' : 'M', config.bit_depth),
                         box("av1C", config.record));
  track.width = config.width;
  track.height = config.height;
  return track;
}

Track video_track(const flv::Vp9Config& config) {
  return track_of(
      "vp09", fmt::format("vp09.{:02}.{:02}.{:02}", config.profile, config.level, config.bit_depth),
      box("vpcC", config.record));
}

}  // namespace so::fmp4
