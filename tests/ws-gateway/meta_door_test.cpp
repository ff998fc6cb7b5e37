#include "meta_door.h"

#include <string>

#include <doctest/doctest.h>

#include "gateway_test.h"
#include "support/rules.h"

using namespace so;
using test::GatewayTest;
using test::Lines;

namespace {

bool has(const std::string& text, std::string_view part) {
  return text.find(part) != std::string::npos;
}

}  // namespace

TEST_CASE("metadata reaches all of its stream, its author too, and nobody else") {
  GatewayTest test;
  const auto ann = test.meta("/live/cam");
  const auto bob = test.meta("/live/cam");
  const auto eve = test.meta("/live/other");
  test.say(ann, R"({ "lat" : 48.2 })");
  const Lines heard = test.heard(ann);
  REQUIRE(heard.size() == 1);
  CHECK(heard[0].starts_with(R"({"EMS":{"type":"json","timestamp":)"));
  CHECK(heard[0].ends_with(R"(},"data":{"lat":48.2}})"));
  CHECK(test.heard(bob) == heard);
  CHECK(test.heard(eve).empty());
}

TEST_CASE("a wrapped message leaves as it came") {
  GatewayTest test;
  const auto ann = test.meta("/live/cam");
  const std::string wrapped = R"({"EMS":{"type":"json","timestamp":1234},"data":{"a":1}})";
  CHECK(test.ask(ann, wrapped) == Lines{wrapped});
}

TEST_CASE("what is not JSON is answered, what is binary is not for us") {
  GatewayTest test;
  const auto ann = test.meta("/live/cam");
  const Lines heard = test.ask(ann, "{broken");
  REQUIRE(heard.size() == 1);
  CHECK(heard[0].starts_with(R"({"error":{"code":"bad_json",)"));
  test.server.say_binary(ann, "{}");
  test.hub.settle();
  CHECK(test.heard(ann).empty());
}

TEST_CASE("what the hub refuses is answered with its reason") {
  GatewayTest test{{.value_bytes = 16}};
  const auto ann = test.meta("/live/cam");
  const Lines heard = test.ask(ann, R"("a string of more than sixteen bytes")");
  REQUIRE(heard.size() == 1);
  CHECK(heard[0].starts_with(R"({"error":{"code":"limit",)"));
}

TEST_CASE("without a path it is the acceptor's stream, without that every stream") {
  GatewayTest named{{}, "live/cam"};
  const auto ann = named.meta("/");
  const auto bob = named.meta("/live/cam");
  named.say(bob, "1");
  CHECK(named.heard(ann).size() == 1);

  GatewayTest nameless;
  for (const char* url : {"/", "/~0~0~0~"}) {
    CAPTURE(url);
    const auto all = nameless.meta(url);
    const auto cam = nameless.meta("/live/cam");
    nameless.say(cam, "1");
    CHECK(nameless.heard(all).size() == 1);
    CHECK(nameless.heard(cam).size() == 1);
  }
}

TEST_CASE("the latest value comes first to whoever wants it, and to nobody else") {
  GatewayTest test;
  const auto ann = test.meta("/live/cam");
  CHECK(test.ask(ann, "1").size() == 1);
  CHECK(test.ask(ann, "2").size() == 1);
  CHECK(test.heard(test.meta("/live/cam")).empty());
  const Lines latest = test.heard(test.meta("/live/cam?latest=1"));
  REQUIRE(latest.size() == 1);
  CHECK(has(latest[0], R"("data":2)"));
}

TEST_CASE("the latest value is there for the first who comes, too") {
  GatewayTest test;
  const auto ann = test.meta("/live/cam");
  test.say(ann, "1");
  test.server.hang_up(ann);
  test.hub.settle();
  CHECK(test.heard(test.meta("/live/cam?latest=1")).size() == 1);
}

