#include "fmp4/muxer.h"

#include <algorithm>
#include <array>
#include <limits>
#include <utility>

#include "fmp4/init_segment.h"

namespace so::fmp4 {
namespace {

constexpr std::array kTracks{TrackId::kVideo, TrackId::kAudio};

TrackId track_of(flv::TagType type) {
  return type == flv::TagType::kVideo ? TrackId::kVideo : TrackId::kAudio;
}
flv::TagType type_of(TrackId track) {
  return track == TrackId::kVideo ? flv::TagType::kVideo : flv::TagType::kAudio;
}
TrackId other(TrackId track) {
  return track == TrackId::kVideo ? TrackId::kAudio : TrackId::kVideo;
}

bool same_kinds(const std::vector<Track>& a, const std::vector<Track>& b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(), [](const Track& x, const Track& y) {
    return x.id == y.id && x.entry == y.entry;
  });
}

}  // namespace

std::uint32_t InitSegment::timescale_of(TrackId id) const {
  const auto track =
      std::find_if(tracks.begin(), tracks.end(), [&](const Track& t) { return t.id == id; });
  return track == tracks.end() ? kVideoTimescale : track->timescale;
}

bool InitSegment::has_video() const {
  return std::any_of(tracks.begin(), tracks.end(),
                     [](const Track& t) { return t.id == TrackId::kVideo; });
}

Muxer::Muxer(const Options& options)
    : options_(options), opening_(options.opening), gop_(options.gop) {}

std::span<const Event> Muxer::feed(const flv::Tag& tag, const std::shared_ptr<const void>& owner,
                                   TimePoint now) {
  events_.clear();
  if (opened_) opening_.forget();
  if (tag.type == flv::TagType::kScript) return {};
  const TrackId id = track_of(tag.type);
  const auto packet = flv::read_packet(tag);
  if (!packet) {
    complain(id, packet.error());
    return events_;
  }
  auto frame = lane(id).input.read(*packet, tag.timestamp, owner);
  if (!frame) {
    complain(id, frame.error());
  } else if (*frame) {
    take(std::move(**frame), now);
  }
  return events_;
}

std::span<const Event> Muxer::tick(TimePoint now) {
  events_.clear();
  const auto due = deadline();
  if (due && now >= *due) open(now);
  return events_;
}

void Muxer::lost() {
  awaiting_key_ = true;
  opening_.forget();
}

void Muxer::restart() {
  video_.input = Input{TrackId::kVideo};
  audio_.input = Input{TrackId::kAudio};
  video_.version = audio_.version = 0;
  video_.complained = audio_.complained = false;
  opening_ = Opening{options_.opening};
  opened_ = false;
  changes_ = 0;
  timeline_.restart();
  awaiting_key_ = true;
  reorders_ = false;
}

std::optional<std::int64_t> Muxer::media_time(std::uint32_t timestamp) const {
  return timeline_.locate(timestamp);
}

std::optional<std::int64_t> Muxer::publisher_time(std::int64_t media_ms) const {
  return timeline_.publisher_time(media_ms);
}

void Muxer::complain(TrackId id, const Error& error) {
  if (id == TrackId::kVideo) lost();  // later frames refer to this one
  if (lane(id).complained) return;
  lane(id).complained = true;
  events_.emplace_back(Notice{id, error.text});
}

void Muxer::take(Frame frame, TimePoint now) {
  lane(frame.track).complained = false;
  if (opened_) return put(std::move(frame), now);
  const unsigned changes = video_.input.changes() + audio_.input.changes();
  if (changes != changes_) opening_.forget();
  changes_ = changes;
  const bool hope_for_other = lane(other(frame.track)).input.is_supported();
  if (opening_.add(frame, hope_for_other, now)) open(now);
}

void Muxer::open(TimePoint now) {
  opened_ = true;
  for (const TrackId id : kTracks) {
    lane(id).heard.reset();
    if (opening_.heard(id)) {
      enter(id);
    } else {
      leave(id);
    }
  }
  for (const Frame& frame : opening_.kept()) put(frame, now);
}

