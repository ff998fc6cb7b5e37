#include "rich_door.h"

#include <string>

#include <doctest/doctest.h>
#include <fmt/format.h>

#include "gateway_test.h"

using namespace so;
using test::GatewayTest;
using test::Lines;

namespace {

/// A member of /chat/room1, past its hello.
net::ConnId member(GatewayTest& test, std::string_view url = "/chat/room1") {
  const net::ConnId id = test.rich(url);
  REQUIRE(test.heard(id).size() == 1);
  return id;
}

/// ... that uses the object.
net::ConnId user(GatewayTest& test, std::string_view object = "so") {
  const net::ConnId id = member(test);
  REQUIRE(test.ask(id, fmt::format(R"({{"id":1,"op":"use","object":"{}"}})", object)).size() == 2);
  return id;
}

bool has(const std::string& text, std::string_view part) {
  return text.find(part) != std::string::npos;
}

std::string id_of(GatewayTest& test, net::ConnId id) {
  return test.hub.client.member_id(net::to_number(id));
}

}  // namespace

TEST_CASE("hello is the first message, and names the member and the scope") {
  GatewayTest test;
  const auto ann = test.server.open("/chat/room1", "scopewire.v1");
  CHECK_FALSE(test.server.wants_messages(ann));
  test.hub.settle();
  CHECK(test.server.wants_messages(ann));
  CHECK(test.heard(ann) == Lines{R"({"event":"hello","protocol":"scopewire.v1","member":")" +
                                 id_of(test, ann) + R"(","scope":"/chat/room1"})"});
}

TEST_CASE("who asks for what may be large is heard again once it is answered") {
  GatewayTest test;
  const auto ann = test.rich("/chat/room1");
  for (const std::string_view request :
       {R"({"id":1,"op":"use","object":"o"})", R"({"id":1,"op":"get","object":"o"})",
        R"({"id":1,"op":"list"})", R"({"id":1,"op":"join","scope":"/chat/x","presence":true})"}) {
    CAPTURE(request);
    test.server.say(ann, request);
    CHECK_FALSE(test.server.wants_messages(ann));
    test.hub.settle();
    CHECK(test.server.wants_messages(ann));
    CHECK_FALSE(test.heard(ann).empty());
  }
  test.server.say(ann, R"({"op":"set","object":"o","key":"k","value":1})");
  CHECK(test.server.wants_messages(ann));  // is answered in a few words
}

TEST_CASE("who is at / is nowhere, looks around, and is seen by nobody") {
  GatewayTest test;
  const auto ann = test.rich("/chat/room1");
  test.ask(ann, R"({"op":"join","info":{"nick":"ann"},"presence":true})");
  test.ask(ann, R"({"op":"set","object":"o","key":"k","value":1})");
  const auto eve = test.rich("/");
  const Lines hello = test.heard(eve);
  REQUIRE(hello.size() == 1);
  CHECK(has(hello[0], R"("scope":"/"})"));
  const auto answers = [&](std::string_view request, std::string_view what) {
    const Lines heard = test.ask(eve, request);
    REQUIRE(heard.size() == 1);
    CHECK_MESSAGE(has(heard[0], what), heard[0]);
  };
  answers(R"({"id":1,"op":"list"})", R"("rooms":["chat"])");
  answers(R"({"id":2,"op":"stat"})", R"("hub":{)");
  answers(R"({"id":3,"op":"stat","scope":"/chat/room1","list":true})",
          R"("member_list":[{"member":")" + id_of(test, ann) + R"(","info":{"nick":"ann"}}])");
  answers(R"({"id":4,"op":"stat","scope":"/chat/room1","object":"o"})", R"("sets":1)");
  answers(R"({"id":5,"op":"get","scope":"/chat/room1","object":"o"})", R"("data":{"k":1})");
  answers(R"({"id":6,"op":"use","scope":"/chat/room1","object":"o"})", R"("code":"not_joined")");
  CHECK(test.heard(ann).empty());
  test.server.hang_up(eve);
  test.hub.settle();
  CHECK(test.heard(ann).empty());
}

TEST_CASE("who is refused the scope is told why, and closed for good") {
  GatewayTest test{{.applications = {{"chat"}}}};
  const auto ann = test.rich("/secret/room1");
  const Lines heard = test.heard(ann);
  REQUIRE(heard.size() == 2);
  CHECK(has(heard[0], R"("error":{"code":"no_application")"));
  CHECK(heard[1].starts_with("closed 4004: "));
}

