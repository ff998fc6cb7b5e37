// Identities and events between clients, through the doors and a real hub.
#include <string>

#include <doctest/doctest.h>
#include <fmt/format.h>

#include "gateway_test.h"

using namespace so;
using test::GatewayTest;
using test::Lines;

namespace {

struct Room {
  GatewayTest test;
  net::ConnId ann = enter("/chat/room1");
  net::ConnId bob = enter("/chat/room1");
  net::ConnId eve = enter("/chat/room2");
  net::ConnId plain = test.chat("/chat/room1");

  net::ConnId enter(std::string_view url) {
    const net::ConnId id = test.rich(url);
    test.heard(id);
    return id;
  }
  [[nodiscard]] std::string id(net::ConnId of) const {
    return test.hub.client.member_id(net::to_number(of));
  }
  Lines emit(net::ConnId from, std::string_view more) {
    return test.ask(from, fmt::format(R"({{"id":1,"op":"emit","name":"hi",{}}})", more));
  }
};

constexpr std::string_view kOk = R"({"id":1,"ok":true})";

bool has(const std::string& text, std::string_view part) {
  return text.find(part) != std::string::npos;
}

}  // namespace

TEST_CASE_FIXTURE(Room, "an event reaches all in the scope but who sends it") {
  CHECK(emit(ann, R"("data":[1])") == Lines{std::string{kOk}});
  const std::string event = fmt::format(
      R"({{"event":"message","name":"hi","scope":"/chat/room1","from":"{}","data":[1]}})", id(ann));
  CHECK(test.heard(bob) == Lines{event});
  CHECK(test.heard(plain) == Lines{"[1]"});
  CHECK(test.heard(eve).empty());
  CHECK(emit(ann, R"("data":"tea?","scope":"/chat")").size() == 1);
  CHECK(test.heard(eve).size() == 1);
  CHECK(test.heard(plain) == Lines{"tea?"});
}

TEST_CASE_FIXTURE(Room, "a route is one kind of client") {
  emit(ann, R"("data":1,"route":"chat")");
  CHECK(test.heard(bob).empty());
  CHECK(test.heard(plain) == Lines{"1"});
  emit(ann, R"("data":2,"route":"scopewire.v1")");
  CHECK(test.heard(bob).size() == 1);
  CHECK(test.heard(plain).empty());
}

TEST_CASE_FIXTURE(Room, "an event for one, oneself too, and what becomes of it") {
  CHECK(emit(ann, fmt::format(R"("data":1,"to":"{}")", id(bob))) ==
        Lines{R"({"id":1,"ok":true,"result":null})"});
  CHECK(test.heard(bob).size() == 1);
  CHECK(emit(ann, fmt::format(R"("data":"psst","to":"{}")", id(plain))).size() == 1);
  CHECK(test.heard(plain) == Lines{"psst"});
  CHECK(emit(ann, fmt::format(R"("to":"{}")", id(ann))).size() == 2);
  CHECK(has(emit(ann, fmt::format(R"("to":"{}")", id(eve))).at(0), R"("code":"not_found")"));
  test.server.full.insert(bob);
  CHECK(has(emit(ann, fmt::format(R"("to":"{}")", id(bob))).at(0), R"("code":"gone")"));
  test.server.hang_up(bob);
  test.hub.settle();
  CHECK(has(emit(ann, fmt::format(R"("to":"{}")", id(bob))).at(0), R"("code":"not_found")"));
}

TEST_CASE_FIXTURE(Room, "who has left hears nothing of it any more, and a server reaches all") {
  test.ask(bob, R"({"op":"leave","scope":"/chat/room1"})");
  emit(ann, R"("data":1)");
  CHECK(test.heard(bob).empty());
  test.hub.client.emit(0, "/", "reload", R"({"data":{}})");
  test.hub.settle();
  const Lines push{R"({"event":"push","name":"reload","scope":"/","data":{}})"};
  CHECK(test.heard(ann) == push);
  CHECK(test.heard(bob) == push);
  CHECK(test.heard(eve) == push);
}

TEST_CASE_FIXTURE(Room, "mail comes to who is registered, and again to who is later") {
  const Lines reading = test.ask(ann, R"({"id":1,"op":"register","identity":"ann"})");
  REQUIRE(reading.size() == 1);
  CHECK(reading[0].starts_with(R"({"id":1,"ok":true,"epoch":")"));
  CHECK(reading[0].ends_with(R"("version":0,"waiting":0})"));
  const Lines told = test.ask(bob, R"({"id":2,"op":"notify","identity":"ann","message":"hi"})");
  CHECK(told.at(0).ends_with(R"("version":1,"status":"ok"})"));
  const std::string mail = test.heard(ann).at(0);
  CHECK(has(mail, R"("seq":1,"message":"hi","from":")" + id(bob)));
  const std::string epoch = reading[0].substr(reading[0].find("epoch") + 8, 16);

  CHECK(test.ask(bob, R"({"id":3,"op":"register","identity":"ann"})").size() == 2);
  CHECK(test.heard(ann) == Lines{R"({"event":"identity_replaced","identity":"ann"})"});
  const std::string ack =
      fmt::format(R"({{"id":4,"op":"ack","identity":"ann","epoch":"{}","seq":1}})", epoch);
  CHECK(has(test.ask(ann, ack).at(0), R"("code":"not_joined")"));
  CHECK(test.ask(bob, ack).at(0).ends_with(R"("waiting":0})"));
  CHECK(test.ask(bob, R"({"id":5,"op":"unregister","identity":"ann"})") ==
        Lines{R"({"id":5,"ok":true})"});
  test.say(ann, R"({"op":"notify","identity":"ann","message":2})");
  CHECK(test.heard(bob).empty());
  CHECK(has(test.ask(ann, R"({"id":6,"op":"notify","identity":"eve","message":1})").at(0),
            R"("code":"not_found")"));
}
