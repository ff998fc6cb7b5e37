#include "gateway.h"

#include <array>
#include <chrono>
#include <memory>
#include <string_view>

#include <doctest/doctest.h>
#include <fmt/format.h>

#include "gateway_test.h"
#include "support/fake_bus.h"
#include "token/sign.h"
#include "token/verifier.h"

using namespace so;
using test::FakeWsServer;
using test::GatewayTest;
using test::Lines;

namespace {

/// A gateway whose hub is in the hands of the test.
struct Hubless {
  net::Loop loop;
  FakeBus bus;
  bus::Client client{bus, loop, "ws-gateway"};
  FakeWsServer server;
  gateway::Gateway gateway{GatewayTest::options(""), client, server};

  void hello(std::string_view hub) {
    bus.link(true);
    bus.done(bus.next(), fmt::format(R"({{"hub":"{}","beat":5000,"lease":15000}})", hub));
  }
};

}  // namespace

TEST_CASE("who may come in") {
  struct Case {
    std::string_view url, verdict;
    std::size_t listener;
  };
  constexpr std::array kCases{
      Case{"/chat", "101", 0},
      Case{"/chat/room1", "101", 0},
      Case{"/chat?scope=room1", "101", 0},
      Case{"/", "404: the path names no application", 0},
      Case{"/chat/../x", "400", 0},
      Case{"/live/cam", "101", 1},
      Case{"/", "101", 1},
      Case{"/live/../x", "400", 1},
  };
  GatewayTest test;
  for (const Case& c : kCases) {
    CAPTURE(c.url);
    CHECK(test.server.ask(c.url, c.listener).starts_with(c.verdict));
  }
}

TEST_CASE("without a hub rooms are closed, metadata waits, and /readyz says so") {
  Hubless test;
  CHECK(test.server.ask("/chat/room1") == "503: there is no hub at present");
  CHECK(test.server.ask("/live/cam", 1) == "101");
  CHECK(test.server.get("/healthz")->status == 200);
  CHECK(test.server.get("/readyz")->status == 503);
  CHECK_FALSE(test.server.get("/index.html"));
  test.hello("00000000000000aa");
  CHECK(test.server.ask("/chat/room1") == "101");
  CHECK(test.server.get("/readyz")->status == 200);
}

TEST_CASE("what a connection is closed with when the hub does not let it in") {
  CHECK(gateway::close_code_for("no_application") == 4004);
  CHECK(gateway::close_code_for("bad_path") == 4000);
  for (const char* passing : {"hub_lost", "limit", "storage", "timeout", "gone"}) {
    CHECK(gateway::close_code_for(passing) == 1013);
  }
  CHECK(gateway::close_code_for("denied") == 4003);
}

TEST_CASE("who is refused by a restarted hub is closed") {
  Hubless test;
  test.hello("00000000000000aa");
  const auto ann = test.server.open("/chat/room1", "scopewire.v1");
  test.bus.done(test.bus.next());  // join
  turn(test.loop);
  CHECK(test.server.heard(ann).size() == 1);
  test.bus.link(false);
  test.hello("00000000000000bb");
  test.bus.refuse(test.bus.next(), "denied");
  turn(test.loop);
  CHECK(test.server.heard(ann) == Lines{"closed 4003: told so"});
}

