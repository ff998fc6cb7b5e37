#include "sse_door.h"

#include <doctest/doctest.h>

#include "gateway_test.h"

using namespace so;
using test::GatewayTest;
using test::Lines;

namespace {

std::string id_of(const std::string& event) {
  return event.starts_with("id: ") ? event.substr(4, event.find('\n') - 4) : "";
}
std::string data_of(const std::string& event) {
  const std::size_t at = event.find("data: ");
  return at == std::string::npos ? "" : event.substr(at + 6);
}
std::string member_in(const std::string& hello) {
  constexpr std::string_view kMember = R"("member":")";
  const std::size_t at = hello.find(kMember) + kMember.size();
  return hello.substr(at, hello.find('"', at) - at);
}
bool has(const std::string& text, std::string_view part) {
  return text.find(part) != std::string::npos;
}

}  // namespace

TEST_CASE("sse: a reader is told where it is, what there is, and what changes") {
  GatewayTest test;
  const auto ann = test.chat("/chat/room1");
  test.say(ann, "before");
  const auto reader = test.events("/chat/room1");
  Lines heard = test.heard(reader);
  REQUIRE(heard.size() == 4);
  CHECK(heard[0] == "200 text/event-stream");
  CHECK(heard[1].starts_with("retry: "));
  CHECK(has(heard[2], R"("event":"hello")"));
  CHECK(id_of(heard[2]).empty());
  CHECK(has(heard[3], R"("event":"sync")"));
  CHECK(has(heard[3], R"("data":{"message":"before"})"));
  test.say(ann, "after");
  const Lines change = test.heard(reader);
  REQUIRE(change.size() == 1);
  CHECK(has(change[0], R"("event":"change")"));
  CHECK(has(change[0], R"("value":"after")"));
  CHECK(id_of(change[0]) != id_of(heard[3]));
  CHECK(has(change[0], "\"version\":" + id_of(change[0]).substr(17)));
  CHECK(has(test.hub.list("/chat/room1"), R"("members":2)"));
  test.server.hang_up(reader);
  test.hub.settle();
  CHECK(has(test.hub.list("/chat/room1"), R"("members":1)"));
}

TEST_CASE("sse: who comes back is told exactly what it missed, or all") {
  GatewayTest test;
  const auto ann = test.chat("/chat/room1");
  const auto first = test.events("/chat/room1");
  test.say(ann, "one");
  const Lines heard = test.heard(first);
  const std::string last = id_of(heard.back());
  test.server.hang_up(first);
  test.say(ann, "two");
  test.say(ann, "three");
  SUBCASE("with a good id") {
    const Lines again = test.heard(test.events("/chat/room1", last));
    REQUIRE(again.size() == 4);
    CHECK(has(again[3], R"("event":"resume")"));
    CHECK(has(again[3], R"("value":"two")"));
    CHECK(has(again[3], R"("value":"three")"));
    CHECK_FALSE(has(again[3], R"("value":"one")"));
  }
  SUBCASE("from the address, the first time") {
    const Lines again = test.heard(test.events("/chat/room1?lastEventId=" + last));
    CHECK(has(again[3], R"("event":"resume")"));
  }
  SUBCASE("the header counts, as the address never changes") {
    const Lines again = test.heard(test.events("/chat/room1?lastEventId=" + last, "x"));
    CHECK(has(again[3], R"("event":"sync")"));
  }
  SUBCASE("with an id of another life, of the future, or none at all") {
    const std::vector<std::string> ids{"00000000000000ff-1", "x", last + "0"};
    for (const std::string& id : ids) {
      CAPTURE(id);
      const Lines again = test.heard(test.events("/chat/room1", id));
      REQUIRE(again.size() == 4);
      CHECK(has(again[3], R"("event":"sync")"));
      CHECK(has(again[3], R"("data":{"message":"three"})"));
    }
  }
}

