#include "fmp4/batch.h"

#include <string>
#include <vector>

#include <doctest/doctest.h>
#include <fmt/format.h>

#include "fmp4/muxer.h"
#include "support/flv_file.h"
#include "support/fmp4_checker.h"

using namespace so;
using fmp4::Batches;
using fmp4::Cut;
using fmp4::TrackId;
using test::Fmp4Checker;

namespace {

fmp4::InitSegment tracks(bool video) {
  fmp4::InitSegment init;
  fmp4::Track track;
  track.id = TrackId::kVideo;
  track.timescale = 1000;
  if (video) init.tracks.push_back(track);
  track.id = TrackId::kAudio;
  track.timescale = 48000;
  init.tracks.push_back(track);
  return init;
}

/// The frames of a batch by their payload, "Kv a" for a key frame, a picture and sound.
std::string words(const fmp4::Batch& batch) {
  std::string text{as_text(batch.payload.bytes)};
  return fmt::format("{}:{}", batch.sequence, text);
}

/// Frames of one byte each.
struct BatchesTest {
  explicit BatchesTest(Cut cut, bool video = true, Batches::Limits limits = {})
      : batches(cut, limits), init(tracks(video)) {}

  Batches batches;
  fmp4::InitSegment init;
  fmp4::Gop gop;

  std::string key(std::uint64_t ms, std::uint32_t ticks = 40) {
    return add({.track = TrackId::kVideo, .dts = ms, .duration = ticks, .sync = true}, 'K');
  }
  std::string inter(std::uint64_t ms, std::uint32_t ticks = 40) {
    return add({.track = TrackId::kVideo, .dts = ms, .duration = ticks}, 'v');
  }
  std::string audio(std::uint64_t ms) {
    return add({.track = TrackId::kAudio, .dts = ms * 48, .duration = 1024, .sync = true}, 'a');
  }
  std::string add(fmp4::Sample sample, char payload) {
    sample.size = 1;
    const fmp4::Fragment frame{sample, fmp4::fragment_header(sample),
                               share({static_cast<std::uint8_t>(payload)})};
    gop.add(frame);
    std::string text;
    for (const fmp4::Batch& batch : batches.add(frame, init)) text += words(batch) + " ";
    return text;
  }
  std::string opening() {
    const auto& batch = batches.opening(gop);
    return batch ? words(*batch) : "none";
  }
  std::string flush() {
    const auto batch = batches.flush();
    return batch ? words(*batch) : "none";
  }
};

constexpr Cut kTenth{Cut::At::kTime, Millis{100}};
constexpr Cut kGop{Cut::At::kGop};

}  // namespace

TEST_CASE("batches: about so much time, pictures before sound, and as soon as it is full") {
  BatchesTest test{kTenth};
  CHECK(test.key(0).empty());
  CHECK(test.audio(0).empty());
  CHECK(test.inter(40).empty());
  CHECK(test.audio(21).empty());
  CHECK(test.inter(80) == "1:Kvvaa ");
  CHECK(test.audio(43).empty());
  CHECK(test.inter(120).empty());
}

TEST_CASE("batches: three of 30 pictures a second are a tenth of one") {
  BatchesTest test{kTenth};
  test.key(0, 33);
  test.inter(33, 33);
  CHECK(test.inter(66, 33) == "1:Kvv ");
}

TEST_CASE("batches: a key frame always begins one") {
  BatchesTest test{kTenth};
  test.key(0);
  CHECK(test.key(40) == "1:K ");
  CHECK(test.inter(80).empty());
  CHECK(test.flush() == "2:Kv");
  CHECK(test.flush() == "none");
}

TEST_CASE("batches: groups of pictures, with their sound") {
  BatchesTest test{kGop};
  test.key(0);
  for (std::uint64_t ms = 40; ms < 2000; ms += 40) CHECK(test.inter(ms).empty());
  CHECK(test.audio(1990).empty());
  const std::string group = "1:K" + std::string(49, 'v') + "a ";
  CHECK(test.key(2000) == group);
}

TEST_CASE("batches: a group that does not end does, and sound alone has a second") {
  BatchesTest endless{kGop};
  endless.key(0, 5000);
  CHECK(endless.inter(5000, 5000) == "1:Kv ");
  BatchesTest sound{kGop, false};
  std::string out;
  for (std::uint64_t ms = 0; out.empty() && ms < 5000; ms += 20) out = sound.audio(ms);
  CHECK(out == "1:" + std::string(50, 'a') + " ");
}

