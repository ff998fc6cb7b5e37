#include "serve.h"

#include <array>
#include <string>
#include <string_view>

#include <doctest/doctest.h>
#include <fmt/format.h>

#include "live_stream.h"
#include "support/fake_bus.h"
#include "support/fake_ws_server.h"
#include "support/fmp4_checker.h"
#include "support/wait.h"

using namespace so;
using test::FakeWsServer;
using test::Lines;
using test::LiveStream;

namespace {

/// The tool between a hub and browsers that the test plays.
struct ServeTest {
  ServeTest() {
    bus.link(true);
    bus.done(bus.next(), R"({"hub":"00000000000000aa","beat":5000,"lease":15000})");
    CHECK(asked() == "/ streams");
    turn(loop);
  }

  net::Loop loop;
  FakeBus bus;
  bus::Client hub{bus, loop, "fmp4-serve"};
  FakeWsServer server;
  fmp4serve::Serve serve{options(), hub, server, loop};

  static fmp4serve::ServeOptions options() {
    return {.listen = {{"127.0.0.1", 0}}, .origins = {}, .server = {}};
  }

  /// Somebody comes, and the hub lets them watch.
  net::ConnId watch(std::string_view url, std::string_view subprotocol = "") {
    const net::ConnId id = server.open(url, subprotocol);
    wire::Frame request = bus.next();
    for (; request.header.kind != wire::Kind::kAsk; request = bus.next()) bus.done(request);
    bus.done(request);
    turn(loop);
    return id;
  }
  /// What the hub is asked next; answered with yes.
  std::string asked() {
    const wire::Frame request = bus.next();
    bus.done(request);
    if (request.header.kind == wire::Kind::kUnfollow) return request.scope + " no more";
    if (request.header.kind != wire::Kind::kFollow) return "nothing";
    const bool streams = request.body.find(R"("streams":true)") != std::string::npos;
    return request.scope + (streams ? " streams" : " metadata");
  }
  void event(wire::Kind kind, std::string_view stream, std::string_view body) const {
    bus.deliver({.header = {.kind = kind}, .scope = stream, .name = {}, .body = body});
  }
  void up(std::string_view stream, std::string_view endpoint) const {
    event(wire::Kind::kStream, stream,
          fmt::format(R"({{"event":"stream","stream":"{}","state":"up","publisher":"x-1",)"
                      R"("endpoint":"{}"}})",
                      stream, endpoint));
  }
  void down(std::string_view stream) const {
    event(wire::Kind::kStream, stream,
          fmt::format(R"({{"event":"stream","stream":"{}","state":"down","publisher":"x-1"}})",
                      stream));
  }
  std::string streams() { return server.get("/streams.json")->body; }
};

}  // namespace

TEST_CASE("who may watch") {
  struct Case {
    std::string_view url, verdict;
  };
  constexpr std::array kCases{Case{"/live/cam", "101"}, Case{"/cam", "101"},
                              Case{"/", "404: the path names no stream"},
                              Case{"/live/../cam", "400: "}};
  ServeTest test;
  for (const Case& c : kCases) {
    CAPTURE(c.url);
    CHECK(test.server.ask(c.url).starts_with(c.verdict));
  }
}

TEST_CASE("who may not watch is told so, and who asks while there is no hub waits") {
  ServeTest test;
  const net::ConnId ann = test.server.open("/live/cam", "scopewire.fmp4.v1");
  CHECK(test.server.heard(ann).empty());
  test.bus.refuse(test.bus.next(), "denied");
  turn(test.loop);
  CHECK(test.server.heard(ann) == Lines{"closed 4003: told so"});
  const net::ConnId bob = test.server.open("/live/cam", "scopewire.fmp4.v1");
  test.bus.next();
  test.bus.link(false);
  turn(test.loop);
  CHECK(test.server.heard(bob).empty());
}

TEST_CASE("what is live, and who watches") {
  ServeTest test;
  const LiveStream live{test.loop};
  CHECK(test.streams() == R"({"streams":[]})");
  test.up("/live/b", live.endpoint());
  test.up("/live/a", live.endpoint());
  test.up("/live/nowhere", "");
  test.watch("/live/b");
  test.watch("/live/b");
  test.watch("/live/c");
  CHECK(test.streams() ==
        R"({"streams":[{"stream":"/live/a","viewers":0},{"stream":"/live/b","viewers":2}]})");
  test.down("/live/b");
  CHECK(test.streams() == R"({"streams":[{"stream":"/live/a","viewers":0}]})");
}

