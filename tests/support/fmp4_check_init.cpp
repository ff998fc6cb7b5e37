#include <algorithm>

#include <fmt/format.h>

#include "flv/aac_config.h"
#include "flv/avc_config.h"
#include "flv/codec.h"
#include "support/fmp4_boxes.h"
#include "support/fmp4_checker.h"

namespace so::test {
namespace {

template <class... Args>
tl::unexpected<Error> bad(fmt::format_string<Args...> text, Args&&... args) {
  return fail(Code::kPeer, fmt::format(text, std::forward<Args>(args)...));
}

/// Reads one full box, all of it, and refuses any version but 0.
template <class Read>
Status read_full(const Boxes& boxes, std::string_view type, Read read) {
  const auto body = boxes.only(type);
  if (!body) return fail(body.error());
  Cursor in{*body};
  if (read_version_flags(in).version != 0) return bad("{}: version is not 0", type);
  Status status = read(in);
  if (status && !in.done()) return bad("{}: {} bytes do not fit its fields", type, body->size());
  return status;
}

Status must_be_zero(std::uint32_t value, std::string_view what) {
  if (value != 0) return bad("{} is {}, not 0", what, value);
  return {};
}

Status check_empty_table(const Boxes& stbl, std::string_view type) {
  return read_full(stbl, type, [&](Cursor& in) {
    if (type == "stsz") in.skip(4);
    return must_be_zero(in.u32(), type);
  });
}

// configuration: profile, compatibility and level are those of the SPS, and all else is canonical
Status read_avcc(const Boxes& entry, std::uint32_t width, std::uint32_t height,
                 CheckedTrack& track) {
  const auto body = entry.only("avcC");
  if (!body) return fail(body.error());
  const auto config = flv::AvcConfig::decode(*body);
  if (!config) return fail(config.error());
  const flv::Sps& sps = config->picture;
  if (config->encode() != to_bytes(*body)) return bad("avcC: not what its SPS says");
  if (sps.width != width || sps.height != height) {
    return bad("avc1: {}x{}, but the SPS says {}x{}", width, height, sps.width, sps.height);
  }
  track.codec = fmt::format("avc1.{:02x}{:02x}{:02x}", sps.profile, sps.compatibility, sps.level);
  track.length_bytes = config->length_bytes;
  track.config = to_bytes(*body);
  return {};
}

// One descriptor with a one-byte length; the rest of the esds must be inside.
Result<ByteView> read_descriptor(Cursor& in, std::uint8_t tag) {
  if (in.u8() != tag) return bad("esds: descriptor {} is missing", tag);
  const std::size_t size = in.u8();
  if (size > in.left() || size > 127) return bad("esds: descriptor {} does not fit", tag);
  return in.bytes(size);
}

Status read_esds(const Boxes& entry, CheckedTrack& track) {
  const auto body = entry.only("esds");
  if (!body) return fail(body.error());
  Cursor in{*body};
  in.skip(4);
  const auto es = read_descriptor(in, 3);
  if (!es) return fail(es.error());
  if (!in.done()) return bad("esds: {} bytes too many", in.left());
  Cursor stream{*es};
  stream.skip(3);
  const auto decoder = read_descriptor(stream, 4);
  if (!decoder) return fail(decoder.error());
  Cursor fields{*decoder};
  if (fields.u8() != 0x40) return bad("esds: not AAC");
  fields.skip(12);
  const auto specific = read_descriptor(fields, 5);
  if (!specific) return fail(specific.error());
  const auto sync = read_descriptor(stream, 6);
  if (!sync) return fail(sync.error());
  if (!fields.done() || !stream.done()) return bad("esds: descriptors do not add up");
  const auto config = flv::AacConfig::decode(*specific);
  if (!config) return fail(config.error());
  if (config->sample_rate != track.timescale) {
    return bad("esds: {} Hz, but the timescale is {}", config->sample_rate, track.timescale);
  }
  track.codec = fmt::format("mp4a.40.{}", config->object_type);
  track.config = config->record;
  return {};
}

Status read_visual_entry(ByteView body, CheckedTrack& track) {
  constexpr std::size_t kFields = 78;
  Cursor in{body};
  in.skip(24);
  const std::uint32_t width = in.u16();
  const std::uint32_t height = in.u16();
  in.skip(kFields - 28);
  if (!in.ok()) return bad("avc1: cut off");
  const auto boxes = Boxes::read(in.rest(), "avc1");
  if (!boxes) return fail(boxes.error());
  return read_avcc(*boxes, width, height, track);
}

Status read_audio_entry(ByteView body, CheckedTrack& track) {
  constexpr std::size_t kFields = 28;
  Cursor in{body};
  in.skip(kFields - 4);
  const std::uint32_t rate = in.u32();
  if (!in.ok()) return bad("mp4a: cut off");
  const std::uint32_t expected = track.timescale < 0x10000 ? track.timescale << 16U : 0;
  if (rate != expected) return bad("mp4a: rate {:#x}, expected {:#x}", rate, expected);
  const auto boxes = Boxes::read(in.rest(), "mp4a");
  if (!boxes) return fail(boxes.error());
  return read_esds(*boxes, track);
}

Status read_stsd(const Boxes& stbl, CheckedTrack& track) {
  return read_full(stbl, "stsd", [&](Cursor& in) -> Status {
    if (in.u32() != 1) return bad("stsd: not one entry");
    const auto entries = Boxes::read(in.rest(), "stsd");
    if (!entries) return fail(entries.error());
    const auto body = track.video ? entries->only("avc1") : entries->only("mp4a");
    if (!body) return fail(body.error());
    return track.video ? read_visual_entry(*body, track) : read_audio_entry(*body, track);
  });
}

Status read_stbl(const Boxes& minf, CheckedTrack& track) {
  const auto stbl = minf.inside("stbl");
  if (!stbl) return fail(stbl.error());
  if (auto s = check_empty_table(*stbl, "stts"); !s) return s;
  if (auto s = check_empty_table(*stbl, "stsc"); !s) return s;
  if (auto s = check_empty_table(*stbl, "stsz"); !s) return s;
  if (auto s = check_empty_table(*stbl, "stco"); !s) return s;
  return read_stsd(*stbl, track);
}

Status read_mdia(const Boxes& mdia, CheckedTrack& track) {
  auto status = read_full(mdia, "mdhd", [&](Cursor& in) -> Status {
    in.skip(8);
    track.timescale = in.u32();
    if (track.timescale == 0) return bad("mdhd: timescale 0");
    auto zero = must_be_zero(in.u32(), "mdhd: duration");
    in.skip(4);
    return zero;
  });
  if (!status) return status;
  status = read_full(mdia, "hdlr", [&](Cursor& in) -> Status {
    in.skip(4);
    const auto handler = in.text(4);
    track.video = handler == "vide";
    if (!track.video && handler != "soun") return bad("hdlr: neither video nor audio");
    in.rest();
    return {};
  });
  if (!status) return status;
  const auto minf = mdia.inside("minf");
  if (!minf) return fail(minf.error());
  if (auto media = track.video ? minf->only("vmhd") : minf->only("smhd"); !media) {
    return fail(media.error());
  }
  return read_stbl(*minf, track);
}

Result<CheckedTrack> read_trak(ByteView body) {
  const auto trak = Boxes::read(body, "trak");
  if (!trak) return fail(trak.error());
  CheckedTrack track;
  auto status = read_full(*trak, "tkhd", [&](Cursor& in) -> Status {
    in.skip(8);
    track.id = in.u32();
    if (track.id == 0) return bad("tkhd: track 0");
    in.skip(4);
    auto zero = must_be_zero(in.u32(), "tkhd: duration");
    in.skip(60);
    return zero;
  });
  if (!status) return fail(status.error());
  const auto mdia = trak->inside("mdia");
  if (!mdia) return fail(mdia.error());
  if (status = read_mdia(*mdia, track); !status) return fail(status.error());
  return track;
}

Status check_mvex(const Boxes& moov, const std::vector<CheckedTrack>& tracks) {
  const auto mvex = moov.inside("mvex");
  if (!mvex) return fail(mvex.error());
  if (mvex->all().size() != tracks.size()) return bad("mvex: not one trex for each track");
  for (const BoxView& trex : mvex->all()) {
    Cursor in{trex.body};
    in.skip(4);
    const std::uint32_t id = in.u32();
    const bool known = std::any_of(tracks.begin(), tracks.end(),
                                   [&](const CheckedTrack& t) { return t.id == id; });
    if (trex.type != flv::four_cc("trex") || !known) return bad("mvex: trex of no track");
  }
  return {};
}

Status check_mvhd(const Boxes& moov) {
  return read_full(moov, "mvhd", [](Cursor& in) {
    in.skip(12);
    auto zero = must_be_zero(in.u32(), "mvhd: duration");
    in.skip(80);
    return zero;
  });
}

}  // namespace

Result<std::vector<CheckedTrack>> check_init_segment(ByteView ftyp_and_moov) {
  const auto file = Boxes::read(ftyp_and_moov, "init segment");
  if (!file) return fail(file.error());
  if (auto ftyp = file->only("ftyp"); !ftyp) return fail(ftyp.error());
  const auto moov = file->inside("moov");
  if (!moov) return fail(moov.error());
  if (auto status = check_mvhd(*moov); !status) return fail(status.error());
  std::vector<CheckedTrack> tracks;
  for (const BoxView& box : moov->all()) {
    if (box.type != flv::four_cc("trak")) continue;
    auto track = read_trak(box.body);
    if (!track) return fail(track.error());
    const bool twice = std::any_of(tracks.begin(), tracks.end(),
                                   [&](const CheckedTrack& t) { return t.id == track->id; });
    if (twice) return bad("moov: track {} twice", track->id);
    tracks.push_back(std::move(*track));
  }
  if (tracks.empty()) return bad("moov: no track");
  if (auto status = check_mvex(*moov, tracks); !status) return fail(status.error());
  return tracks;
}

}  // namespace so::test
