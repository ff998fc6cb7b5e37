#include "support/fmp4_checker.h"

#include <algorithm>

#include <fmt/format.h>

#include "flv/codec.h"
#include "support/fmp4_boxes.h"

namespace so::test {
namespace {

template <class... Args>
tl::unexpected<Error> bad(fmt::format_string<Args...> text, Args&&... args) {
  return fail(Code::kPeer, fmt::format(text, std::forward<Args>(args)...));
}

// Flags of tfhd and trun, ISO/IEC 14496-12, 8.8.7 and 8.8.8.
constexpr std::uint32_t kBaseDataOffset = 0x000001;
constexpr std::uint32_t kDescription = 0x000002;
constexpr std::uint32_t kDefaultDuration = 0x000008;
constexpr std::uint32_t kDefaultSize = 0x000010;
constexpr std::uint32_t kDefaultFlags = 0x000020;
constexpr std::uint32_t kBaseIsMoof = 0x020000;
constexpr std::uint32_t kDataOffset = 0x000001;
constexpr std::uint32_t kFirstFlags = 0x000004;
constexpr std::uint32_t kDuration = 0x000100;
constexpr std::uint32_t kSize = 0x000200;
constexpr std::uint32_t kFlags = 0x000400;
constexpr std::uint32_t kComposition = 0x000800;
constexpr std::uint32_t kNonSync = 0x00010000;

}  // namespace

/// The moof and mdat at hand, and what the boxes of the current track fragment said.
struct Fmp4Checker::Run {
  std::size_t moof_bytes;
  ByteView media;
  std::size_t media_taken = 0;
  std::uint64_t dts = 0;
  std::uint32_t default_duration = 0;
  std::uint32_t default_size = 0;
  std::uint32_t default_flags = 0;
  // the current sample
  std::uint32_t duration = 0;
  std::uint32_t size = 0;
  std::uint32_t flags = 0;
  std::int32_t composition = 0;

