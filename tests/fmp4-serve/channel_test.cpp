#include "channel.h"

#include <memory>
#include <string>

#include <doctest/doctest.h>

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
  fmp4serve::Channel channel{loop, server, "/live/cam"};
  std::unique_ptr<LiveStream> live = std::make_unique<LiveStream>(loop);

  net::ConnId viewer(Dialect dialect = Dialect::kRich) {
    const net::ConnId id = server.open("/live/cam");
    channel.add(id, {"/live/cam", dialect});
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