TEST_CASE("use is answered by its reply and then by the object") {
  GatewayTest test;
  const auto ann = member(test);
  const Lines heard = test.ask(ann, R"({"id":"a","op":"use","object":"so"})");
  REQUIRE(heard.size() == 2);
  CHECK(heard[0].starts_with(R"({"id":"a","ok":true,"epoch":")"));
  CHECK(heard[1].starts_with(R"({"event":"sync","scope":"/chat/room1","object":"so",)"));
}

TEST_CASE("a change reaches all who use the object, its author after the reply") {
  GatewayTest test;
  const auto ann = user(test);
  const auto bob = user(test);
  const auto eve = member(test);
  test.heard(ann);
  const Lines own = test.ask(ann, R"({"id":7,"op":"set","object":"so","key":"k","value":1})");
  REQUIRE(own.size() == 2);
  CHECK(own[0].starts_with(R"({"id":7,"ok":true,"epoch":")"));
  CHECK(has(own[1], R"("from":")" + id_of(test, ann) + "\""));
  CHECK(test.heard(bob) == Lines{own[1]});
  CHECK(test.heard(eve).empty());
}

TEST_CASE("without an id only errors are answered") {
  GatewayTest test;
  const auto ann = user(test);
  CHECK(test.ask(ann, R"({"op":"set","object":"so","key":"k","value":1})").size() == 1);  // event
  const Lines refused = test.ask(ann, R"({"op":"get","object":"so","key":"none"})");
  REQUIRE(refused.size() == 1);
  CHECK(refused[0].starts_with(R"({"ok":false,"error":{"code":)"));
}

TEST_CASE("what is no request is answered, and costs nothing else") {
  struct Case {
    std::string_view text, code;
  };
  constexpr std::array kCases{
      Case{"{", "bad_json"},
      Case{"[]", "bad_request"},
      Case{R"({"id":1,"op":"fly"})", "unknown_op"},
      Case{R"({"id":1,"op":"use","object":7})", "bad_request"},
      Case{R"({"id":1,"op":"join","scope":"/a/../b"})", "bad_path"},
  };
  GatewayTest test;
  const auto ann = member(test);
  for (const Case& c : kCases) {
    CAPTURE(c.text);
    const Lines heard = test.ask(ann, c.text);
    REQUIRE(heard.size() == 1);
    CHECK(has(heard[0], fmt::format(R"("code":"{}")", c.code)));
  }
  CHECK(test.ask(ann, R"({"id":1,"op":"ping"})") == Lines{R"({"id":1,"ok":true})"});
}

TEST_CASE("a binary message ends the connection") {
  GatewayTest test;
  const auto ann = member(test);
  test.server.say_binary(ann, R"({"id":1,"op":"ping"})");
  CHECK(test.heard(ann) == Lines{"closed 1003: scopewire.v1 speaks text"});
}

TEST_CASE("get answers a value, or all of them") {
  GatewayTest test;
  const auto ann = user(test);
  test.ask(ann, R"({"op":"set","object":"so","key":"k","value":[1]})");
  const Lines one = test.ask(ann, R"({"id":1,"op":"get","object":"so","key":"k"})");
  REQUIRE(one.size() == 1);
  CHECK(has(one[0], R"("value":[1])"));
  const Lines all = test.ask(ann, R"({"id":2,"op":"get","object":"so"})");
  REQUIRE(all.size() == 1);
  CHECK(has(all[0], R"("data":{"k":[1]})"));
  const Lines none = test.ask(ann, R"({"id":3,"op":"get","object":"so","key":"x"})");
  REQUIRE(none.size() == 1);
  CHECK(has(none[0], R"("code":"not_found")"));
}

TEST_CASE("drop ends an object, or all that are like a pattern") {
  GatewayTest test;
  const auto ann = member(test);
  for (const char* object : {"poll1", "poll2", "other"}) {
    test.say(ann, fmt::format(R"({{"op":"set","object":"{}","key":"k","value":1}})", object));
  }
  test.say(ann, R"({"op":"use","object":"poll2"})");
  test.heard(ann);
  CHECK(test.ask(ann, R"({"id":1,"op":"drop","object":"other"})") ==
        Lines{R"({"id":1,"ok":true})"});
  CHECK(has(test.ask(ann, R"({"id":2,"op":"drop","object":"poll2"})").at(0), R"("code":"in_use")"));
  CHECK(test.ask(ann, R"({"id":3,"op":"drop","object":"poll*","pattern":true})") ==
        Lines{R"({"id":3,"ok":true,"dropped":1,"kept":1})"});
  CHECK(has(test.ask(ann, R"({"id":4,"op":"list"})").at(0), R"("objects":[{"name":"poll2",)"));
}

TEST_CASE("what is released or left is not heard any more") {
  GatewayTest test;
  const auto ann = user(test);
  const auto bob = user(test);
  CHECK(test.ask(ann, R"({"id":2,"op":"release","object":"so"})").size() == 1);
  test.say(bob, R"({"op":"set","object":"so","key":"k","value":1})");
  CHECK(test.heard(ann).empty());

  CHECK(test.ask(ann, R"({"id":3,"op":"use","object":"so"})").size() == 2);
  CHECK(test.ask(ann, R"({"id":4,"op":"leave","scope":"/chat/room1"})").size() == 1);
  test.say(bob, R"({"op":"set","object":"so","key":"k","value":2})");
  CHECK(test.heard(ann).empty());
}

TEST_CASE("leaving a scope leaves what is below it, and not what only begins like it") {
  GatewayTest test;
  const auto ann = member(test);
  const auto bob = member(test);
  for (const char* scope : {"/chat/a", "/chat/a/b", "/chat/ab"}) {
    for (const auto id : {ann, bob}) {
      test.say(id, fmt::format(R"({{"op":"join","scope":"{}"}})", scope));
      test.say(id, fmt::format(R"({{"op":"use","scope":"{}","object":"so"}})", scope));
    }
  }
  test.say(ann, R"({"op":"leave","scope":"/chat/a"})");
  test.heard(ann);
  for (const char* scope : {"/chat/a", "/chat/a/b", "/chat/ab"}) {
    test.say(bob, fmt::format(R"({{"op":"set","scope":"{}","object":"so","key":"k","value":1}})",
                              scope));
  }
  const Lines heard = test.heard(ann);
  REQUIRE(heard.size() == 1);
  CHECK(has(heard[0], R"("scope":"/chat/ab")"));
}

TEST_CASE("who is gone is forgotten") {
  GatewayTest test;
  const auto ann = user(test);
  const auto bob = user(test);
  test.say(bob, R"({"op":"join","scope":"/chat/room1","presence":true})");
  test.server.hang_up(bob);
  test.say(ann, R"({"op":"set","object":"so","key":"k","value":1})");
  CHECK(test.server.misdirected == 0);
}

TEST_CASE("R15: presence is heard by whoever asked for it") {
  GatewayTest test;
  const auto ann = member(test);
  const auto bob = member(test);
  const Lines joined = test.ask(ann, R"({"id":1,"op":"join","scope":"/chat/r","presence":true})");
  REQUIRE(joined.size() == 1);
  test.say(bob, R"({"op":"join","scope":"/chat/r","info":{"nick":"bob"}})");
  const std::string bob_id = id_of(test, bob);
  const Lines came = test.heard(ann);
  REQUIRE(came.size() == 1);
  CHECK(came[0].starts_with(R"({"event":"join","scope":"/chat/r","member":")" + bob_id +
                            R"(","info":{"nick":"bob"},"epoch":")"));
  CHECK(came[0].ends_with(R"(","version":2})"));  // ann was the first
  CHECK(test.heard(bob).empty());
  test.server.hang_up(bob);
  test.hub.settle();
  const Lines left = test.heard(ann);
  REQUIRE(left.size() == 1);
  CHECK(left[0].starts_with(R"({"event":"leave","scope":"/chat/r","member":")" + bob_id +
                            R"(","epoch":")"));
  CHECK(left[0].ends_with(R"(","version":3})"));
}

TEST_CASE("a reader that comes back with its position is told only what it missed") {
  GatewayTest test;
  const auto bob = user(test);
  const Lines first = test.ask(bob, R"({"id":1,"op":"set","object":"so","key":"k","value":1})");
  const std::string epoch = first[0].substr(first[0].find("epoch\":\"") + 8, 16);
  const std::string version = first[0].substr(first[0].find("version\":") + 9, 1);
  test.say(bob, R"({"op":"set","object":"so","key":"k","value":2})");
  const auto ann = member(test);
  const Lines heard =
      test.ask(ann, fmt::format(R"({{"id":2,"op":"use","object":"so","epoch":"{}","version":{}}})",
                                epoch, version));
  REQUIRE(heard.size() == 2);
  CHECK(heard[1].starts_with(R"({"event":"resume",)"));
  CHECK(has(heard[1], R"("value":2)"));
  CHECK_FALSE(has(heard[1], R"("value":1)"));
}
