#include "viewer.h"

#include <algorithm>
#include <cmath>
#include <utility>
#include <vector>

#include "fmp4/event_message.h"
#include "fmp4/still.h"
#include "messages.h"

namespace so::fmp4serve {
namespace {

// A picture begins at a key frame; sound alone begins anywhere.
bool may_start(const fmp4::Sample& first, const fmp4::InitSegment& init) {
  return !init.has_video() || (first.track == fmp4::TrackId::kVideo && first.sync);
}

std::uint64_t milliseconds(double seconds) {
  return static_cast<std::uint64_t>(std::llround(seconds * 1000));
}

// What is left of a piece for one viewer, on its own clock.
struct Rebased {
  std::vector<fmp4::Sample> samples;
  SharedView payload;
  bool ends = false;  // more of it lies beyond the end
};

// Sound from before the beginning goes, and all from the end on; both in seconds.
Rebased rebased(const Piece& piece, const fmp4::InitSegment& init, double base,
                std::optional<double> end) {
  Rebased out;
  std::vector<ByteView> kept;
  std::size_t at = 0;
  for (fmp4::Sample sample : piece.samples) {
    const ByteView bytes = piece.payload.bytes.subspan(at, sample.size);
    at += sample.size;
    const std::uint32_t timescale = init.timescale_of(sample.track);
    const auto zero = static_cast<std::uint64_t>(std::llround(base * timescale));
    const bool early = sample.dts < zero;
    const bool late = !early && end && static_cast<double>(sample.dts - zero) / timescale >= *end;
    out.ends |= late;
    if (early || late) continue;
    sample.dts -= zero;
    out.samples.push_back(sample);
    kept.push_back(bytes);
  }
  if (kept.size() == piece.samples.size()) {
    out.payload = piece.payload;
    return out;
  }
  Bytes payload;
  for (const ByteView bytes : kept) payload.insert(payload.end(), bytes.begin(), bytes.end());
  out.payload = share(std::move(payload));
  return out;
}

}  // namespace

double seconds(const fmp4::Sample& sample, const fmp4::InitSegment& init) {
  return static_cast<double>(sample.dts) / init.timescale_of(sample.track);
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

void Viewer::fragment(const Piece& next, const fmp4::InitSegment& init) {
  if (paused_ || ended_) return;
  const double time = seconds(next.first(), init);
  if (!started_) {
    if (!may_start(next.first(), init)) return;
    if (watching_.dialect == Dialect::kStill) return send_still(next, init);
    started_ = true;
    if (skipped_from_) tell(skipped_message(*skipped_from_, time));
  }
  const bool begins = init_version_ != init.version && send_init(init, next);
  const Description* const description = begins ? next.description : nullptr;
  if (watching_.dialect == Dialect::kRich) {
    send_rich(next, init, description);
  } else {
    send_rebased(next, init, description);
  }
  if (started_) {
    skipped_from_.reset();
  } else if (!skipped_from_) {
    skipped_from_ = time;
  }
}

bool Viewer::send_init(const fmp4::InitSegment& init, const Piece& next) {
  const bool first = std::exchange(init_version_, init.version) == 0;
  if (watching_.dialect == Dialect::kFile) {
    if (!first) {
      end();
      return false;
    }
    server_.reply(id_, {.content_type = "video/mp4", .chunked = true});
    send(chunk({init.bytes}, {}));
    return true;
  }
  tell(init_message(watching_.stream, init, seconds(next.first(), init), next.timestamp));
  send(net::Frame::binary(init.bytes));
  return first;
}

void Viewer::send_rich(const Piece& piece, const fmp4::InitSegment& init,
                       const Description* description) {
  if (description == nullptr) return send(piece.frame);
  const double time = seconds(piece.first(), init);
  tell(metadata_message(time, description->timestamp, description->json));
  const Bytes box = fmp4::event_message(description->at(milliseconds(time)));
  send(net::Frame::binary_shared({box, piece.events, piece.header}, piece.payload));
}

// Its clock begins at zero: browsers do not start by themselves elsewhere, and its page does not
// know how to.
void Viewer::send_rebased(const Piece& piece, const fmp4::InitSegment& init,
                          const Description* description) {
  if (ended_) return;
  if (!base_) base_ = seconds(piece.first(), init);
  const Rebased left = rebased(piece, init, *base_, watching_.seconds);
  if (!left.samples.empty()) {
    const Bytes header = fmp4::fragment_header(left.samples, ++sequence_);
    if (watching_.dialect == Dialect::kPlain) {
      send(net::Frame::binary_shared({header}, left.payload));
    } else {
      Bytes events;
      if (description != nullptr) events = fmp4::event_message(description->at(0));
      const Bytes since = fmp4::earlier(piece.events, milliseconds(*base_));
      send(chunk({events, since, header}, left.payload));
    }
  }
  if (left.ends) end();
}

void Viewer::send_still(const Piece& piece, const fmp4::InitSegment& init) {
  if (!init.has_video()) return;
  const SharedView picture{piece.payload.owner, piece.payload.bytes.first(piece.first().size)};
  const Bytes file = fmp4::still(init, {piece.first(), {}, picture});
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
  if (std::exchange(started_, false)) ++counts_.skips;
  if (watching_.dialect == Dialect::kFile) return;
  server_.discard_unsent(id_);
  init_version_ = 0;  // an init segment may have been among what was dropped
}

}  // namespace so::fmp4serve
