#include "viewer.h"

#include <algorithm>
#include <cmath>
#include <utility>

#include "fmp4/still.h"
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
  if (watching_.dialect == Dialect::kRich) send(net::Frame::text(json));
}

void Viewer::metadata(std::string_view rich_json, std::string_view plain_json) {
  if (watching_.dialect == Dialect::kRich) send(net::Frame::text(rich_json));
  if (watching_.dialect == Dialect::kPlain) send(net::Frame::binary(as_bytes(plain_json)));
}

void Viewer::offline() {
  if (watching_.dialect == Dialect::kFile && in_body_) return end();
  tell(end_message());
}

void Viewer::pong(std::uint64_t utc_seconds) {
  const std::string text = plain_metadata(static_cast<double>(utc_seconds), "sync");
  if (watching_.dialect == Dialect::kPlain) send(net::Frame::binary(as_bytes(text)));
}

void Viewer::snapshot(const fmp4::InitSegment* init, const fmp4::Fragment* key) {
  if (init == nullptr || key == nullptr) return tell(error_message("no_picture"));
  const Bytes file = fmp4::still(*init, *key);
  tell(snapshot_message(fmp4::still_mime(*init), file.size()));
  send(net::Frame::binary(file));
}

void Viewer::fragment(const SharedFragment& next, const fmp4::InitSegment& init) {
  if (paused_ || ended_) return;
  const double time = seconds(next.fragment.sample, init);
  if (!started_) {
    if (!may_start(next.fragment, init)) return;
    if (watching_.dialect == Dialect::kStill) return send_still(next.fragment, init);
    started_ = true;
    if (skipped_from_) tell(skipped_message(*skipped_from_, time));
  }
  if (init_version_ != init.version) send_init(init, time);
  if (watching_.dialect == Dialect::kRich) {
    send(next.frame);
  } else {
    send_rebased(next.fragment, init);
  }
  if (started_) {
    skipped_from_.reset();
  } else if (!skipped_from_) {
    skipped_from_ = time;
  }
}

void Viewer::send_init(const fmp4::InitSegment& init, double start) {
  const bool first = std::exchange(init_version_, init.version) == 0;
  if (watching_.dialect == Dialect::kFile) {
    if (!first) return end();
    server_.reply(id_, {.content_type = "video/mp4", .chunked = true});
    return send(chunk({init.bytes}, {}));
  }
  tell(init_message(watching_.stream, init, start));
  send(net::Frame::binary(init.bytes));
}

// Its clock begins at zero: browsers do not start by themselves elsewhere, and its page does not
// know how to.
void Viewer::send_rebased(const fmp4::Fragment& fragment, const fmp4::InitSegment& init) {
  if (ended_) return;
  fmp4::Sample sample = fragment.sample;
  if (!base_) base_ = seconds(sample, init);
  const auto base =
      static_cast<std::uint64_t>(std::llround(*base_ * timescale_of(sample.track, init)));
  if (sample.dts < base) return;  // sound from before the first picture
  sample.dts -= base;
  sample.sequence = ++sequence_;
  const auto header = fmp4::fragment_header(sample);
  if (watching_.dialect == Dialect::kPlain) {
    return send(net::Frame::binary_shared({header}, fragment.payload));
  }
  if (watching_.seconds && seconds(sample, init) >= *watching_.seconds) return end();
  send(chunk({header}, fragment.payload));
}

void Viewer::send_still(const fmp4::Fragment& fragment, const fmp4::InitSegment& init) {
  if (!has_video(init)) return;
  const Bytes file = fmp4::still(init, fragment);
  ended_ = true;
  server_.reply(id_, {.content_type = "video/mp4", .body = to_text(file)});
}

net::Frame Viewer::chunk(std::initializer_list<ByteView> head, SharedView tail) {
  return net::Frame::chunk(!std::exchange(in_body_, true), head, std::move(tail));
}

void Viewer::end() {
  ended_ = true;
  server_.close(id_, net::close_code::kNormal, "");
}

// What waits for a viewer that cannot keep up is old already: it is dropped, up to the next key
// frame. Of a file only what comes next is: its beginning may be among what waits.
void Viewer::send(const net::Frame& frame) {
  if (server_.send(id_, frame) != net::Sent::kFull) return;
  started_ = false;
  if (watching_.dialect == Dialect::kFile) return;
  server_.discard_unsent(id_);
  init_version_ = 0;  // an init segment may have been among what was dropped
}

}  // namespace so::fmp4serve
