#include "fmp4/gop.h"

#include <algorithm>

namespace so::fmp4 {
namespace {

std::int64_t presentation(const Sample& sample) {
  return static_cast<std::int64_t>(sample.dts) + sample.composition;
}

}  // namespace

void Gop::add(const Fragment& fragment) {
  if (fragment.sample.track != TrackId::kVideo) return;
  if (fragment.sample.sync) clear();
  if (frames_.empty() && !fragment.sample.sync) return;
  if (frames_.size() == limits_.frames || bytes_ + fragment.payload.bytes.size() > limits_.bytes) {
    return clear();
  }
  frames_.push_back({fragment.sample, fragment.payload});
  bytes_ += fragment.payload.bytes.size();
}

void Gop::clear() {
  frames_.clear();
  bytes_ = 0;
}

// Frame i of n is decoded at end - (n - i), and those that were to be shown before the end are
// shown at 1 ms distances, in their order, before the end. Of B-frame streams the last ones are
// still to be shown: they keep their time. A frame has at least 1 ms, so nothing is before 0.
std::vector<Fragment> Gop::burst(std::size_t without) const {
  std::vector<Fragment> burst;
  const std::span<const Frame> frames = all_but(without);
  if (frames.empty()) return burst;
  const Sample& last = frames.back().sample;
  const auto end = static_cast<std::int64_t>(last.dts + last.duration);
  std::vector<std::int64_t> past;
  for (const Frame& frame : frames) {
    if (presentation(frame.sample) < end) past.push_back(presentation(frame.sample));
  }
  std::sort(past.begin(), past.end());
  auto dts = end - static_cast<std::int64_t>(frames.size());
  for (const Frame& frame : frames) {
    const auto rank = std::lower_bound(past.begin(), past.end(), presentation(frame.sample));
    const std::int64_t shown =
        rank == past.end() ? presentation(frame.sample) : end - (past.end() - rank);
    Sample sample = frame.sample;
    sample.dts = static_cast<std::uint64_t>(dts);
    sample.duration = 1;
    sample.composition = static_cast<std::int32_t>(shown - dts);
    burst.push_back({sample, fragment_header(sample), frame.payload});
    ++dts;
  }
  return burst;
}

std::vector<Fragment> Gop::frames(std::size_t without) const {
  std::vector<Fragment> all;
  for (const Frame& frame : all_but(without)) {
    all.push_back({frame.sample, fragment_header(frame.sample), frame.payload});
  }
  return all;
}

std::span<const Gop::Frame> Gop::all_but(std::size_t last) const {
  return std::span{frames_}.first(frames_.size() - std::min(frames_.size(), last));
}

}  // namespace so::fmp4