void Muxer::put(Frame frame, TimePoint now) {
  const auto point = timeline_.place(type_of(frame.track), frame.timestamp, now);
  lane(frame.track).heard = point.ms;
  if (point.jumped) {
    events_.emplace_back(Discontinuity{point.ms, frame.timestamp});
    awaiting_key_ = true;
  }
  if (point.ms < 0 || !admit(frame)) return;
  enter(frame.track);
  leave_if_silent(other(frame.track), point.ms);
  if (stale_) emit_init();
  emit(std::move(frame), point.ms);
}

bool Muxer::admit(const Frame& frame) {
  if (frame.track != TrackId::kVideo) return true;
  if (!frame.sync && (awaiting_key_ || video_.changed())) return false;
  awaiting_key_ = false;
  return true;
}

void Muxer::enter(TrackId id) {
  Lane& entering = lane(id);
  const bool changed = entering.changed();
  entering.version = entering.input.version();
  if (!changed) return;
  entering.track = *entering.input.track();
  stale_ = true;
  if (id == TrackId::kAudio) audio_clock_.set_rate(entering.track->timescale);
}

void Muxer::leave(TrackId id) {
  Lane& leaving = lane(id);
  if (!leaving.track) return;
  leaving.forget_track();
  leaving.heard.reset();
  stale_ = true;
  if (id == TrackId::kVideo) {
    video_clock_.restart();
    gop_.clear();
    awaiting_key_ = true;
  } else {
    audio_clock_.restart();
  }
}

void Muxer::leave_if_silent(TrackId id, std::int64_t now_ms) {
  Lane& quiet = lane(id);
  if (!quiet.heard) quiet.heard = now_ms;
  if (now_ms - *quiet.heard > options_.silence.count()) leave(id);
}

void Muxer::emit_init() {
  InitSegment next;
  next.version = init_ ? init_->version + 1 : 1;
  for (const TrackId id : kTracks) {
    if (lane(id).track) next.tracks.push_back(*lane(id).track);
  }
  next.same_tracks = init_ && same_kinds(init_->tracks, next.tracks);
  next.mime = mime_type(next.tracks);
  next.bytes = init_segment(next.tracks);
  init_ = next;
  stale_ = false;
  events_.emplace_back(std::move(next));
}

void Muxer::emit(Frame frame, std::int64_t ms) {
  const auto slot = place(frame, ms);
  if (!slot) return;
  const Sample sample{.track = frame.track,
                      .sequence = ++sequence_,
                      .dts = slot->begin,
                      .duration = slot->duration,
                      .composition = composition(frame, ms, *slot),
                      .sync = frame.sync,
                      .size = static_cast<std::uint32_t>(frame.payload.bytes.size())};
  events_.emplace_back(Fragment{sample, fragment_header(sample), std::move(frame.payload)});
  gop_.add(std::get<Fragment>(events_.back()));
}

std::optional<Slot> Muxer::place(const Frame& frame, std::int64_t ms) {
  if (frame.track == TrackId::kVideo) return video_clock_.place(ms);
  return audio_clock_.place(ms, frame.samples);
}

// Without B-frames a picture is shown when it is decoded: what the clock evened out stays even.
// With them the publisher's order counts, so presentation times are the publisher's exactly.
std::int32_t Muxer::composition(const Frame& frame, std::int64_t ms, const Slot& slot) {
  if (frame.composition != 0) reorders_ = true;
  if (frame.track != TrackId::kVideo || !reorders_) return 0;
  constexpr std::int64_t kMax = std::numeric_limits<std::int32_t>::max();
  const std::int64_t presentation = std::max<std::int64_t>(ms + frame.composition, 0);
  const std::int64_t offset = presentation - static_cast<std::int64_t>(slot.begin);
  return static_cast<std::int32_t>(std::clamp(offset, -kMax, kMax));
}

}  // namespace so::fmp4
