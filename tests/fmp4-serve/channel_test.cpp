#include "channel.h"

#include <algorithm>
#include <memory>
#include <string>

#include <doctest/doctest.h>

#include "fmp4/event_message.h"
#include "json/read.h"
#include "live_stream.h"
#include "support/fake_ws_server.h"
#include "support/fmp4_checker.h"
#include "support/wait.h"

using namespace so;
using fmp4serve::Dialect;
using test::FakeWsServer;
using test::Fmp4Checker;
using test::Lines;
using test::LiveStream;

namespace {

/// A channel, its viewers and its publisher. All binary that a viewer gets is judged.
struct ChannelTest {
  net::Loop loop;
  FakeWsServer server;
  fmp4serve::Counts counts;
  fmp4serve::Channel channel{loop, server, "/live/cam", counts};
  std::unique_ptr<LiveStream> live = std::make_unique<LiveStream>(loop);

  net::ConnId viewer(Dialect dialect = Dialect::kRich, const fmp4::Cut& cut = {}) {
    const net::ConnId id = server.open("/live/cam");
    if (dialect == Dialect::kFile) server.owe_reply(id);
    channel.add(id, {"/live/cam", dialect, {}, cut});
    return id;
  }
  /// A stream of pictures alone, from 0 on: long enough that no sound is waited for any more.
  void begin() {
    channel.online(live->endpoint());
    live->video_config();
    live->run(0, kFrames);
  }
  static constexpr std::uint32_t kFrames = 15;
  static constexpr std::uint32_t kNext = kFrames * 40;  // ms
  static constexpr std::size_t kPlain = 1 + kFrames;    // messages: init segment, fragments
  static constexpr std::size_t kRich = 1 + kPlain;      // and a text before them
  /// What the viewer hears until it has had so many messages.
  Lines hears(net::ConnId id, std::size_t messages) {
    Lines lines;
    CHECK(wait_until(loop, [&] {
      for (std::string& line : server.heard(id)) lines.push_back(std::move(line));
      return lines.size() >= messages;
    }));
    return lines;
  }
};

bool is(const std::string& line, std::string_view type) {
  return line.starts_with(R"({"type":")" + std::string{type} + "\"");
}

}  // namespace

TEST_CASE("who comes before the publisher waits, and is shown the stream when it begins") {
  ChannelTest test;
  const auto ann = test.viewer();
  CHECK(test.hears(ann, 1) == Lines{R"({"type":"waiting","stream":"/live/cam"})"});
  test.begin();
  const Lines heard = test.hears(ann, ChannelTest::kRich);
  CHECK(is(heard[0], "init"));
  Fmp4Checker checker;
  CHECK(checker.check(test.server.heard_bytes(ann)));
  CHECK(checker.samples(true) == ChannelTest::kFrames);
}