TEST_CASE("a token is refreshed while the hub is away, too") {
  constexpr std::string_view kKey = "thirty-two bytes of secret, or so";
  const auto made = [&](Millis lives) {
    const auto expires = std::chrono::duration_cast<Seconds>(wall_now() + lives).count();
    return token::sign(fmt::format(R"({{"sub":"ann","exp":{}}})", expires), kKey).value();
  };
  Hubless test;
  test.gateway.set_verifier(
      std::make_shared<const token::Verifier>(token::read_keys(kKey).value(), token::Expected{}),
      false);
  test.hello("00000000000000aa");
  const auto ann = test.server.open("/chat/room1?token=" + made(Millis{5000}), "scopewire.v1");
  test.bus.done(test.bus.next());  // join
  turn(test.loop);
  test.bus.link(false);
  test.server.heard(ann);
  const auto again = made(Millis{60'000});
  test.server.say(ann, fmt::format(R"({{"id":1,"op":"refresh","token":"{}"}})", again));
  turn(test.loop);
  const Lines told = test.server.heard(ann);
  REQUIRE(told.size() == 1);
  CHECK(told[0].starts_with(R"({"id":1,"ok":true,"expires":)"));
  test.gateway.close_expired(wall_now() + Millis{30'000});
  CHECK(test.server.heard(ann).empty());
}

TEST_CASE("draining closes all, and is done when all have gone") {
  GatewayTest test;
  const std::array all{test.chat("/chat/room1"), test.rich("/chat/room1"), test.meta("/live/cam")};
  test.heard(all[1]);
  bool done = false;
  CHECK(test.gateway.unready().empty());
  test.say(all[1], R"({"id":1,"op":"set","object":"so","key":"k","value":1})");
  test.heard(all[1]);
  test.server.say(all[1], R"({"id":2,"op":"set","object":"so","key":"k","value":2})");
  test.gateway.drain(test.hub.loop, Millis{2000}, [&] { done = true; });
  CHECK_FALSE(test.server.listens());
  CHECK(test.gateway.unready() == "draining");
  CHECK(test.server.get("/readyz")->status == 503);
  CHECK(wait_until(test.hub.loop, [&] { return test.server.closing() == all.size(); }));
  for (const auto id : all) CHECK_FALSE(test.server.wants_messages(id));
  CHECK(test.heard(all[0]) == Lines{"closed 1001: shutting down"});
  CHECK(test.heard(all[2]) == Lines{"closed 1001: shutting down"});
  const Lines rich = test.heard(all[1]);
  REQUIRE(rich.size() == 3);
  CHECK(rich[0].starts_with(R"({"event":"advice","reason":"restart","after_ms":)"));
  CHECK(rich[1].starts_with(R"({"id":2,"ok":true,)"));  // asked before, answered before
  CHECK(rich[2] == "closed 1012: shutting down");
  for (const auto id : all) {
    CHECK_FALSE(done);
    test.server.hang_up(id);
  }
  CHECK(done);
}

TEST_CASE("one message too many is answered at each door, and not done") {
  GatewayTest test;
  const auto chat = test.chat("/chat/room1");
  const auto rich = test.rich("/chat/room1");
  const auto meta = test.meta("/live/cam");
  test.heard(rich);
  test.server.flood(chat, "hello");
  test.server.flood(rich, R"({"id":7,"op":"set","object":"chat","key":"message","value":1})");
  test.server.flood(meta, "1");
  test.hub.settle();
  const std::string said = R"({"error":{"code":"limit","message":"too many messages"}})";
  CHECK(test.heard(chat) == Lines{said});
  CHECK(test.heard(meta) == Lines{said});
  CHECK(test.heard(rich) == Lines{R"({"id":7,"ok":false,)" + said.substr(1)});
}

TEST_CASE("who comes while it drains is told so, at every door") {
  GatewayTest test;
  const auto ann = test.chat("/chat/room1");
  bool done = false;
  test.gateway.drain(test.hub.loop, Millis{2000}, [&] { done = true; });
  CHECK(test.server.ask("/chat/room1") == "503: shutting down");
  CHECK(test.server.ask("/", 0, "scopewire.v1") == "503: shutting down");
  CHECK(test.server.ask("/live/cam", 1) == "503: shutting down");
  const auto reader = test.server.read_events("/chat/room1");
  REQUIRE(reader);
  CHECK(test.server.heard(*reader) == Lines{"503 application/json"});
  net::HttpRequest post = test::FakeWsServer::request("/chat/room1");
  post.method = "POST";
  post.content_type = "application/json";
  const auto poster = test.server.request(post, R"({"op":"members"})");
  CHECK(test.server.heard(poster) == Lines{"503 application/json"});
  test.server.hang_up(ann);
  CHECK(done);
}

TEST_CASE("draining ends although somebody does not go") {
  GatewayTest test;
  const auto ann = test.chat("/chat/room1");
  bool done = false;
  test.gateway.drain(test.hub.loop, Millis{20}, [&] { done = true; });
  CHECK(wait_until(test.hub.loop, [&] { return done; }));
  CHECK(test.heard(ann) == Lines{"closed 1001: shutting down"});
}

TEST_CASE("draining without anybody is done at once") {
  GatewayTest test;
  bool done = false;
  test.gateway.drain(test.hub.loop, Millis{2000}, [&] { done = true; });
  CHECK(done);
}
