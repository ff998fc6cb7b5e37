#include "chat_door.h"

#include <array>
#include <string_view>

#include <doctest/doctest.h>

#include "gateway_test.h"

using namespace so;
using test::GatewayTest;
using test::Lines;

TEST_CASE("W4: a line reaches everybody in the scope, its author too, and nobody else") {
  GatewayTest test;
  const auto ann = test.chat("/chat/room1");
  const auto bob = test.chat("/chat?scope=room1");
  const auto eve = test.chat("/chat/room2");
  test.say(ann, "hello");
  test.say(bob, "hi");
  CHECK(test.heard(ann) == Lines{"hello", "hi"});
  CHECK(test.heard(bob) == Lines{"hello", "hi"});
  CHECK(test.heard(eve).empty());
}

TEST_CASE("W8: what a line becomes on its way") {
  struct Case {
    std::string_view said, heard;
  };
  constexpr std::array kCases{
      Case{"hello", "hello"},
      Case{"  hello\r\n", "hello"},
      Case{"", ""},
      Case{R"({ "from" : "ann", "n" : [1, 2] })", R"({"from":"ann","n":[1,2]})"},
      Case{"[1, 2]", "[1, 2]"},  // only objects are objects
      Case{"\"quoted\"", "\"quoted\""},
      Case{"{broken", R"({"error":{"code":"bad_json","message":"the message is not JSON"}})"},
  };
  GatewayTest test;
  const auto ann = test.chat("/chat/room1");
  for (const Case& c : kCases) {
    CAPTURE(c.said);
    const Lines heard = test.ask(ann, c.said);
    REQUIRE(heard.size() == 1);
    if (c.heard.starts_with(R"({"error")")) {
      CHECK(heard[0].starts_with(R"({"error":{"code":"bad_json","message":")"));
    } else {
      CHECK(heard[0] == c.heard);
    }
  }
}

TEST_CASE("a line that repeats the one before is a line") {
  GatewayTest test;
  const auto ann = test.chat("/chat/room1");
  CHECK(test.ask(ann, "again") == Lines{"again"});
  CHECK(test.ask(ann, "again") == Lines{"again"});
}

TEST_CASE("a broken line costs only itself, and only its author hears of it") {
  GatewayTest test;
  const auto ann = test.chat("/chat/room1");
  const auto bob = test.chat("/chat/room1");
  test.say(ann, "{broken");
  CHECK(test.heard(ann).size() == 1);
  CHECK(test.heard(bob).empty());
  test.server.say_binary(ann, "\xff\xfe");
  CHECK(test.heard(ann).at(0).find("bad_json") != std::string::npos);
  test.server.say_binary(ann, "bytes that are text");
  test.hub.settle();
  CHECK(test.heard(bob) == Lines{"bytes that are text"});
}

TEST_CASE("W13: whoever joins is shown what there is, and not before it is in") {
  GatewayTest test;
  const auto ann = test.chat("/chat/room1");
  test.say(ann, "first");
  const auto bob = test.server.open("/chat/room1", "chat");
  CHECK_FALSE(test.server.wants_messages(bob));
  test.hub.settle();
  CHECK(test.server.wants_messages(bob));
  CHECK(test.heard(bob) == Lines{"first"});
}

TEST_CASE("every attribute of the object is shown, deletions are not, other objects are not") {
  GatewayTest test;
  const auto ann = test.chat("/chat/room1");
  const auto rich = test.rich("/chat/room1");
  test.say(rich, R"({"op":"use","object":"chat"})");
  test.say(rich, R"({"op":"use","object":"board"})");
  test.say(rich, R"({"op":"set","object":"chat","key":"topic","value":{"a":1}})");
  test.say(rich, R"({"op":"set","object":"board","key":"k","value":"unseen"})");
  test.say(rich, R"({"op":"delete","object":"chat","key":"topic"})");
  test.say(rich, R"({"op":"change","object":"chat","changes":[{"op":"set","key":"x","value":1},)"
                 R"({"op":"send","handler":"h","args":[]},{"op":"set","key":"y","value":"2"}]})");
  CHECK(test.heard(ann) == Lines{R"({"a":1})", "1", "2"});
}

TEST_CASE("who is refused the scope is told why, and closed for good") {
  GatewayTest test{{.applications = {{"chat"}}}};
  const auto ann = test.chat("/secret/room1");
  const Lines heard = test.heard(ann);
  REQUIRE(heard.size() == 2);
  CHECK(heard[0].starts_with(R"({"error":{"code":"no_application",)"));
  CHECK(heard[1].starts_with("closed 4004: "));
  CHECK_FALSE(test.server.wants_messages(ann));
}

TEST_CASE("who comes when the hub is at a limit may try later") {
  GatewayTest test{{.members_per_tool = 1}};
  test.chat("/chat/room1");
  const Lines heard = test.heard(test.chat("/chat/room1"));
  REQUIRE(heard.size() == 2);
  CHECK(heard[0].starts_with(R"({"error":{"code":"limit",)"));
  CHECK(heard[1].starts_with("closed 1013: "));
}

TEST_CASE("who has left is no member, and hears nothing; who leaves while joining too") {
  GatewayTest test;
  const auto ann = test.chat("/chat/room1");
  const auto bob = test.chat("/chat/room1");
  const auto late = test.server.open("/chat/room1");
  test.server.hang_up(late);
  test.server.hang_up(bob);
  test.hub.settle();
  CHECK(test.ask(ann, "alone") == Lines{"alone"});
  CHECK(test.server.misdirected == 0);
  const auto rich = test.rich("/chat/room1");
  test.heard(rich);
  CHECK(test.ask(rich, R"({"id":1,"op":"list"})").at(0).find(R"("members":2)") !=
        std::string::npos);  // ann and rich
}

TEST_CASE("a line that the hub refuses is answered with its reason") {
  GatewayTest test{{.value_bytes = 16}};
  const auto ann = test.chat("/chat/room1");
  const Lines heard = test.ask(ann, "seventeen letters and more");
  REQUIRE(heard.size() == 1);
  CHECK(heard[0].starts_with(R"({"error":{"code":"limit",)"));
}
