#include "fmp4/opening.h"

namespace so::fmp4 {

bool Opening::add(const Frame& frame, bool hope_for_other, TimePoint now) {
  const bool video = frame.track == TrackId::kVideo;
  video_coming_ |= video;
  if (video && !video_ && !frame.sync) return false;  // cannot be decoded
  (video ? video_ : audio_) = true;
  if (!first_) first_ = First{frame.timestamp, now};
  const bool decided = decide(frame, hope_for_other, now);
  if (video_ || decided) {
    kept_.push_back(frame);
    bytes_ += sizeof(Frame) + frame.payload.bytes.size();
  }
  return decided;
}

bool Opening::decide(const Frame& frame, bool hope_for_other, TimePoint now) const {
  if ((video_ && audio_) || !hope_for_other || bytes_ > options_.bytes) return true;
  const bool key_awaited = !video_ && video_coming_;
  return waited(key_awaited ? options_.key_within : options_.both_within, frame.timestamp, now);
}

bool Opening::waited(Millis limit, std::uint32_t timestamp, TimePoint now) const {
  const Millis media{static_cast<std::int32_t>(timestamp - first_->timestamp)};
  return now - first_->when >= limit || media >= limit;
}

std::optional<TimePoint> Opening::deadline() const {
  if (!video_) return std::nullopt;
  return first_->when + options_.both_within;
}

void Opening::forget() {
  kept_.clear();
  bytes_ = 0;
  video_ = false;
}

bool Opening::heard(TrackId track) const {
  return track == TrackId::kVideo ? video_ : audio_;
}

}  // namespace so::fmp4
