#include "viewer.h"

#include <algorithm>
#include <cmath>

#include "messages.h"

namespace so::fmp4serve {
namespace {

std::uint32_t timescale_of(fmp4::TrackId id, const fmp4::InitSegment& init) {
  const auto track = std::find_if(init.tracks.begin(), init.tracks.end(),
                                  [&](const fmp4::Track& t) { return t.id == id; });
  return track == init.tracks.end() ? 1000 : track->timescale;
}

bool has_video(const fmp4::InitSegment& init) {
  return std::any_of(init.tracks.begin(), init.tracks.end(),
                     [](const fmp4::Track& t) { return t.id == fmp4::TrackId::kVideo; });
}

// A picture begins at a key frame; sound alone begins anywhere.
bool may_start(const fmp4::Fragment& fragment, const fmp4::InitSegment& init) {
  return !has_video(init) ||
         (fragment.sample.track == fmp4::TrackId::kVideo && fragment.sample.sync);
}

}  // namespace

double seconds(const fmp4::Sample& sample, const fmp4::InitSegment& init) {
  return static_cast<double>(sample.dts) / timescale_of(sample.track, init);
}

void Viewer::tell(std::string_view json) {
  if (dialect_ == Dialect::kRich) send(net::Frame::text(json));
}

void Viewer::metadata(std::string_view rich_json, std::string_view plain_json) {
  send(dialect_ == Dialect::kRich ? net::Frame::text(rich_json)
                                  : net::Frame::binary(as_bytes(plain_json)));
}

void Viewer::fragment(const SharedFragment& next, const fmp4::InitSegment& init) {
  const double time = seconds(next.fragment.sample, init);
  if (!started_) {
    if (!may_start(next.fragment, init)) return;
    started_ = true;
    if (skipped_from_) tell(skipped_message(*skipped_from_, time));
  }
  if (init_version_ != init.version) send_init(init, time);
  if (dialect_ == Dialect::kPlain) {
    send_plain(next.fragment, init);
  } else {
    send(next.frame);
  }
  if (started_) {
    skipped_from_.reset();
  } else if (!skipped_from_) {
    skipped_from_ = time;
  }
}

void Viewer::send_init(const fmp4::InitSegment& init, double start) {
  init_version_ = init.version;
  tell(init_message(stream_, init, start));
  send(net::Frame::binary(init.bytes));
}

// Its clock begins at zero: browsers do not start by themselves elsewhere, and its page does not
// know how to.
void Viewer::send_plain(const fmp4::Fragment& fragment, const fmp4::InitSegment& init) {
  fmp4::Sample sample = fragment.sample;
  if (!base_) base_ = seconds(sample, init);
  const auto base =
      static_cast<std::uint64_t>(std::llround(*base_ * timescale_of(sample.track, init)));
  if (sample.dts < base) return;  // sound from before the first picture
  sample.dts -= base;
  sample.sequence = ++sequence_;
  send(net::Frame::binary_shared({fmp4::fragment_header(sample)}, fragment.payload));
}

// What waits for a viewer that cannot keep up is old already: it is dropped, up to the next key
// frame.
void Viewer::send(const net::Frame& frame) {
  if (server_.send(id_, frame) != net::Sent::kFull) return;
  server_.discard_unsent(id_);
  started_ = false;
  init_version_ = 0;  // an init segment may have been among what was dropped
}

}  // namespace so::fmp4serve