TEST_CASE("the metadata of a stream is followed while somebody watches it") {
  ServeTest test;
  const auto ann = test.watch("/live/cam");
  CHECK(test.asked() == "/live/cam metadata");
  const auto bob = test.watch("/live/cam");
  CHECK(test.bus.idle());
  test.server.hang_up(ann);
  CHECK(test.bus.idle());
  test.server.hang_up(bob);
  CHECK(test.asked() == "/live/cam no more");
}

TEST_CASE("the subprotocol says how a viewer is spoken to") {
  ServeTest test;
  const auto rich = test.watch("/live/cam", "scopewire.fmp4.v1");
  const auto plain = test.watch("/live/cam");
  CHECK(test.server.heard(rich) == Lines{R"({"type":"waiting","stream":"/live/cam"})"});
  CHECK(test.server.heard(plain).empty());
}

TEST_CASE("metadata reaches the viewers of its stream") {
  ServeTest test;
  const auto cam = test.watch("/live/cam", "scopewire.fmp4.v1");
  const auto other = test.watch("/live/other", "scopewire.fmp4.v1");
  test.server.heard(cam);
  test.server.heard(other);
  test.event(wire::Kind::kMetadata, "/live/cam",
             R"({"event":"meta","stream":"/live/cam","timestamp":7,"data":{ "a" : 1 }})");
  CHECK(test.server.heard(cam) ==
        Lines{R"({"type":"metadata","time":0,"timestamp":7,"data":{"a":1}})"});
  CHECK(test.server.heard(other).empty());
}

TEST_CASE("a stream that comes and goes is fetched, and its end is told") {
  ServeTest test;
  LiveStream live{test.loop};
  const auto ann = test.watch("/live/cam", "scopewire.fmp4.v1");
  test.server.heard(ann);
  test.up("/live/cam", live.endpoint());
  live.video_config();
  live.run(0, 15);
  Lines heard;
  CHECK(wait_until(test.loop, [&] { return !(heard = test.server.heard(ann)).empty(); }));
  CHECK(heard.at(0).starts_with(R"({"type":"init")"));
  test.down("/live/cam");
  CHECK(test.server.heard(ann).back() == R"({"type":"end"})");
}

TEST_CASE("a stream that was live before anybody came is fetched when somebody does") {
  ServeTest test;
  LiveStream live{test.loop};
  test.up("/live/cam", live.endpoint());
  live.video_config();
  live.run(0, 15);
  const auto ann = test.watch("/live/cam", "scopewire.fmp4.v1");
  Lines heard;
  CHECK(wait_until(test.loop, [&] { return !(heard = test.server.heard(ann)).empty(); }));
  CHECK(heard.at(0).starts_with(R"({"type":"init")"));
}

TEST_CASE("a file of a stream that is live, and of one that is not") {
  ServeTest test;
  LiveStream live{test.loop};
  test.up("/live/cam", live.endpoint());
  live.video_config();
  live.run(0, 15);
  CHECK_FALSE(test.server.get_later("/index.html"));
  CHECK(test.server.heard(*test.server.get_later("/.mp4")) ==
        Lines{"400: the path names no stream\n"});
  const auto file = [&](std::string_view url) {
    const net::ConnId id = *test.server.get_later(url);
    wire::Frame request = test.bus.next();
    for (; request.header.kind != wire::Kind::kAsk; request = test.bus.next())
      test.bus.done(request);
    test.bus.done(request);
    turn(test.loop);
    return id;
  };
  CHECK(test.server.heard(file("/live/other.mp4")) == Lines{"404: /live/other is not live\n"});
  const auto waits = file("/live/other.mp4?wait=1ms");
  Lines heard;
  CHECK(wait_until(test.loop, [&] { return !(heard = test.server.heard(waits)).empty(); }));
  CHECK(heard == Lines{"404: nothing of /live/other came in time\n"});

  const auto cam = file("/live/cam.mp4");
  CHECK(wait_until(test.loop, [&] { return !(heard = test.server.heard(cam)).empty(); }));
  CHECK(heard.at(0) == "200 chunked");
  test::Fmp4Checker checker;
  CHECK(checker.check(test.server.heard_bytes(cam)));
  const auto still = file("/live/cam.mp4?still=1");
  CHECK(test.server.heard(still) == Lines{"200 video/mp4"});
  test::Fmp4Checker one;
  CHECK(one.check(test.server.heard_bytes(still)));
  CHECK(one.samples(true) == 1);
  test.down("/live/cam");
  CHECK(test.server.heard(cam).back() == "closed 1000: ");
}

