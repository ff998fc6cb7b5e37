#include "viewer.h"

#include <optional>
#include <span>
#include <string>
#include <vector>

#include <doctest/doctest.h>

#include "fmp4/event_message.h"
#include "support/fake_ws_server.h"
#include "support/fmp4_checker.h"

using namespace so;
using fmp4serve::Dialect;
using test::FakeWsServer;
using test::Lines;

namespace {

/// One viewer of a stream whose fragments the test makes: 4 bytes each, so 116 with their header.
struct ViewerTest {
  explicit ViewerTest(Dialect dialect, bool with_video = true)
      : ViewerTest(fmp4serve::Watching{"/live/cam", dialect}, with_video) {}
  explicit ViewerTest(fmp4serve::Watching watching, bool with_video = true)
      : viewer(server, server.open("/live/cam"), std::move(watching), counts),
        init(make_init(1, with_video)) {}

  FakeWsServer server;
  fmp4serve::Counts counts;
  fmp4serve::Viewer viewer;
  std::optional<fmp4serve::Description> description{};
  fmp4::InitSegment init;
  Bytes events{};  // before what comes next

  static fmp4::InitSegment make_init(std::uint32_t version, bool with_video) {
    fmp4::InitSegment init;
    init.version = version;
    init.mime = "m";
    init.bytes = Bytes(10);
    fmp4::Track track;
    track.id = fmp4::TrackId::kVideo;
    track.timescale = 1000;
    if (with_video) init.tracks.push_back(track);
    track.id = fmp4::TrackId::kAudio;
    track.timescale = 48000;
    init.tracks.push_back(track);
    return init;
  }

  /// At a time of the stream's clock, in ms.
  void video(std::uint64_t ms, bool sync) { fragment(fmp4::TrackId::kVideo, ms, sync); }
  void key(std::uint64_t ms) { video(ms, true); }
  void inter(std::uint64_t ms) { video(ms, false); }
  void audio(std::uint64_t ms) { fragment(fmp4::TrackId::kAudio, ms * 48, true); }
  void fragment(fmp4::TrackId track, std::uint64_t dts, bool sync) {
    fmp4::Fragment next;
    next.sample = {
        .track = track, .sequence = 77, .dts = dts, .duration = 40, .sync = sync, .size = 4};
    next.header = fmp4::fragment_header(next.sample);
    next.payload = share(Bytes(4));
    piece({&next.sample, 1}, next.header, next.payload);
  }
  /// Several of them in one.
  void batch(const std::vector<fmp4::Sample>& samples) {
    const Bytes header = fmp4::fragment_header(samples, 77);
    piece(samples, header, share(Bytes(4 * samples.size())));
  }
  void piece(std::span<const fmp4::Sample> samples, ByteView header, const SharedView& payload) {
    viewer.fragment({.samples = samples,
                     .header = header,
                     .payload = payload,
                     .events = events,
                     .description = description ? &*description : nullptr,
                     .frame = net::Frame::binary_shared({events, header}, payload)},
                    init);
  }
  Lines heard() { return server.heard(viewer.id()); }
  void queue_is_full(bool full) {
    if (full) {
      server.full.insert(viewer.id());
    } else {
      server.full.erase(viewer.id());
    }
  }
};

const std::string kInit = R"({"type":"init","stream":"/live/cam","epoch":1,"mime":"m","start":)";

std::uint32_t sequence_of(ByteView fragment) {
  return static_cast<std::uint32_t>(fragment[20] << 24U | fragment[21] << 16U | fragment[22] << 8U |
                                    fragment[23]);
}

}  // namespace

TEST_CASE("a picture begins at a key frame, behind the init segment") {
  ViewerTest test{Dialect::kRich};
  test.audio(0);
  test.inter(40);
  CHECK_FALSE(test.viewer.started());
  CHECK(test.heard().empty());
  test.key(80);
  test.audio(85);
  test.inter(120);
  const Lines heard = test.heard();
  REQUIRE(heard.size() == 5);
  CHECK(heard[0].starts_with(kInit + "0.08,"));
  CHECK(heard[1] == "<10 bytes>");
  CHECK(Lines{heard[2], heard[3], heard[4]} == Lines{"<116 bytes>", "<116 bytes>", "<116 bytes>"});
}

TEST_CASE("sound alone begins anywhere") {
  ViewerTest test{Dialect::kRich, false};
  test.audio(500);
  CHECK(test.heard().at(0).starts_with(kInit + "0.5,"));
}

TEST_CASE("another init segment comes before the first fragment that needs it, once") {
  ViewerTest test{Dialect::kRich};
  test.key(0);
  test.heard();
  test.init.version = 2;
  test.inter(40);
  test.inter(80);
  const Lines heard = test.heard();
  REQUIRE(heard.size() == 4);
  CHECK(heard[0].find(R"("epoch":2)") != std::string::npos);
  CHECK(heard[1] == "<10 bytes>");
}

