#include "fmp4/batch.h"

#include <algorithm>
#include <utility>

namespace so::fmp4 {
namespace {

constexpr std::int64_t kUs = 1'000'000;

std::int64_t to_us(std::uint64_t ticks, std::uint32_t timescale) {
  return static_cast<std::int64_t>(ticks) * kUs / timescale;
}

std::int64_t to_us(Millis time) {
  return std::chrono::duration_cast<std::chrono::microseconds>(time).count();
}

bool is_key(const Sample& sample) {
  return sample.track == TrackId::kVideo && sample.sync;
}

}  // namespace

Batch make_batch(std::span<const Fragment> frames, std::uint32_t sequence) {
  Batch batch{.sequence = sequence};
  Bytes payload;
  for (const TrackId track : {TrackId::kVideo, TrackId::kAudio}) {
    for (const Fragment& frame : frames) {
      if (frame.sample.track != track) continue;
      batch.samples.push_back(frame.sample);
      payload.insert(payload.end(), frame.payload.bytes.begin(), frame.payload.bytes.end());
    }
  }
  batch.payload = share(std::move(payload));
  return batch;
}

std::vector<Batch> Batches::add(const Fragment& frame, const InitSegment& init) {
  std::vector<Batch> done;
  video_ = init.has_video();
  if (ends_before(frame)) {
    done.push_back(*flush());
    if (cut_.at == Cut::At::kGop && is_key(done.back().samples.front())) last_ = done.back();
  }
  const std::uint32_t timescale = init.timescale_of(frame.sample.track);
  if (!begin_us_) begin_us_ = end_us_ = to_us(frame.sample.dts, timescale);
  end_us_ = std::max(end_us_, to_us(frame.sample.dts + frame.sample.duration, timescale));
  waiting_.push_back(frame);
  bytes_ += frame.payload.bytes.size();
  pictures_ += frame.sample.track == TrackId::kVideo ? 1 : 0;
  if (is_full()) done.push_back(*flush());
  return done;
}

bool Batches::ends_before(const Fragment& frame) const {
  if (waiting_.empty()) return false;
  return is_key(frame.sample) || bytes_ + frame.payload.bytes.size() > limits_.bytes;
}

// Less than a millisecond to go is there: of 30 pictures a second, three are 99 ms or 100.
bool Batches::is_full() const {
  if (waiting_.size() >= limits_.frames || length() >= to_us(limits_.length)) return true;
  if (cut_.at == Cut::At::kTime) return length() + kUs / 1000 >= to_us(cut_.every);
  return cut_.at == Cut::At::kFrame || (!video_ && length() >= kUs);
}

std::int64_t Batches::length() const {
  return end_us_ - begin_us_.value_or(end_us_);
}

std::optional<Batch> Batches::flush() {
  if (waiting_.empty()) return std::nullopt;
  Batch batch = make_batch(waiting_, ++sequence_);
  waiting_.clear();
  bytes_ = pictures_ = 0;
  begin_us_ = end_us_;
  opened_ = false;
  last_.reset();
  return batch;
}

const std::optional<Batch>& Batches::opening(const Gop& gop) {
  if (last_) return last_;
  if (std::exchange(opened_, true)) return opening_;
  const bool squeezed = cut_.at == Cut::At::kTime;
  const auto pictures = squeezed ? gop.burst(pictures_) : gop.frames(pictures_);
  opening_.reset();
  if (pictures.empty()) return opening_;
  if (sequence_ == 0) sequence_ = 1;  // before the first batch nothing has that number
  opening_ = make_batch(pictures, sequence_);
  return opening_;
}

}  // namespace so::fmp4