TEST_CASE("a file that may not be had is refused before it begins") {
  ServeTest test;
  const auto id = *test.server.get_later("/live/cam.mp4");
  test.bus.refuse(test.bus.next(), "denied");
  turn(test.loop);
  CHECK(test.server.heard(id) == Lines{"403: told so\n"});
}

TEST_CASE("viewers ask for the newest picture, for a still, and say how they do") {
  ServeTest test;
  LiveStream live{test.loop};
  test.up("/live/cam", live.endpoint());
  live.video_config();
  live.run(0, 15);
  const auto ann = test.watch("/live/cam", "scopewire.fmp4.v1");
  Lines heard;
  CHECK(wait_until(test.loop, [&] { return !(heard = test.server.heard(ann)).empty(); }));
  test.server.heard_bytes(ann);
  test.server.say(ann, R"({"type":"snapshot"})");
  heard = test.server.heard(ann);
  REQUIRE(heard.size() == 2);
  CHECK(heard[0].starts_with(
      R"({"type":"snapshot","mime":"video/mp4; codecs=\"avc1.64000b\"","bytes":)"));
  test::Fmp4Checker checker;
  CHECK(checker.check(test.server.heard_bytes(ann)));
  test.server.say(ann, "nonsense");
  CHECK(test.server.heard(ann) == Lines{R"({"type":"error","code":"bad_json"})"});
  test.server.say(ann, R"({"type":"stats","buffer":0.5,"latency":0.2,"dropped":4})");
  test.server.say(ann, R"({"type":"stats","buffer":0.25,"latency":0.1,"dropped":6})");
  test.server.say_binary(ann, "pause");
  CHECK(test.server.heard(ann).empty());
  const auto reports = test.serve.reports();
  CHECK(reports.viewers == 1);
  CHECK(reports.buffer == 0.25);
  CHECK(reports.latency == 0.1);
  CHECK(reports.dropped == 6);
}

TEST_CASE("a viewer goes to the live point with all since the key frame") {
  ServeTest test;
  LiveStream live{test.loop};
  test.up("/live/cam", live.endpoint());
  live.video_config();
  live.run(0, 15);
  const auto ann = test.watch("/live/cam", "scopewire.fmp4.v1");
  Lines heard;
  CHECK(wait_until(test.loop, [&] { return !(heard = test.server.heard(ann)).empty(); }));
  test.server.say(ann, R"({"type":"pause"})");
  live.inter(600);
  turn(test.loop);
  test.server.heard(ann);
  test.server.say(ann, R"({"type":"live"})");
  CHECK(test.server.heard(ann).size() >= 15);
}

TEST_CASE("how the process is") {
  ServeTest test;
  CHECK(test.server.get("/healthz")->status == 200);
  CHECK(test.server.get("/readyz")->status == 200);
  CHECK_FALSE(test.server.get("/index.html"));
  test.bus.link(false);
  CHECK(test.server.get("/healthz")->status == 200);
  CHECK(test.server.get("/readyz")->status == 503);
}

TEST_CASE("draining closes all, and is done when all have gone") {
  ServeTest test;
  const std::array all{test.watch("/live/cam"), test.watch("/live/other")};
  bool done = false;
  test.serve.drain(Millis{2000}, [&] { done = true; });
  CHECK_FALSE(test.server.listens());
  CHECK(test.server.ask("/live/cam") == "503: shutting down");
  const auto file = test.server.get_later("/live/cam.mp4");
  REQUIRE(file);
  CHECK(test.server.heard(*file) == Lines{"503: shutting down\n"});
  for (const auto id : all) {
    CHECK_FALSE(done);
    CHECK(test.server.heard(id) == Lines{"closed 1001: shutting down"});
    test.server.hang_up(id);
  }
  CHECK(done);
  ServeTest empty;
  empty.serve.drain(Millis{2000}, [&] { done = false; });
  CHECK_FALSE(done);
}
