// Counters: what is now, was at most, and has ever been (Red5's statistics, and the hub's own).
#include <doctest/doctest.h>

#include "support/hub_test.h"

using namespace so;
using namespace so::test;

TEST_CASE("S11: a scope counts its connections, rooms, objects and streams") {
  HubTest hub;
  TestTool& a = hub.tool("a");
  CHECK(a.join(1, "/chat/room").ok);
  CHECK(a.join(1, "/chat", R"({"info":{"nick":"ann"}})").ok);
  CHECK(a.join(2, "/chat/room").ok);
  CHECK(a.leave(2, "/").ok);
  CHECK(a.use(1, "/chat/room", "o").ok);
  CHECK(a.set(1, "/chat/room", "o", "k", "1").ok);
  CHECK(a.set(1, "/chat/room", "o", "k", "1").ok);  // no effect
  CHECK(a.publish(1, "/chat/room/cam").ok);
  CHECK(a.unpublish(1, "/chat/room/cam").ok);
  CHECK(
      a.stat("/chat/room") ==
      R"({"scope":"/chat/room","created":1700000000000,"connections":{"now":1,"most":2,"total":2},)"
      R"("rooms":{"now":0,"most":0,"total":0},"objects":{"now":1,"most":1,"total":1},)"
      R"("streams":{"now":0,"most":1,"total":1},"changes":1})");
  CHECK(a.stat("/chat") ==
        R"({"scope":"/chat","created":1700000000000,"connections":{"now":1,"most":2,"total":2},)"
        R"("rooms":{"now":1,"most":1,"total":1},"objects":{"now":0,"most":0,"total":0},)"
        R"("streams":{"now":0,"most":0,"total":0},"changes":1})");
  CHECK(
      a.stat("/chat", "", R"({"list":true})")
          .text.ends_with(
              R"("changes":1,"room_list":[{"name":"room","created":1700000000000,)"
              R"("connections":{"now":1,"most":2,"total":2},"rooms":{"now":0,"most":0,"total":0},)"
              R"("objects":{"now":1,"most":1,"total":1},"streams":{"now":0,"most":1,"total":1},)"
              R"("changes":1}],"object_list":[],)"
              R"("member_list":[{"member":"00000000000000a0-1","info":{"nick":"ann"}}]})"));
  CHECK(a.leave(1, "/").ok);
  hub.pass(Seconds{5});
  CHECK(a.stat("/chat/room") == "not_found: no scope /chat/room");
}

TEST_CASE("O25: an object counts its users and what was done to it") {
  HubTest hub;
  TestTool& a = hub.tool("a");
  CHECK(a.join(1, "/chat").ok);
  CHECK(a.join(2, "/chat").ok);
  for (const std::uint64_t member : {1U, 2U}) CHECK(a.use(member, "/chat", "o").ok);
  CHECK(a.release(2, "/chat", "o").ok);
  CHECK(a.use(2, "/chat", "o").ok);
  CHECK(a.release(1, "/chat", "o").ok);
  CHECK(
      a.batch(2, "/chat", "o",
              R"({"op":"set","key":"a","value":1},{"op":"set","key":"b","value":"x"},)"
              R"({"op":"delete","key":"a"},{"op":"delete","key":"c"},{"op":"send","handler":"h"})")
          .ok);
  CHECK(a.stat("/chat", "o") ==
        R"({"scope":"/chat","object":"o","persistent":false,"version":2,"created":1700000000000,)"
        R"("users":{"now":1,"most":2,"total":3},"sets":2,"deletes":1,"sends":1,)"
        R"("attributes":1,"bytes":9})");
  CHECK(a.stat("/chat", "", R"({"list":true})")
            .text.find(R"("object_list":[{"name":"o","persistent":false,"version":2,)") !=
        std::string::npos);
  CHECK(a.stat("/chat", "p") == "not_found: no object p in /chat");
}

TEST_CASE("the root says what the whole hub has and has done") {
  HubTest hub;
  TestTool& a = hub.tool("a");
  hub.tool("b");
  CHECK(a.join(1, "/chat").ok);
  CHECK(a.use(1, "/chat", "o").ok);
  CHECK(a.set(1, "/chat", "o", "k", "1").ok);
  CHECK(a.set(1, "/chat", "o", "k", "1").ok);
  CHECK(a.get("/chat", "nosuch").text.starts_with("not_found"));
  CHECK(a.use(7, "/chat", "o").text.starts_with("not_joined"));
  const Answer root = a.stat("/");
  CHECK(root.text.find(R"("hub":{"started":1700000000000,"tools":2,"members":1,"scopes":1,)"
                       R"("objects":1,"data_bytes":)") != std::string::npos);
  CHECK(root.text.ends_with(
      R"("streams":0,"metadata":{"values":0,"bytes":0,"forgotten":0},"requests":8,)"
      R"("changes":{"ok":1,"noop":1,"dup":0,"gap":0,"cas":0},)"
      R"("refusals":{"not_joined":1,"not_found":1},"resumed":0,"restarted":0}})"));
}

TEST_CASE("readers that come back are counted by what they were told") {
  HubTest hub;
  TestTool& a = hub.tool("a");
  CHECK(a.join(1, "/chat").ok);
  const Answer first = a.use(1, "/chat", "o");
  const auto back = [&](std::uint64_t epoch) {
    CHECK(a.request({{.kind = wire::Kind::kUse, .member = 1, .epoch = epoch, .version = 1},
                     "/chat",
                     "o",
                     ""})
              .ok);
  };
  back(first.header.epoch);
  back(first.header.epoch + 1);
  CHECK(a.stat("/").text.ends_with(R"("resumed":1,"restarted":1}})"));
}
