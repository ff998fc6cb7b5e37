#include "serve.h"

#include <array>
#include <string>
#include <string_view>

#include <doctest/doctest.h>
#include <fmt/format.h>

#include "live_stream.h"
#include "support/fake_bus.h"
#include "support/fake_ws_server.h"
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
