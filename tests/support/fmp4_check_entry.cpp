#include <algorithm>
#include <array>
#include <span>
#include <utility>

#include <fmt/format.h>

#include "flv/aac_config.h"
#include "flv/av1_config.h"
#include "flv/avc_config.h"
#include "flv/codec.h"
#include "flv/hevc_config.h"
#include "flv/vp9_config.h"
#include "support/fmp4_boxes.h"
#include "support/fmp4_checker.h"

namespace so::test {
namespace {

template <class... Args>
tl::unexpected<Error> bad(fmt::format_string<Args...> text, Args&&... args) {
  return fail(Code::kPeer, fmt::format(text, std::forward<Args>(args)...));
}

Status check_size(const CheckedTrack& track, std::uint32_t width, std::uint32_t height,
                  std::string_view who) {
  if (width == track.width && height == track.height) return {};
  return bad("{}: {}x{}, but the {} says {}x{}", four_cc_text(track.entry), track.width,
             track.height, who, width, height);
}

// profile, compatibility and level are those of the SPS, and all else is canonical
Status read_avcc(ByteView body, CheckedTrack& track) {
  const auto config = flv::AvcConfig::decode(body);
  if (!config) return fail(config.error());
  const flv::Sps& sps = config->picture;
  if (config->encode() != to_bytes(body)) return bad("avcC: not what its SPS says");
  track.codec = fmt::format("avc1.{:02x}{:02x}{:02x}", sps.profile, sps.compatibility, sps.level);
  track.length_bytes = config->length_bytes;
  return check_size(track, sps.width, sps.height, "SPS");
}

Status read_hvcc(ByteView body, CheckedTrack& track) {
  const auto config = flv::HevcConfig::decode(body);
  if (!config) return fail(config.error());
  if (config->encode() != to_bytes(body)) return bad("hvcC: not what its SPS says");
  if (config->vps.empty() || config->pps.empty()) return bad("hvcC: a parameter set is missing");
  const auto& ptl = config->picture.profile_tier_level;
  std::uint32_t turned = 0;
  for (unsigned bit = 0; bit < 32; ++bit) {
    if ((std::uint32_t{ptl.at(1 + bit / 8)} >> (7 - bit % 8) & 1U) != 0) turned |= 1U << bit;
  }
  track.codec = fmt::format("hvc1.{}.{:X}.{}{}", ptl[0] & 31U, turned,
                            (ptl[0] & 32U) != 0 ? "H" : "L", ptl[11]);
  std::string constraints;
  for (std::size_t i = 5; i < 11; ++i) {
    constraints += fmt::format(".{:X}", ptl.at(i));
    if (ptl.at(i) != 0) track.codec += std::exchange(constraints, {});
  }
  track.length_bytes = config->length_bytes;
  return check_size(track, config->picture.width, config->picture.height, "SPS");
}

Status read_av1c(ByteView body, CheckedTrack& track) {
  const auto config = flv::Av1Config::decode(body);
  if (!config) return fail(config.error());
  if (config->record != to_bytes(body)) return bad("av1C: more than one sequence header");
  if (body[5] >= 128 || body[4] != 0x0A) return bad("av1C: no sequence header with a size");
  const unsigned profile = body[6] >> 5U;
  if (profile != config->profile) return bad("av1C: not what its sequence header says");
  track.codec = fmt::format("av01.{}.{:02d}{}.{:02d}", profile, body[1] & 31,
                            (body[2] & 128) != 0 ? "H" : "M", config->bit_depth);
  return check_size(track, config->width, config->height, "sequence header");
}

Status read_vpcc(ByteView body, CheckedTrack& track) {
  const auto config = flv::Vp9Config::decode(body);
  if (!config) return fail(config.error());
  if (config->record != to_bytes(body)) return bad("vpcC: not version 1, or data behind it");
  track.codec = fmt::format("vp09.{:02d}.{:02d}.{:02d}", body[4], body[5], body[6] >> 4);
  if (track.width == 0 || track.height == 0) return bad("vp09: no size");
  return {};
}

// One descriptor with a one-byte length; the rest of the esds must be inside.
Result<ByteView> read_descriptor(Cursor& in, std::uint8_t tag) {
  if (in.u8() != tag) return bad("esds: descriptor {} is missing", tag);
  const std::size_t size = in.u8();
  if (size > in.left() || size > 127) return bad("esds: descriptor {} does not fit", tag);
  return in.bytes(size);
}

Status read_specific(Cursor& fields, CheckedTrack& track) {
  const auto specific = read_descriptor(fields, 5);
  if (!specific) return fail(specific.error());
  const auto config = flv::AacConfig::decode(*specific);
  if (!config) return fail(config.error());
  if (config->sample_rate != track.timescale) {
    return bad("esds: {} Hz, but the timescale is {}", config->sample_rate, track.timescale);
  }
  track.codec = fmt::format("mp4a.40.{}", config->object_type);
  track.config = config->record;
  return {};
}

Status read_esds(ByteView body, CheckedTrack& track) {
  Cursor in{body};
  in.skip(4);
  const auto es = read_descriptor(in, 3);
  if (!es) return fail(es.error());
  if (!in.done()) return bad("esds: {} bytes too many", in.left());
  Cursor stream{*es};
  stream.skip(3);
  const auto decoder = read_descriptor(stream, 4);
  if (!decoder) return fail(decoder.error());
  Cursor fields{*decoder};
  const unsigned type = fields.u8();
  fields.skip(12);
  if (type == 0x6B || type == 0x69) {
    track.codec = "mp3";
  } else if (type == 0x40) {
    if (auto status = read_specific(fields, track); !status) return status;
  } else {
    return bad("esds: neither AAC nor MP3");
  }
  const auto sync = read_descriptor(stream, 6);
  if (!sync) return fail(sync.error());
  if (!fields.done() || !stream.done()) return bad("esds: descriptors do not add up");
  return {};
}

Status read_dops(ByteView body, CheckedTrack& track) {
  Cursor in{body};
  const unsigned version = in.u8();
  const unsigned channels = in.u8();
  in.skip(8);
  const unsigned family = in.u8();
  if (family != 0) in.skip(2 + channels);
  if (!in.done() || version != 0) return bad("dOps: wrong version or length");
  if (channels == 0 || (family == 0 && channels > 2)) return bad("dOps: {} channels", channels);
  if (track.timescale != 48000) return bad("dOps: the timescale is {}", track.timescale);
  track.codec = "opus";
  return {};
}

Status read_dfla(ByteView body, CheckedTrack& track) {
  if (body.size() != 42 || body[4] != 0x80 || body[7] != 34) return bad("dfLa: no STREAMINFO");
  const std::uint32_t rate =
      std::uint32_t{body[18]} << 12U | std::uint32_t{body[19]} << 4U | body[20] >> 4U;
  if (rate != track.timescale) {
    return bad("dfLa: {} Hz, but the timescale is {}", rate, track.timescale);
  }
  track.codec = "flac";
  return {};
}

Status read_dac3(ByteView body, CheckedTrack& track) {
  const bool enhanced = track.entry == flv::four_cc("ec-3");
  const std::size_t at = enhanced ? 2 : 0;
  if (body.size() != at + 3) return bad("dac3: {} bytes", body.size());
  constexpr std::array<std::uint32_t, 4> kRates{48000, 44100, 32000, 0};
  const std::uint32_t rate = kRates.at(body[at] >> 6U);
  if (rate != 0 && rate != track.timescale) {
    return bad("dac3: {} Hz, but the timescale is {}", rate, track.timescale);
  }
  track.codec = enhanced ? "ec-3" : "ac-3";
  return {};
}

struct Kind {
  std::string_view entry, box;
  Status (*read)(ByteView, CheckedTrack&);
};
constexpr std::array kVideo{Kind{"avc1", "avcC", read_avcc}, Kind{"hvc1", "hvcC", read_hvcc},
                            Kind{"av01", "av1C", read_av1c}, Kind{"vp09", "vpcC", read_vpcc}};
constexpr std::array kAudio{Kind{"mp4a", "esds", read_esds}, Kind{"Opus", "dOps", read_dops},
                            Kind{"fLaC", "dfLa", read_dfla}, Kind{"ac-3", "dac3", read_dac3},
                            Kind{"ec-3", "dec3", read_dac3}};

Status read_codec_box(Cursor& in, std::span<const Kind> kinds, CheckedTrack& track) {
  const std::string name = four_cc_text(track.entry);
  const auto kind =
      std::find_if(kinds.begin(), kinds.end(), [&](const Kind& k) { return k.entry == name; });
  if (kind == kinds.end()) return bad("stsd: entry '{}'", name);
  const auto boxes = Boxes::read(in.rest(), name);
  if (!boxes) return fail(boxes.error());
  if (boxes->all().size() != 1) return bad("{}: not one box", name);
  const auto body = boxes->only(kind->box);
  if (!body) return fail(body.error());
  track.config = to_bytes(*body);
  return kind->read(*body, track);
}

}  // namespace

Status check_sample_entry(ByteView body, CheckedTrack& track) {
  Cursor in{body};
  if (track.video) {
    constexpr std::size_t kFields = 78;
    in.skip(24);
    track.width = in.u16();
    track.height = in.u16();
    in.skip(kFields - 28);
    if (!in.ok()) return bad("{}: cut off", four_cc_text(track.entry));
    return read_codec_box(in, kVideo, track);
  }
  in.skip(16);
  const unsigned channels = in.u16();
  in.skip(6);
  const std::uint32_t rate = in.u32();
  if (!in.ok()) return bad("{}: cut off", four_cc_text(track.entry));
  const std::uint32_t expected = track.timescale < 0x10000 ? track.timescale << 16U : 0;
  if (rate != expected) {
    return bad("{}: rate {:#x}, expected {:#x}", four_cc_text(track.entry), rate, expected);
  }
  if (channels == 0) return bad("{}: no channels", four_cc_text(track.entry));
  return read_codec_box(in, kAudio, track);
}

}  // namespace so::test