TEST_CASE("of all streams, the latest of each comes first") {
  GatewayTest test;
  const auto ann = test.meta("/live/a");
  const auto bob = test.meta("/live/b");
  test.say(ann, "1");
  test.say(ann, "2");
  test.say(bob, "3");
  const auto all = test.meta("/~0~0~0~?latest=1");
  CHECK(test.heard(all).size() == 2);
  CHECK(test.heard(test.meta("/?latest=1")).size() == 2);
}

TEST_CASE("what is said to every stream is heard once by each, whatever it listens to") {
  GatewayTest test;
  const auto all = test.meta("/~0~0~0~");
  const auto everybody = test.meta("/");
  const auto cam = test.meta("/live/cam");
  const auto other = test.meta("/live/other");
  for (const auto sender : {all, everybody}) {
    test.say(sender, R"({"to":"all"})");
    for (const auto id : {all, everybody, cam, other}) {
      const Lines heard = test.heard(id);
      REQUIRE(heard.size() == 1);
      CHECK(has(heard[0], R"("data":{"to":"all"})"));
    }
  }
  CHECK(test.heard(test.meta("/live/cam?latest=1")).size() == 1);
  CHECK(test.heard(test.meta("/~0~0~0~?latest=1")).size() == 1);
}

TEST_CASE("a query is not part of the name, nor is a slash at the end") {
  GatewayTest test;
  const auto ann = test.meta("/live/cam?x=1&token=y");
  const auto bob = test.meta("/live/cam/");
  test.say(ann, "1");
  CHECK(test.heard(ann).size() == 1);
  CHECK(test.heard(bob).size() == 1);
  const auto all = test.meta("/~0~0~0~?x=1");
  test.say(bob, "2");
  CHECK(test.heard(all).size() == 1);
}

TEST_CASE("who comes later for the latest makes nobody else hear it again") {
  GatewayTest test;
  const auto ann = test.meta("/live/cam");
  test.say(ann, "1");
  CHECK(test.heard(ann).size() == 1);
  CHECK(test.heard(test.meta("/~0~0~0~?latest=1")).size() == 1);
  CHECK(test.heard(test.meta("/live/cam?latest=1")).size() == 1);
  CHECK(test.heard(ann).empty());
}

TEST_CASE("each listener has a stream of its own for those who name none") {
  test::LocalHub hub;
  test::FakeWsServer server;
  gateway::GatewayOptions options;
  options.listen = {{"127.0.0.1", 0}};
  options.meta_listen = {{{"127.0.0.1", 0}, "live/a"}, {{"127.0.0.1", 0}, "live/b"}};
  options.tls_meta_listen = {{{"127.0.0.1", 0}, "live/c"}};
  gateway::Gateway gateway{options, hub.client, server};
  hub.start();
  const auto a = server.open("/", "", 1);
  const auto b = server.open("/", "", 2);
  const auto c = server.open("/", "", 3);
  const auto also_b = server.open("/live/b", "", 3);
  hub.settle();
  server.say(b, "1");
  hub.settle();
  CHECK(server.heard(a).empty());
  CHECK(server.heard(b).size() == 1);
  CHECK(server.heard(c).empty());
  CHECK(server.heard(also_b).size() == 1);
}

TEST_CASE("a client that may not push hears why, and nobody hears it") {
  GatewayTest test{{}, "", std::string{gateway::kClaims}};
  auto rule = test::deny(policy::Actions{policy::Action::kMetadata}, "/live");
  rule.reason = "only the studio";
  test.hub.set_policy({.rules = {rule}, .limits = {}, .objects = {}});
  const auto ann = test.meta("/live/cam");
  const auto bob = test.meta("/live/cam");
  const Lines heard = test.ask(ann, "1");
  REQUIRE(heard.size() == 1);
  CHECK(has(heard[0], R"({"error":{"code":"denied","message":")"));
  CHECK(has(heard[0], "only the studio"));
  CHECK(test.heard(bob).empty());
  CHECK(has(test.ask(ann, "2")[0], "denied"));
}