TEST_CASE("batches: too much ends too") {
  BatchesTest frames{kGop, true, {.frames = 3}};
  frames.key(0);
  frames.inter(40);
  CHECK(frames.inter(80) == "1:Kvv ");
  BatchesTest bytes{kGop, true, {.bytes = 2}};
  bytes.key(0);
  bytes.inter(40);
  CHECK(bytes.inter(80) == "1:Kv ");
}

TEST_CASE("batches: who joins gets the pictures up to where the next batch begins") {
  BatchesTest test{kTenth};
  CHECK(test.opening() == "none");
  test.key(0);
  CHECK(test.opening() == "none");  // it begins the next batch
  test.inter(40);
  test.inter(80);
  CHECK(test.opening() == "1:Kvv");
  test.inter(120);
  CHECK(test.opening() == "1:Kvv");
  const auto& samples = test.batches.opening(test.gop)->samples;
  CHECK(samples.front().dts == 117);  // squeezed, up to 120
  CHECK(samples.back().dts + samples.back().duration == 120);
  test.audio(130);
  test.inter(160);
  CHECK(test.inter(200) == "2:vvva ");
  CHECK(test.opening() == "2:Kvvvvv");
}

TEST_CASE("batches: who joins groups of pictures gets the last whole one") {
  BatchesTest test{kGop};
  test.key(0);
  test.inter(40);
  CHECK(test.opening() == "none");
  test.key(80);
  CHECK(test.opening() == "1:Kv");
  CHECK(test.batches.opening(test.gop)->samples.front().dts == 0);
  test.inter(120);
  CHECK(test.flush() == "2:Kv");  // the tracks change
  CHECK(test.opening() == "2:Kv");
  CHECK(test.batches.opening(test.gop)->samples.front().dts == 80);
}

TEST_CASE("batches: who is the first to want groups gets the pictures as they lie") {
  BatchesTest before{kGop};
  before.key(0);
  before.inter(40);
  Batches late{kGop};
  const auto& opening = late.opening(before.gop);
  REQUIRE(opening);
  CHECK(words(*opening) == "1:Kv");
  CHECK(opening->samples.back().dts == 40);
}

TEST_CASE("batches: a recording comes out flawless, from the start and for who joins anywhere") {
  for (const std::string name : {"h264_aac_160x90_1s", "h264_bframes_aac_160x90_2s"}) {
    for (const Cut cut : {kTenth, kGop, Cut{Cut::At::kTime, Millis{500}}}) {
      CAPTURE(name);
      fmp4::Muxer muxer;
      Batches batches{cut};
      std::vector<Fmp4Checker> viewers(1);
      std::size_t frames = 0;
      const auto give = [&](ByteView bytes) {
        for (auto& viewer : viewers) {
          const auto verdict = viewer.check(bytes);
          REQUIRE_MESSAGE(verdict, verdict.error().text);
        }
      };
      const auto bytes_of = [](const fmp4::Batch& batch) {
        Bytes bytes = fmp4::fragment_header(batch.samples, batch.sequence);
        bytes.insert(bytes.end(), batch.payload.bytes.begin(), batch.payload.bytes.end());
        return bytes;
      };
      const auto tags = test::flv_tags(name);  // the payloads stay there
      for (const auto& tag : tags) {
        for (const fmp4::Event& event : muxer.feed(tag.view(), nullptr, {})) {
          if (const auto* init = std::get_if<fmp4::InitSegment>(&event)) give(init->bytes);
          const auto* const frame = std::get_if<fmp4::Fragment>(&event);
          if (frame == nullptr) continue;
          ++frames;
          for (const auto& batch : batches.add(*frame, *muxer.init())) give(bytes_of(batch));
        }
        if (muxer.init() == nullptr) continue;
        const auto& opening = batches.opening(muxer.gop());
        if (!opening) continue;
        auto& joining = viewers.emplace_back(Fmp4Checker::From::kJoin);
        REQUIRE(joining.check(muxer.init()->bytes));
        const auto verdict = joining.check(bytes_of(*opening));
        REQUIRE_MESSAGE(verdict, verdict.error().text);
      }
      if (const auto rest = batches.flush()) give(bytes_of(*rest));
      CHECK(viewers.front().samples(true) + viewers.front().samples(false) == frames);
    }
  }
}