TEST_CASE("who waits starts again at a key frame, with the init segment it has") {
  ViewerTest test{Dialect::kRich};
  test.key(0);
  test.heard();
  test.viewer.wait();
  test.inter(40);
  CHECK(test.heard().empty());
  test.key(80);
  CHECK(test.heard() == Lines{"<116 bytes>"});
}

TEST_CASE("a viewer that is too slow goes on at a key frame, and is told what it missed") {
  ViewerTest test{Dialect::kRich};
  test.key(0);
  test.heard();
  test.queue_is_full(true);
  test.inter(40);
  CHECK(test.server.discarded == std::vector{test.viewer.id()});
  CHECK(test.counts.skips == 1);
  test.inter(80);
  test.queue_is_full(false);
  test.inter(120);
  CHECK(test.heard().empty());
  test.key(160);
  const Lines heard = test.heard();
  REQUIRE(heard.size() == 4);
  CHECK(heard[0] == R"({"type":"skipped","from":0.04,"to":0.16})");
  CHECK(heard[1].starts_with(kInit));  // it may have been among what was dropped
  CHECK(heard[2] == "<10 bytes>");
  CHECK(heard[3] == "<116 bytes>");
}

TEST_CASE("a viewer that stays too slow is told the whole of what it missed") {
  ViewerTest test{Dialect::kRich};
  test.key(0);
  test.heard();
  test.queue_is_full(true);
  test.inter(40);
  test.key(80);  // its queue takes nothing yet
  test.queue_is_full(false);
  test.key(120);
  CHECK(test.heard().at(0) == R"({"type":"skipped","from":0.04,"to":0.12})");
}

TEST_CASE("a plain viewer gets binary only, from time zero, in numbers of its own") {
  ViewerTest test{Dialect::kPlain};
  test.viewer.tell("a text");
  test.key(5000);
  test.audio(4990);  // from before the first picture
  test.audio(5010);
  CHECK(test.heard() == Lines{"<10 bytes>", "<116 bytes>", "<116 bytes>"});
  const Bytes bytes = test.server.heard_bytes(test.viewer.id());
  const ByteView first = ByteView{bytes}.subspan(10, 116);
  const ByteView second = ByteView{bytes}.subspan(126, 116);
  CHECK(sequence_of(first) == 1);
  CHECK(sequence_of(second) == 2);
  fmp4::Sample sample{
      .track = fmp4::TrackId::kVideo, .sequence = 1, .duration = 40, .sync = true, .size = 4};
  const auto at_zero = fmp4::fragment_header(sample);
  CHECK(std::equal(at_zero.begin(), at_zero.end(), first.begin()));
  sample.track = fmp4::TrackId::kAudio;
  sample.sequence = 2;
  sample.dts = 480;
  const auto later = fmp4::fragment_header(sample);
  CHECK(std::equal(later.begin(), later.end(), second.begin()));
}

TEST_CASE("metadata in the words of each") {
  ViewerTest rich{Dialect::kRich};
  rich.viewer.metadata("rich", "plain");
  CHECK(rich.heard() == Lines{"rich"});
  ViewerTest plain{Dialect::kPlain};
  plain.viewer.metadata("rich", "plain");
  CHECK(plain.heard() == Lines{"<5 bytes>"});
  CHECK(as_text(plain.server.heard_bytes(plain.viewer.id())) == "plain");
}

TEST_CASE("a file is a reply in chunks, from time zero, and ends after as much as was wanted") {
  ViewerTest test{{"/live/cam", Dialect::kFile, 0.1}};
  test.server.owe_reply(test.viewer.id());
  test.inter(960);
  CHECK(test.heard().empty());
  test.key(1000);
  test.audio(990);
  test.audio(1010);
  test.inter(1040);
  CHECK(test.heard() ==
        Lines{"200 chunked", "<10 bytes>", "<116 bytes>", "<116 bytes>", "<116 bytes>"});
  test.viewer.metadata("rich", "plain");
  test.viewer.tell("text");
  CHECK(test.heard().empty());
  test.inter(1100);
  test.inter(1140);
  CHECK(test.heard() == Lines{"closed 1000: "});
}

TEST_CASE("a file has one init segment: with another it ends") {
  ViewerTest test{{"/live/cam", Dialect::kFile}};
  test.server.owe_reply(test.viewer.id());
  test.key(0);
  test.heard();
  test.init.version = 2;
  test.key(40);
  test.key(80);
  CHECK(test.heard() == Lines{"closed 1000: "});
}

TEST_CASE("a file whose reader is slow goes on at a key frame, and keeps its beginning") {
  ViewerTest test{{"/live/cam", Dialect::kFile}};
  test.server.owe_reply(test.viewer.id());
  test.key(0);
  test.heard();
  test.queue_is_full(true);
  test.inter(40);
  test.queue_is_full(false);
  test.inter(80);
  CHECK(test.server.discarded.empty());
  CHECK(test.heard().empty());
  test.key(120);
  CHECK(test.heard() == Lines{"<116 bytes>"});
}