TEST_CASE("whoever comes is told what the publisher's clock shows where it begins") {
  ChannelTest test;
  test.channel.online(test.live->endpoint());
  test.live->video_config();
  test.live->run(61'000, ChannelTest::kFrames);
  const auto ann = test.viewer();
  const Lines heard = test.hears(ann, ChannelTest::kRich);
  const auto init = std::find_if(heard.begin(), heard.end(),
                                 [](const std::string& line) { return is(line, "init"); });
  REQUIRE(init != heard.end());
  json::Parser parser;
  const auto message = parser.parse(*init);
  const auto start = json::number(*message, "start");
  const auto timestamp = json::number(*message, "timestamp");
  REQUIRE(start);
  REQUIRE(timestamp);
  CHECK(*timestamp - *start * 1000 == doctest::Approx(61'000));
}

TEST_CASE("who comes later has a picture at once") {
  ChannelTest test;
  const auto ann = test.viewer();
  test.begin();
  test.hears(ann, 1 + ChannelTest::kRich);
  const auto bob = test.viewer();
  const Lines heard = test.server.heard(bob);
  REQUIRE(heard.size() > 3);
  CHECK(is(heard[0], "init"));
  Fmp4Checker checker{Fmp4Checker::From::kJoin};
  CHECK(checker.check(test.server.heard_bytes(bob)));
  CHECK(test.channel.viewers() == 2);
}

TEST_CASE("a plain viewer hears of nothing but the picture") {
  ChannelTest test;
  const auto ann = test.viewer(Dialect::kPlain);
  CHECK(test.server.heard(ann).empty());
  test.begin();
  for (const std::string& line : test.hears(ann, ChannelTest::kPlain))
    CHECK(line.ends_with(" bytes>"));
  Fmp4Checker checker;
  CHECK(checker.check(test.server.heard_bytes(ann)));
}

TEST_CASE("the end is told, and the next publisher is the same stream going on") {
  ChannelTest test;
  const auto ann = test.viewer();
  test.begin();
  test.hears(ann, 1 + ChannelTest::kRich);
  test.channel.offline();
  CHECK(test.server.heard(ann) == Lines{R"({"type":"end"})"});
  test.channel.offline();  // twice is once
  CHECK(test.server.heard(ann).empty());
  const auto bob = test.viewer();
  CHECK(is(test.server.heard(bob).at(0), "waiting"));
  test.live = std::make_unique<LiveStream>(test.loop);
  test.channel.online(test.live->endpoint());
  test.live->video_config();
  test.live->run(90'000, ChannelTest::kFrames);
  test.hears(ann, ChannelTest::kFrames);
  Fmp4Checker checker;
  CHECK(checker.check(test.server.heard_bytes(ann)));  // on one clock, without a gap
  CHECK(checker.samples(true) == 2 * ChannelTest::kFrames);
}

TEST_CASE("metadata is told at once, and lies in the picture before the next fragment") {
  ChannelTest test;
  const auto ann = test.viewer();
  const auto bob = test.viewer(Dialect::kPlain);
  test.begin();
  test.hears(ann, 1 + ChannelTest::kRich);
  test.hears(bob, ChannelTest::kPlain);
  test.server.heard_bytes(ann);
  test.channel.metadata(61234, R"({"a":1})");
  const Lines told = test.hears(ann, 1);
  CHECK(told[0].starts_with(R"({"type":"metadata","time":)"));
  CHECK(told[0].ends_with(R"(,"timestamp":61234,"data":{"a":1}})"));
  CHECK(test.hears(bob, 1).size() == 1);
  test.live->inter(ChannelTest::kNext);
  test.hears(ann, 1);
  const Bytes bytes = test.server.heard_bytes(ann);
  CHECK(as_text(bytes).substr(4, 4) == "emsg");
  CHECK(as_text(bytes).find(R"({"a":1})") != std::string_view::npos);
  test.live->inter(ChannelTest::kNext + 40);
  test.hears(ann, 1);
  CHECK(as_text(test.server.heard_bytes(ann)).substr(4, 4) == "moof");
}

TEST_CASE("metadata of a stream that has stopped does not pile up") {
  ChannelTest test;
  const auto ann = test.viewer();
  test.begin();
  test.hears(ann, 1 + ChannelTest::kRich);
  test.server.heard_bytes(ann);
  const std::string large = "\"" + std::string(60'000, 'x') + "\"";
  for (int i = 0; i < 100; ++i) test.channel.metadata(0, large);
  test.server.heard(ann);
  test.live->inter(ChannelTest::kNext);
  test.hears(ann, 1);
  CHECK(test.server.heard_bytes(ann).size() < 400'000);
}

TEST_CASE("a viewer that has gone is sent nothing") {
  ChannelTest test;
  const auto ann = test.viewer();
  const auto bob = test.viewer();
  test.begin();
  test.hears(bob, 1 + ChannelTest::kRich);
  test.channel.remove(ann);
  test.server.hang_up(ann);
  test.live->inter(ChannelTest::kNext);
  test.hears(bob, 1);
  CHECK(test.channel.viewers() == 1);
  CHECK(test.server.misdirected == 0);
}

TEST_CASE("sound that comes later begins the picture anew for all") {
  ChannelTest test;
  const auto ann = test.viewer();
  test.begin();
  test.hears(ann, 1 + ChannelTest::kRich);
  test.live->audio_config();
  for (std::uint32_t i = 0; i < 10; ++i) test.live->audio(ChannelTest::kNext + i * 21);
  test.live->inter(ChannelTest::kNext);
  Lines lines;
  REQUIRE(wait_until(test.loop, [&] {
    for (std::string& line : test.server.heard(ann)) lines.push_back(std::move(line));
    return std::any_of(lines.begin(), lines.end(),
                       [](const std::string& line) { return is(line, "init"); });
  }));
  const auto init = std::find_if(lines.begin(), lines.end(),
                                 [](const std::string& line) { return is(line, "init"); });
  CHECK(init->find(R"("epoch":2)") != std::string::npos);
  CHECK(init->find(R"("kind":"audio")") != std::string::npos);
  const Bytes bytes = test.server.heard_bytes(ann);
  const std::size_t anew = as_text(bytes).rfind("ftyp") - 4;
  REQUIRE(anew > 0);
  Fmp4Checker checker{Fmp4Checker::From::kJoin};  // which wants a key frame first
  CHECK(checker.check(ByteView{bytes}.subspan(anew)));
}

namespace {

constexpr fmp4::Cut kTenth{fmp4::Cut::At::kTime, Millis{100}};
constexpr fmp4::Cut kGroups{fmp4::Cut::At::kGop};

std::size_t count(ByteView bytes, std::string_view type) {
  std::size_t n = 0;
  for (std::size_t at = as_text(bytes).find(type); at != std::string_view::npos;
       at = as_text(bytes).find(type, at + 1)) {
    ++n;
  }
  return n;
}

}  // namespace

// A stream that begins has 14 pictures at once, those that were kept until it was known what it
// has.
TEST_CASE("viewers get it cut as they want it, from the start and when they join") {
  ChannelTest test;
  const auto frames = test.viewer();
  const auto tenths = test.viewer(Dialect::kRich, kTenth);
  const auto groups = test.viewer(Dialect::kRich, kGroups);
  test.begin();
  test.hears(frames, 1 + ChannelTest::kRich);
  test.live->run(ChannelTest::kNext, ChannelTest::kFrames);
  test.live->key(2 * ChannelTest::kNext);
  test.hears(frames, ChannelTest::kFrames + 1);
  const auto judge = [&](net::ConnId id, Fmp4Checker::From from, std::size_t fragments,
                         std::size_t pictures) {
    const Bytes bytes = test.server.heard_bytes(id);
    Fmp4Checker checker{from};
    const auto verdict = checker.check(bytes);
    CHECK_MESSAGE(verdict, (verdict ? "" : verdict.error().text));
    CHECK(count(bytes, "moof") == fragments);
    CHECK(checker.samples(true) == pictures);
  };
  const auto late_tenths = test.viewer(Dialect::kRich, kTenth);
  const auto late_groups = test.viewer(Dialect::kRich, kGroups);
  judge(frames, Fmp4Checker::From::kStart, 31, 31);
  judge(tenths, Fmp4Checker::From::kStart, 1 + 1 + 5, 30);  // the key frame waits
  judge(groups, Fmp4Checker::From::kStart, 1 + 1 + 1, 30);
  judge(late_groups, Fmp4Checker::From::kJoin, 1, 15);
  for (std::uint32_t i = 1; i < 3; ++i) test.live->inter(2 * ChannelTest::kNext + i * 40);
  test.hears(late_tenths, 3);
  judge(late_tenths, Fmp4Checker::From::kJoin, 1, 3);
  test.channel.remove(late_groups);
  test.channel.remove(groups);
  test.server.hang_up(groups);
  test.live->key(3 * ChannelTest::kNext);
  test.hears(frames, 3);
  CHECK(test.server.misdirected == 0);
}

TEST_CASE("what waits for company goes out when the stream ends, or when nothing more comes") {
  ChannelTest test;
  const auto frames = test.viewer();
  const auto tenths = test.viewer(Dialect::kRich, kTenth);
  test.begin();
  test.hears(frames, 1 + ChannelTest::kRich);
  const Lines begun = test.hears(tenths, 5);
  CHECK(begun.size() == 5);  // waiting, init, its segment, what was there, and, 200 ms later, one
  CHECK(begun[4] == "<118 bytes>");
  test.live->inter(ChannelTest::kNext);
  test.hears(frames, 1);
  test.channel.offline();
  CHECK(test.server.heard(tenths) == Lines{"<118 bytes>", R"({"type":"end"})"});
}

TEST_CASE("metadata lies in every form of the stream at its own time, and the restart is told") {
  ChannelTest test;
  const auto ann = test.viewer();
  const auto tenths = test.viewer(Dialect::kRich, kTenth);
  const auto file = test.viewer(Dialect::kFile);
  test.begin();
  test.hears(ann, 1 + ChannelTest::kRich);
  for (const auto id : {ann, tenths, file}) test.server.heard_bytes(id);
  test.server.heard(tenths);
  test.channel.metadata(400, R"({"onCuePoint":{"name":"ad"}})");
  CHECK(test.hears(ann, 1)[0].starts_with(R"({"type":"metadata","time":0.4,"timestamp":400,)"));
  for (std::uint32_t i = 0; i < 3; ++i) test.live->inter(ChannelTest::kNext + i * 40);
  test.hears(ann, 3);
  // The file has begun with pictures that end at 560 ms; what is older lies at its beginning.
  for (const auto& [id, time] : {std::pair{ann, 400U}, {tenths, 400U}, {file, 0U}}) {
    const Bytes box = fmp4::event_message(
        {.id = 1, .time = time, .value = "onCuePoint", .text = R"({"onCuePoint":{"name":"ad"}})"});
    const Bytes bytes = test.server.heard_bytes(id);
    CHECK(to_bytes(ByteView{bytes}.first(box.size())) == box);
    CHECK(count(bytes, "emsg") == 1);
  }
  test.server.heard(ann);
  test.live->key(90'000'000);
  CHECK(test.hears(ann, 2)[0] == R"({"type":"restart","time":0.72,"timestamp":90000000})");
}

TEST_CASE("what the publisher says of its stream is told to who is there, and to who comes") {
  ChannelTest test;
  const auto ann = test.viewer();
  test.channel.online(test.live->endpoint());
  test.live->describe("first");
  test.live->video_config();
  test.live->run(0, ChannelTest::kFrames);
  const Lines heard = test.hears(ann, 2 + ChannelTest::kRich);
  CHECK(is(heard[1], "init"));
  CHECK(heard[3] ==
        R"({"type":"metadata","time":0.546,"timestamp":0,"data":{"onMetaData":"first"}})");
  test.server.heard_bytes(ann);
  test.live->describe("first");  // again: that is no news
  test.live->describe("second");
  test.live->inter(ChannelTest::kNext);
  const Lines later = test.hears(ann, 2);
  CHECK(later.size() == 2);
  CHECK(later[0].find("second") != std::string::npos);
  CHECK(count(test.server.heard_bytes(ann), "emsg") == 1);
  const auto bob = test.viewer(Dialect::kFile);
  const Bytes file = test.server.heard_bytes(bob);
  CHECK(count(file, "emsg") == 1);
  CHECK(count(file, "second") == 1);
  CHECK(test.counts.lost_metadata == 0);
}