  void read_fields(Cursor& in, std::uint32_t fields) {
    duration = (fields & kDuration) != 0 ? in.u32() : default_duration;
    size = (fields & kSize) != 0 ? in.u32() : default_size;
    flags = (fields & kFlags) != 0 ? in.u32() : default_flags;
    composition = (fields & kComposition) != 0 ? static_cast<std::int32_t>(in.u32()) : 0;
  }
};

Status Fmp4Checker::check(ByteView bytes) {
  const auto file = Boxes::read(bytes, "stream");
  if (!file) return fail(file.error());
  const BoxView* first = nullptr;
  for (const BoxView& box : file->all()) {
    if (first == nullptr) {
      if (box.type != flv::four_cc("emsg")) first = &box;
      continue;
    }
    if (auto status = take(*first, box); !status) return status;
    first = nullptr;
  }
  if (first != nullptr) return bad("stream: '{}' comes last", four_cc_text(first->type));
  return {};
}

Status Fmp4Checker::take(const BoxView& first, const BoxView& second) {
  if (first.type == flv::four_cc("ftyp") && second.type == flv::four_cc("moov")) {
    return take_init({first.whole.data(), first.whole.size() + second.whole.size()});
  }
  if (first.type == flv::four_cc("moof") && second.type == flv::four_cc("mdat")) {
    return take_fragment(first.whole, second.body);
  }
  return bad("stream: '{}' before '{}'", four_cc_text(first.type), four_cc_text(second.type));
}

Status Fmp4Checker::take_init(ByteView bytes) {
  auto tracks = check_init_segment(bytes);
  if (!tracks) return fail(tracks.error());
  std::vector<Lane> lanes;
  for (CheckedTrack& track : *tracks) {
    Lane lane;
    lane.track = std::move(track);
    if (const Lane* const before = find(lane.track.id); before != nullptr && before->end) {
      const std::uint64_t old_scale = before->track.timescale;
      const std::uint64_t new_scale = lane.track.timescale;
      lane.end =
          *before->end / old_scale * new_scale + *before->end % old_scale * new_scale / old_scale;
      lane.slack = before->slack + (old_scale == new_scale ? 0 : 1);
      lane.needs_sync = before->needs_sync || before->track.config != lane.track.config;
    }
    lanes.push_back(std::move(lane));
  }
  lanes_ = std::move(lanes);
  return {};
}

Status Fmp4Checker::take_fragment(ByteView moof, ByteView media) {
  const auto boxes = Boxes::read(moof.subspan(8), "moof");
  if (!boxes) return fail(boxes.error());
  if (auto status = take_sequence(*boxes); !status) return status;
  Run run{moof.size(), media};
  for (const BoxView& box : boxes->all()) {
    if (box.type != flv::four_cc("traf")) continue;
    if (auto status = take_traf(box.body, run); !status) return status;
  }
  if (run.media_taken != media.size()) {
    return bad("mdat: {} bytes, its samples have {}", media.size(), run.media_taken);
  }
  return {};
}

Status Fmp4Checker::take_sequence(const Boxes& moof) {
  const auto mfhd = moof.only("mfhd");
  if (!mfhd) return fail(mfhd.error());
  Cursor in{*mfhd};
  in.skip(4);
  const std::uint32_t sequence = in.u32();
  if (!in.done()) return bad("mfhd: wrong length");
  const bool next = from_ == From::kStart ? sequence == sequence_ + 1 : sequence > sequence_;
  if (!next) return bad("mfhd: sequence number {} after {}", sequence, sequence_);
  sequence_ = sequence;
  return {};
}

Status Fmp4Checker::take_traf(ByteView traf, Run& run) {
  const auto boxes = Boxes::read(traf, "traf");
  if (!boxes) return fail(boxes.error());
  const auto tfhd = boxes->only("tfhd");
  const auto tfdt = boxes->only("tfdt");
  const auto trun = boxes->only("trun");
  if (!tfhd) return fail(tfhd.error());
  if (!tfdt) return fail(tfdt.error());
  if (!trun) return fail(trun.error());

  Cursor in{*tfhd};
  const std::uint32_t flags = read_version_flags(in).flags;
  const std::uint32_t id = in.u32();
  Lane* const lane = find(id);
  if (lane == nullptr) return bad("tfhd: track {} is not in the init segment", id);
  if ((flags & kBaseIsMoof) == 0 || (flags & kBaseDataOffset) != 0) {
    return bad("tfhd: offsets do not count from the moof");
  }
  if ((flags & kDescription) != 0) in.skip(4);
  run.default_duration = (flags & kDefaultDuration) != 0 ? in.u32() : 0;
  run.default_size = (flags & kDefaultSize) != 0 ? in.u32() : 0;
  run.default_flags = (flags & kDefaultFlags) != 0 ? in.u32() : 0;
  if (!in.done()) return bad("tfhd: wrong length");

  Cursor time{*tfdt};
  const bool wide = read_version_flags(time).version == 1;
  run.dts = wide ? time.u64() : time.u32();
  if (!time.done() || !wide) return bad("tfdt: not 64 bits");
  return take_run(*trun, *lane, run);
}

Status Fmp4Checker::take_run(ByteView trun, Lane& lane, Run& run) {
  Cursor in{trun};
  const auto [version, fields] = read_version_flags(in);
  if (version != 1) return bad("trun: version {}, in which no composition is negative", version);
  const std::uint32_t count = in.u32();
  if ((fields & kDataOffset) == 0) return bad("trun: no data offset");
  const std::size_t offset = in.u32();
  if (offset != run.moof_bytes + 8 + run.media_taken) {
    return bad("trun: data offset {}, expected {}", offset, run.moof_bytes + 8 + run.media_taken);
  }
  std::optional<std::uint32_t> first_flags;
  if ((fields & kFirstFlags) != 0) first_flags = in.u32();
  for (std::uint32_t i = 0; i < count; ++i) {
    run.read_fields(in, fields);
    if (i == 0) run.flags = first_flags.value_or(run.flags);
    if (!in.ok()) return bad("trun: cut off");
    if (run.size > run.media.size() - run.media_taken) return bad("mdat: shorter than its samples");
    const ByteView sample = run.media.subspan(run.media_taken, run.size);
    run.media_taken += run.size;
    if (auto status = take_sample(sample, lane, run); !status) return status;
  }
  if (!in.done()) return bad("trun: wrong length");
  return {};
}

Status Fmp4Checker::take_sample(ByteView sample, Lane& lane, Run& run) {
  const std::uint32_t id = lane.track.id;
  if (run.duration == 0) return bad("track {}: sample without duration", id);
  if (sample.empty()) return bad("track {}: sample without bytes", id);
  if (lane.end && (run.dts + lane.slack < *lane.end || run.dts > *lane.end + lane.slack)) {
    return bad("track {}: sample at {}, the one before ended at {}", id, run.dts, *lane.end);
  }
  if (static_cast<std::int64_t>(run.dts) + run.composition < 0) {
    return bad("track {}: presented before 0", id);
  }
  const bool sync = (run.flags & kNonSync) == 0;
  if (lane.track.video) {
    const auto key = check_picture(sample, lane.track);
    if (!key) return fail(key.error());
    if (*key != sync) return bad("track {}: sync flag does not say what the picture is", id);
  } else if (!sync) {
    return bad("track {}: audio sample that is not sync", id);
  }
  if (lane.needs_sync && !sync) return bad("track {}: does not begin with a key frame", id);
  lane.needs_sync = false;
  lane.slack = 0;
  run.dts += run.duration;
  lane.end = run.dts;
  ++(lane.track.video ? video_ : audio_);
  return {};
}

Fmp4Checker::Lane* Fmp4Checker::find(std::uint32_t id) {
  const auto lane =
      std::find_if(lanes_.begin(), lanes_.end(), [&](const Lane& l) { return l.track.id == id; });
  return lane == lanes_.end() ? nullptr : &*lane;
}

std::string Fmp4Checker::mime() const {
  bool video = false;
  std::string codecs;
  for (const Lane& lane : lanes_) {
    video |= lane.track.video;
    codecs += (codecs.empty() ? "" : ",") + lane.track.codec;
  }
  return fmt::format("{}/mp4; codecs=\"{}\"", video ? "video" : "audio", codecs);
}

}  // namespace so::test