TEST_CASE("a still is the first key frame as a whole reply") {
  ViewerTest test{{"/live/cam", Dialect::kStill}};
  test.server.owe_reply(test.viewer.id());
  test.inter(0);
  CHECK(test.heard().empty());
  test.key(40);
  test.key(80);
  CHECK(test.heard() == Lines{"200 video/mp4"});
}

TEST_CASE("who pauses gets nothing, and starts anew at a key frame") {
  ViewerTest test{{"/live/cam", Dialect::kPlain}};
  test.key(0);
  test.heard();
  test.viewer.pause();
  test.key(40);
  CHECK(test.heard().empty());
  test.viewer.resume();
  test.inter(80);
  CHECK(test.heard().empty());
  test.key(120);
  CHECK(test.heard() == Lines{"<116 bytes>"});
}

TEST_CASE("an EvoStream player's ping is answered as metadata is told") {
  ViewerTest test{{"/live/cam", Dialect::kPlain}};
  test.viewer.pong(1234);
  CHECK(as_text(test.server.heard_bytes(test.viewer.id())) ==
        "\xEE{\"timestamp\":1234,\"data\":\"sync\"}");
}

TEST_CASE("who begins is told what the publisher says of the stream, in the fragment as well") {
  fmp4serve::Description said{.id = 7, .timestamp = 61234, .json = R"({"onMetaData":{"w":1}})"};
  ViewerTest rich{Dialect::kRich};
  rich.description = said;
  rich.key(80);
  rich.inter(120);
  const Lines heard = rich.heard();
  REQUIRE(heard.size() == 5);
  CHECK(heard[2] ==
        R"({"type":"metadata","time":0.08,"timestamp":61234,"data":{"onMetaData":{"w":1}}})");
  const Bytes box = fmp4::event_message(said.at(80));
  CHECK(heard[3] == fmt::format("<{} bytes>", 116 + box.size()));
  CHECK(heard[4] == "<116 bytes>");

  ViewerTest file{{"/live/cam", Dialect::kFile}};
  file.server.owe_reply(file.viewer.id());
  file.description = said;
  file.key(5000);
  const Bytes bytes = file.server.heard_bytes(file.viewer.id());
  const Bytes at_zero = fmp4::event_message(said.at(0));
  CHECK(to_bytes(ByteView{bytes}.subspan(10, at_zero.size())) == at_zero);
}

TEST_CASE("events of a file are on its clock, and EvoStream's players have them elsewhere") {
  const auto at = [](std::uint64_t ms) {
    return fmp4::event_message({.id = 1, .time = ms, .value = "meta", .text = "1"});
  };
  ViewerTest file{{"/live/cam", Dialect::kFile}};
  file.server.owe_reply(file.viewer.id());
  file.key(5000);
  file.server.heard_bytes(file.viewer.id());
  for (const auto& [stream, own] : {std::pair{5300U, 300U}, std::pair{4000U, 0U}}) {
    file.events = at(stream);
    file.inter(5040);
    const Bytes bytes = file.server.heard_bytes(file.viewer.id());
    REQUIRE(bytes.size() == file.events.size() + 116);
    CHECK(to_bytes(ByteView{bytes}.first(file.events.size())) == at(own));
  }
  ViewerTest plain{Dialect::kPlain};
  plain.events = at(0);
  plain.key(0);
  CHECK(plain.heard() == Lines{"<10 bytes>", "<116 bytes>"});
}

TEST_CASE("of several frames in one the sound from before the start goes, and what is too much") {
  ViewerTest test{{"/live/cam", Dialect::kFile, 0.1}};
  test.server.owe_reply(test.viewer.id());
  using fmp4::TrackId;
  std::vector<fmp4::Sample> samples{
      {.track = TrackId::kVideo, .dts = 1000, .duration = 40, .sync = true, .size = 4},
      {.track = TrackId::kVideo, .dts = 1040, .duration = 40, .size = 4},
      {.track = TrackId::kAudio, .dts = 47'000, .duration = 1024, .sync = true, .size = 4},
      {.track = TrackId::kAudio, .dts = 48'024, .duration = 1024, .sync = true, .size = 4}};
  test.batch(samples);
  const Bytes bytes = test.server.heard_bytes(test.viewer.id());
  samples.erase(samples.begin() + 2);
  samples[0].dts = 0;
  samples[1].dts = 40;
  samples[2].dts = 24;
  const Bytes header = fmp4::fragment_header(samples, 1);
  REQUIRE(bytes.size() == 10 + header.size() + 12);
  CHECK(to_bytes(ByteView{bytes}.subspan(10, header.size())) == header);
  test.heard();
  test.batch({{.track = TrackId::kVideo, .dts = 1080, .duration = 40, .size = 4},
              {.track = TrackId::kVideo, .dts = 1120, .duration = 40, .size = 4}});
  CHECK(test.heard() == Lines{"<116 bytes>", "closed 1000: "});
}
