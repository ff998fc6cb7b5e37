#include "meta_door.h"

#include <string>

#include <doctest/doctest.h>
#include <fmt/format.h>

#include "gateway_test.h"
#include "support/fake_bus.h"
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

namespace {

policy::Rule about(policy::Rule rule, std::string stream) {
  rule.name = policy::Glob{std::move(stream)};
  return rule;
}

// /live/open may be read, /live/feed written, /live/shut neither; nor may be read what is said to
// all.
policy::Policy::Tables limits() {
  using policy::Action;
  using policy::Actions;
  const auto members_only = [](policy::Rule rule) {
    return test::with_reason(std::move(rule), "members only");
  };
  return test::rules(
      {about(test::deny(Actions{Action::kMetadata}, "/live"), "open"),
       about(test::deny(Actions{Action::kPlay}, "/live"), "feed"),
       members_only(about(test::deny(Actions{Action::kPlay, Action::kMetadata}, "/live"), "shut")),
       test::deny(Actions{Action::kPlay}, "/")});
}

}  // namespace

TEST_CASE("who may neither read nor write the metadata of a stream is closed, and told why") {
  GatewayTest test{{}, "", std::string{gateway::kClaims}};
  test.hub.set_policy(limits());
  CHECK(test.heard(test.meta("/live/shut")) == Lines{"closed 4003: members only"});
  CHECK(test.heard(test.meta("/live/open")).empty());
  CHECK(test.heard(test.meta("/live/feed")).empty());
  // Where the gateway has the policy it says so in the handshake.
  test.gateway.set_policy(std::make_shared<const policy::Policy>(limits()));
  CHECK(test.server.ask("/live/shut", 1) == "403: members only");
  for (const char* url : {"/live/open", "/live/feed", "/", "/~0~0~0~"}) {
    CHECK(test.server.ask(url, 1) == "101");
  }
}

TEST_CASE("who may write and not read says and hears nothing") {
  GatewayTest test{{}, "", std::string{gateway::kClaims}};
  test.hub.set_policy(limits());
  const auto sensor = test.meta("/live/feed?latest=1");
  test.say(sensor, "1");
  CHECK(test.heard(sensor).empty());
  test.say(sensor, "{broken");
  CHECK(has(test.heard(sensor).at(0), "bad_json"));
  std::string reply;
  test.hub.set_policy({});
  test.hub.client.history(0, "/live/feed", std::nullopt,
                          [&](const bus::Reply& told) { reply = told.body; });
  test.hub.settle();
  CHECK(has(reply, R"("data":1)"));
  const auto reader = test.meta("/live/open");
  CHECK(test.ask(reader, "2").size() == 1);
}

TEST_CASE("who listens to all streams hears those that it may read") {
  GatewayTest test{{}, "", std::string{gateway::kClaims}};
  bus::Client& hub = test.hub.client;
  const auto say = [&](std::string_view stream, std::string_view data) {
    hub.introduce(7777, R"({"role":"studio"})");
    hub.meta(7777, stream, data, {});
    test.hub.settle();
  };
  auto tables = limits();
  tables.rules.insert(tables.rules.begin(),
                      test::for_role(test::allow(policy::Actions::all()), "studio"));
  test.hub.set_policy(tables);
  const auto ann = test.meta("/~0~0~0~");
  const auto bob = test.meta("/");
  for (const auto* stream : {"/live/open", "/live/feed", "/live/shut", "/", "/live/open"}) {
    say(stream, R"({"n":1})");
  }
  CHECK(test.heard(ann).size() == 2);
  CHECK(test.heard(bob).size() == 2);
  CHECK(test.heard(test.meta("/~0~0~0~?latest=1")).size() == 1);

  // Another policy is heard of with the second value after that.
  test.hub.set_policy({});
  for (std::uint64_t i = 0; i < gateway::Gateway::kBeats; ++i) test.gateway.beat();
  say("/live/shut", "2");
  CHECK(test.heard(ann).empty());
  say("/live/shut", "3");
  const Lines heard = test.heard(ann);
  REQUIRE(heard.size() == 1);
  CHECK(has(heard[0], R"("data":3)"));
}

TEST_CASE("a stream of one name, as EvoStream's are, is heard, and has rules too") {
  GatewayTest test{{}, "", std::string{gateway::kClaims}};
  const auto ann = test.meta("/boat");
  CHECK(test.ask(ann, "1").size() == 1);
  test.hub.set_policy(test::rules(
      {about(test::deny(policy::Actions{policy::Action::kPlay, policy::Action::kMetadata}, "/"),
             "boat")}));
  CHECK(test.heard(test.meta("/boat")).at(0).starts_with("closed 4003"));
  CHECK(test.heard(test.meta("/ship")).empty());
}

TEST_CASE("while there is no hub a reader waits, and is asked for when it is back") {
  FakeBus bus;
  net::Loop loop;
  bus::Client hub{bus, loop, "ws-gateway"};
  test::FakeWsServer server;
  gateway::Gateway gateway{GatewayTest::options(""), hub, server};
  const auto ann = server.open("/live/cam", "", 1);
  turn(loop);
  CHECK(server.heard(ann).empty());
  bus.link(true);
  bus.done(bus.next(), R"({"hub":"00000000000000aa","beat":5000,"lease":15000})");
  turn(loop);
  const wire::Frame follows = bus.next();
  CHECK(follows.header.kind == wire::Kind::kFollow);
  bus.done(follows, R"({"streams":[],"latest":[]})");
  turn(loop);
  const wire::Frame asked = bus.next();
  CHECK(asked.header.kind == wire::Kind::kAsk);
  CHECK(asked.scope == "/live");
  bus.refuse(asked, "limit");
  turn(loop);
  CHECK(bus.next().header.kind == wire::Kind::kUnfollow);
  const wire::Frame writes = bus.next();
  CHECK(writes.body == R"({"action":"metadata","name":"cam"})");
  bus.refuse(writes, "limit");
  turn(loop);
  CHECK(server.heard(ann).at(0).starts_with("closed 1013"));
}

TEST_CASE("what a client says first it hears, and what others say before the hub has let it in") {
  GatewayTest test;
  const auto ann = test.server.open("/live/cam?latest=1", "", 1);
  test.server.say(ann, "1");
  const auto bob = test.server.open("/live/cam", "", 1);
  test.server.say(bob, "2");
  test.hub.settle();
  for (const auto id : {ann, bob}) {
    const Lines heard = test.heard(id);
    REQUIRE(heard.size() == 2);
    CHECK(has(heard[0], R"("data":1)"));
    CHECK(has(heard[1], R"("data":2)"));
  }
}

TEST_CASE("values that come while it is asked who may read them come in their order") {
  GatewayTest test;
  const auto all = test.meta("/");
  for (int i = 0; i < 5; ++i) {
    test.hub.client.meta(9, i == 2 ? "/" : "/live/cam", fmt::format("{}", i), {});
  }
  test.hub.settle();
  std::string order;
  for (const std::string& line : test.heard(all)) {
    if (!has(line, R"("data":2)")) order += line.at(line.size() - 2);
  }
  CHECK(order == "0134");
}
