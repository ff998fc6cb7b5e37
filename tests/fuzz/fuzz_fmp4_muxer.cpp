// Whatever tags come at whatever times, everything that comes out passes the strict checker: for
// the viewer who was there from the start, frame by frame and in larger fragments, and for one who
// joins with a burst.
//
// record  what:8 time:16, signed ms since the record before | raw bodies: size:8 body
#include <algorithm>
#include <array>
#include <cstdio>
#include <cstdlib>
#include <optional>
#include <span>

#include "base/cursor.h"
#include "fmp4/batch.h"
#include "fmp4/muxer.h"
#include "support/fmp4_checker.h"
#include "support/hex.h"

using namespace so;
using flv::TagType;
using test::Fmp4Checker;

namespace {

struct Body {
  TagType type;
  Bytes bytes;
};
const std::array<Body, 12> bodies{{
    {TagType::kVideo,
     test::from_hex("17 00 000000 0164000bffe100196764000bf3650b378f9f016c80000003008000"
                    "0019078a14cb01000568ebe3cb20")},
    {TagType::kVideo,
     test::from_hex("17 00 000000 014d401effe10018674d401eeca05017fcb80880000003008000"
                    "001e078b16cb01000568ebe3cb20")},
    {TagType::kAudio, test::from_hex("af 00 1190")},
    {TagType::kAudio, test::from_hex("af 00 1208")},
    {TagType::kVideo, test::from_hex("17 01 000000 00000003 658884")},
    {TagType::kVideo, test::from_hex("27 01 000000 00000002 419a")},
    {TagType::kVideo, test::from_hex("27 01 000042 00000002 0910 00000002 419a")},
    {TagType::kAudio, test::from_hex("af 01 2110")},
    {TagType::kVideo, test::from_hex("90 68766331 01")},
    {TagType::kVideo, test::from_hex("27 01 000000 00000009 41")},
    {TagType::kAudio, test::from_hex("2f fffb")},
    {TagType::kScript, test::from_hex("02")},
}};

void require(const Status& status) {
  if (!status) {
    std::fputs(status.error().text.c_str(), stderr);
    std::abort();
  }
}

/// One stream, a viewer from the start, and one who joined at some time.
class Viewed {
 public:
  void feed(TagType type, std::uint32_t timestamp, ByteView body, TimePoint now) {
    const SharedView shared = share(to_bytes(body));
    take(muxer_.feed({type, timestamp, shared.bytes}, shared.owner, now));
  }
  void tick(TimePoint now) {
    if (const auto due = muxer_.deadline(); due && *due <= now) take(muxer_.tick(now));
  }
  void join() {
    if (muxer_.init() == nullptr) return;
    late_.emplace(Fmp4Checker::From::kJoin);
    require(late_->check(muxer_.init()->bytes));
    const auto burst = muxer_.burst();
    for (const fmp4::Fragment& f : burst) require(late_->check(fmp4::to_bytes(f)));
    late_waits_ = burst.empty();
  }
  fmp4::Muxer& muxer() { return muxer_; }

 private:
  void take(std::span<const fmp4::Event> events) {
    for (const fmp4::Event& event : events) {
      if (const auto* init = std::get_if<fmp4::InitSegment>(&event)) take(*init);
      if (const auto* fragment = std::get_if<fmp4::Fragment>(&event)) take(*fragment);
    }
  }
  void take(const fmp4::Batch& batch) {
    Bytes bytes = fmp4::fragment_header(batch.samples, batch.sequence);
    bytes.insert(bytes.end(), batch.payload.bytes.begin(), batch.payload.bytes.end());
    require(batched_.check(bytes));
  }
  void take(const fmp4::InitSegment& init) {
    if (const auto batch = batches_.flush()) take(*batch);
    require(batched_.check(init.bytes));
    require(early_.check(init.bytes));
    if (early_.mime() != init.mime) std::abort();
    if (!init.same_tracks) late_.reset();
    if (late_) require(late_->check(init.bytes));
  }
  void take(const fmp4::Fragment& fragment) {
    require(early_.check(fmp4::to_bytes(fragment)));
    for (const fmp4::Batch& batch : batches_.add(fragment, *muxer_.init())) take(batch);
    const bool video = fragment.sample.track == fmp4::TrackId::kVideo;
    if (video && fragment.sample.sync) late_waits_ = false;
    if (late_ && !(video && late_waits_)) require(late_->check(fmp4::to_bytes(fragment)));
  }

  fmp4::Muxer muxer_{{.opening = {.bytes = 4096}, .gop = {.bytes = 4096, .frames = 50}}};
  fmp4::Batches batches_{{fmp4::Cut::At::kTime, Millis{100}}, {.bytes = 4096, .frames = 20}};
  Fmp4Checker early_;
  Fmp4Checker batched_;
  std::optional<Fmp4Checker> late_;
  bool late_waits_ = false;
};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  Viewed stream;
  TimePoint now;
  std::uint32_t timestamp = 0;
  Cursor in{{data, size}};
  while (in.left() > 2) {
    const std::size_t what = in.u8() % 24;
    const auto step = static_cast<std::int16_t>(in.u16());
    timestamp += static_cast<std::uint32_t>(step);
    now += Millis{what % 2 == 0 ? 0 : 20};
    stream.tick(now);
    if (what < bodies.size()) {
      stream.feed(bodies.at(what).type, timestamp, bodies.at(what).bytes, now);
    } else if (what == 12 || what == 13) {
      const ByteView body = in.bytes(std::min<std::size_t>(in.u8(), in.left()));
      stream.feed(what == 12 ? TagType::kVideo : TagType::kAudio, timestamp, body, now);
    } else if (what == 14) {
      stream.muxer().lost();
    } else if (what == 15) {
      stream.muxer().restart();
    } else if (what == 16) {
      stream.join();
    } else if (what == 17) {
      timestamp = static_cast<std::uint32_t>(step) << 16U;
    } else {
      stream.feed(TagType::kVideo, timestamp, bodies.at(what % 2 == 0 ? 4 : 5).bytes, now);
    }
  }
  return 0;
}
