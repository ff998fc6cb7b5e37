#include <algorithm>

#include <fmt/format.h>

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

Status read_stsd(const Boxes& stbl, CheckedTrack& track) {
  return read_full(stbl, "stsd", [&](Cursor& in) -> Status {
    if (in.u32() != 1) return bad("stsd: not one entry");
    const auto entries = Boxes::read(in.rest(), "stsd");
    if (!entries) return fail(entries.error());
    if (entries->all().size() != 1) return bad("stsd: not one entry");
    track.entry = entries->all().front().type;
    return check_sample_entry(entries->all().front().body, track);
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