TEST_CASE("sse: of several objects the id says where each is") {
  GatewayTest test;
  const auto ann = test.rich("/chat/room1");
  test.say(ann, R"({"op":"set","object":"a","key":"k","value":1})");
  test.say(ann, R"({"op":"set","object":"b","key":"k","value":1})");
  const auto both = test.events("/chat/room1?object=a&object=b&object=a");
  const auto other = test.events("/chat/room1?object=b");
  const Lines opening = test.heard(both);
  REQUIRE(opening.size() == 5);
  CHECK(id_of(opening[3]).ends_with(",-"));  // of b it has nothing yet
  test.heard(other);
  test.say(ann, R"({"op":"set","object":"b","key":"k","value":2})");
  const Lines one = test.heard(both);
  const Lines two = test.heard(other);
  REQUIRE(one.size() == 1);
  REQUIRE(two.size() == 1);
  CHECK(data_of(one[0]) == data_of(two[0]));
  CHECK(id_of(one[0]).ends_with("," + id_of(two[0])));
  test.server.hang_up(both);
  test.say(ann, R"({"op":"set","object":"a","key":"k","value":3})");
  const Lines again = test.heard(test.events("/chat/room1?object=a&object=b", id_of(one[0])));
  REQUIRE(again.size() == 5);
  CHECK(has(again[3], R"("event":"resume")"));
  CHECK(has(again[3], R"("value":3)"));
  CHECK(has(again[4], R"("event":"resume")"));
  CHECK(has(again[4], R"("batches":[])"));
}

TEST_CASE("sse: events of a scope, of all and for one reach a reader") {
  GatewayTest test;
  const auto reader = test.events("/chat/room1");
  const Lines opening = test.heard(reader);
  const auto ann = test.rich("/chat/room1");
  test.say(ann, R"({"op":"emit","name":"typing","data":1})");
  test.say(ann, R"({"op":"emit","name":"x","route":"sse","data":2})");
  test.say(ann, R"({"op":"emit","name":"x","route":"chat","data":3})");
  const std::string member = member_in(opening[2]);
  test.say(ann, R"({"op":"emit","name":"psst","data":4,"to":")" + member + "\"}");
  const Lines heard = test.heard(reader);
  REQUIRE(heard.size() == 3);
  CHECK(has(heard[0], R"("data":1)"));
  CHECK(has(heard[1], R"("data":2)"));
  CHECK(has(heard[2], R"("name":"psst")"));
}

TEST_CASE("sse: who is not let in is told so by a status") {
  hub::Options options;
  options.applications = std::vector<std::string>{"chat"};
  GatewayTest test{options};
  CHECK(test.heard(test.events("/none/room1"))[0] == "404 application/json");
  CHECK(test.heard(test.events("/"))[0] == "404 application/json");
  CHECK(test.heard(test.events("/chat/../x"))[0] == "400 application/json");
  std::string many = "/chat/room1?object=0";
  for (int i = 1; i < 17; ++i) many += "&object=" + std::to_string(i);
  CHECK(test.heard(test.events(many))[0] == "400 application/json");
  CHECK_FALSE(test.server.get_later("/chat/room1"));  // no reader
}

TEST_CASE("sse: the last event says why it is the last") {
  GatewayTest test;
  const auto reader = test.events("/chat/room1");
  const std::string member = member_in(test.heard(reader)[2]);
  test.hub.client.kick(member, "out");
  test.hub.settle();
  const Lines heard = test.heard(reader);
  REQUIRE(heard.size() == 2);
  CHECK(heard[0] == R"(data: {"event":"end","code":4003,"reason":"out"})");
  CHECK(heard[1] == "closed 4003: out");
}

TEST_CASE("sse: all readers hear a comment in kBeats beats") {
  GatewayTest test;
  std::vector<net::ConnId> readers;
  for (int i = 0; i < 50; ++i) readers.push_back(test.events("/chat/room1"));
  for (const auto id : readers) test.heard(id);
  for (std::uint64_t i = 0; i < gateway::Gateway::kBeats; ++i) test.gateway.beat();
  for (const auto id : readers) CHECK(test.heard(id) == Lines{":"});
}
