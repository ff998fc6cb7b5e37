#include "fmp4/gop.h"

#include <doctest/doctest.h>
#include <fmt/format.h>

#include "support/hex.h"

using namespace so;
using fmp4::Fragment;
using fmp4::Gop;
using fmp4::Sample;
using fmp4::TrackId;

namespace {

Fragment video(std::uint64_t dts, std::uint32_t duration, bool sync, ByteView payload,
               int cts = 0) {
  const Sample sample{.track = TrackId::kVideo,
                      .sequence = 1,
                      .dts = dts,
                      .duration = duration,
                      .composition = cts,
                      .sync = sync,
                      .size = static_cast<std::uint32_t>(payload.size())};
  return {sample, fmp4::fragment_header(sample), share(to_bytes(payload))};
}

std::string say(const std::vector<Fragment>& burst) {
  std::string text;
  for (const Fragment& f : burst) {
    text += fmt::format("{}{}+{}", text.empty() ? "" : " ", f.sample.dts, f.sample.duration);
    if (f.sample.composition != 0) text += fmt::format("/{}", f.sample.composition);
  }
  return text;
}

const Bytes key{1};
const Bytes inter{2, 3};

}  // namespace

TEST_CASE("gop: a burst squeezes what was, and ends where the next fragment begins") {
  Gop gop;
  gop.add(video(1000, 40, true, key));
  gop.add(video(1040, 40, false, inter));
  gop.add(video(1080, 45, false, inter));
  const auto burst = gop.burst();
  CHECK(say(burst) == "1122+1 1123+1 1124+1");
  CHECK(burst.at(0).sample.sync);
  CHECK(test::to_hex(burst.at(0).payload.bytes) == "01");
  CHECK(test::to_hex(burst.at(2).payload.bytes) == "0203");
  CHECK(burst.at(1).header == fmp4::fragment_header(burst.at(1).sample));
}

TEST_CASE("gop: it begins anew at every key frame, and knows nothing before the first") {
  Gop gop;
  gop.add(video(0, 40, false, inter));
  CHECK(gop.burst().empty());
  gop.add(video(40, 40, true, key));
  gop.add(video(80, 40, true, key));
  CHECK(say(gop.burst()) == "119+1");
}

TEST_CASE("gop: sound is not kept") {
  Gop gop;
  gop.add(video(0, 40, true, key));
  Fragment sound = video(0, 1024, true, key);
  sound.sample.track = TrackId::kAudio;
  gop.add(sound);
  CHECK(say(gop.burst()) == "39+1");
}

TEST_CASE("gop: beyond a limit the viewer has to wait for the next key frame") {
  for (const Gop::Limits limits : {Gop::Limits{.frames = 2}, Gop::Limits{.bytes = 4}}) {
    Gop gop{limits};
    gop.add(video(0, 40, true, key));
    gop.add(video(40, 40, false, inter));
    CHECK(gop.burst().size() == 2);
    gop.add(video(80, 40, false, inter));
    CHECK(gop.burst().empty());
    gop.add(video(120, 40, false, inter));
    CHECK(gop.burst().empty());
    gop.add(video(160, 40, true, key));
    CHECK(gop.burst().size() == 1);
  }
}

TEST_CASE("gop: B-frames keep their order, and those still to be shown keep their time") {
  Gop gop;  // I0 P3 B1 B2 P6, shown from 66 on
  gop.add(video(0, 33, true, key, 66));
  gop.add(video(33, 33, false, inter, 132));
  gop.add(video(66, 33, false, inter, 33));
  gop.add(video(99, 33, false, inter, 33));
  gop.add(video(132, 33, false, inter, 132));
  // shown before the end (165): I0 66, B1 99, B2 132; later: P3 165, P6 264
  CHECK(say(gop.burst()) == "160+1/2 161+1/4 162+1/1 163+1/1 164+1/100");
}
