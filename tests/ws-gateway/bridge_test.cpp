// The rows of Red5's bridge between RTMP and WebSocket (scopewire(7), RED5) that are about rooms. A
// peer of scopewire.v1 stands for the one on RTMP: rtmp-ingest speaks to the hub just so.
#include <array>
#include <string>
#include <string_view>

#include <doctest/doctest.h>

#include "gateway_test.h"
#include "support/brief.h"
#include "support/rules.h"

using namespace so;
using policy::Action;
using policy::Actions;
using test::GatewayTest;
using test::Lines;

namespace {

struct Bridge : GatewayTest {
  using GatewayTest::GatewayTest;

  /// One who uses the chat, past what it was told of it.
  net::ConnId rtmp(std::string_view url) {
    const auto id = rich(url);
    say(id, R"({"op":"use","object":"chat"})");
    heard(id);
    return id;
  }
  void set(net::ConnId id, std::string_view key, std::string_view value) {
    say(id, fmt::format(R"({{"op":"set","object":"chat","key":"{}","value":{}}})", key, value));
  }
  Lines in_brief(net::ConnId id) {
    Lines lines;
    for (const std::string& event : heard(id)) lines.push_back(test::brief(event));
    return lines;
  }
};

}  // namespace

TEST_CASE("W3: the path names the scope, or the query does, percent-decoded") {
  struct Case {
    std::string_view url, scope;
  };
  constexpr std::array kCases{
      Case{"/chat", "/chat"},
      Case{"/chat/", "/chat"},
      Case{"/chat/room1", "/chat/room1"},
      Case{"/chat/room1/", "/chat/room1"},
      Case{"/chat?scope=room1", "/chat/room1"},
      Case{"/chat/?scope=room1&token=x", "/chat/room1"},
      Case{"/chat?scope=a/b", "/chat/a/b"},
      Case{"/chat/room1?scope=room2", "/chat/room1"},  // the path wins
  };
  for (const Case& c : kCases) {
    CAPTURE(c.url);
    GatewayTest test;
    const auto id = test.rich(c.url);
    const Lines hello = test.heard(id);
    REQUIRE(hello.size() == 1);
    CHECK(hello[0].ends_with(fmt::format(R"("scope":"{}"}})", c.scope)));
  }
}

TEST_CASE("W5: a line is a change for who is on RTMP, also when it repeats") {
  Bridge test;
  const auto rtmp = test.rtmp("/chat/room1");
  const auto ws = test.chat("/chat/room1");
  test.say(ws, "hello");
  test.say(ws, "hello");
  CHECK(test.in_brief(rtmp) == Lines{R"(chat@2 message="hello")", R"(chat@3 message="hello")"});
}

TEST_CASE("W6: what changes on RTMP is a line, and scopewire.v1 has its key and author") {
  Bridge test;
  const auto rtmp = test.rtmp("/chat/room1");
  const auto ws = test.chat("/chat/room1");
  const auto rich = test.rtmp("/chat/room1");
  test.set(rtmp, "topic", "42");
  test.set(rtmp, "list", "[1,2]");
  CHECK(test.heard(ws) == Lines{"42", "[1,2]"});
  const Lines told = test.heard(rich);
  REQUIRE(told.size() == 2);
  CHECK(told[0].find(R"("key":"topic","value":42)") != std::string::npos);
  CHECK(told[0].find(R"("from":")") != std::string::npos);
}

TEST_CASE("W7: everybody sees each message once, whoever said it") {
  Bridge test;
  const auto rtmp = test.rtmp("/chat/room1");
  const std::array ws{test.chat("/chat/room1"), test.chat("/chat?scope=room1")};
  test.say(ws[0], "one");
  test.set(rtmp, "message", R"("two")");
  test.say(ws[1], "three");
  for (const auto id : ws) CHECK(test.heard(id) == Lines{"one", "two", "three"});
  CHECK(test.in_brief(rtmp) ==
        Lines{R"(chat@2 message="one")", R"(chat@3 message="two")", R"(chat@4 message="three")"});
}

TEST_CASE("W12: nothing crosses from one path to another, above or below") {
  Bridge test;
  const auto here = test.chat("/chat/room1");
  const std::array others{test.chat("/chat"), test.chat("/chat/room1/side"),
                          test.chat("/chat/room2"), test.chat("/other/room1")};
  const auto rtmp = test.rtmp("/chat/room2");
  test.say(here, "only here");
  CHECK(test.heard(here) == Lines{"only here"});
  for (const auto id : others) CHECK(test.heard(id).empty());
  CHECK(test.in_brief(rtmp).empty());
}

TEST_CASE("W14: the room lives on when the last on RTMP has left") {
  Bridge test;
  const auto rtmp = test.rtmp("/chat/room1");
  const std::array ws{test.chat("/chat/room1"), test.chat("/chat/room1")};
  test.say(ws[0], "before");
  test.server.hang_up(rtmp);
  test.hub.settle();
  test.say(ws[1], "after");
  for (const auto id : ws) CHECK(test.heard(id) == Lines{"before", "after"});
  const auto again = test.rich("/chat/room1");
  test.heard(again);
  const Lines told = test.ask(again, R"({"op":"use","object":"chat"})");
  REQUIRE(told.size() == 1);
  CHECK(told[0].find(R"("data":{"message":"after"})") != std::string::npos);
}

TEST_CASE("W16: who listens hears of each connection that comes, what it says, and that it goes") {
  Bridge test;
  const auto listener = test.rtmp("/chat/room1");
  test.say(listener, R"({"op":"join","scope":"/chat/room1","presence":true})");
  test.heard(listener);
  const auto ws = test.chat("/chat/room1");
  test.say(ws, "hello");
  test.server.hang_up(ws);
  test.hub.settle();
  const Lines told = test.heard(listener);
  REQUIRE(told.size() == 3);
  CHECK(told[0].starts_with(R"({"event":"join","scope":"/chat/room1")"));
  CHECK(told[1].find(R"("value":"hello")") != std::string::npos);
  CHECK(told[2].starts_with(R"({"event":"leave","scope":"/chat/room1")"));
}

TEST_CASE("W17: who may not come in is told 403 or 4003, and no room is made for him") {
  GatewayTest test{{}, "", std::string{gateway::kClaims}};
  auto rules = test::rules(
      {test::with_reason(test::deny(Actions{Action::kConnect}, "/chat/staff/**"), "staff only")});
  const auto early = std::make_shared<const policy::Policy>(rules);
  test.hub.set_policy(std::move(rules));
  const auto late = test.chat("/chat/staff/a");  // the hub has the last word
  CHECK(test.heard(late).back() == "closed 4003: staff only");
  test.server.hang_up(late);
  test.gateway.set_policy(early);
  CHECK(test.server.ask("/chat/staff/a") == "403: staff only");
  CHECK(test.hub.list("/chat").find("staff") == std::string::npos);
}
