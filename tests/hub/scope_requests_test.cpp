#include <doctest/doctest.h>

#include "support/hub_test.h"

using namespace so;
using namespace so::test;

TEST_CASE("S2: a room comes with its first member and goes with its last") {
  HubTest hub;
  TestTool& a = hub.tool("a");
  TestTool& b = hub.tool("b");
  CHECK(a.list("/chat") == "not_found: no scope /chat");
  CHECK(a.join(1, "/chat/room1").ok);
  CHECK(b.join(1, "/chat/room1").ok);
  CHECK(a.list("/chat") ==
        R"({"scope":"/chat","members":2,"rooms":["room1"],"objects":[],"streams":[]})");
  CHECK(a.leave(1, "/") == "ok");
  CHECK(a.list("/chat/room1").ok);
  CHECK(b.leave(1, "/") == "ok");
  CHECK(a.list("/chat") == "not_found: no scope /chat");
}

TEST_CASE("S3: joining a nested room is joining every scope above, parent first") {
  HubTest hub;
  TestTool& watcher = hub.tool("w");
  for (const auto* scope : {"/sec", "/sec/a", "/sec/a/b"}) {
    CHECK(watcher.join(1, scope, R"({"presence":true})").ok);
  }
  TestTool& a = hub.tool("a");
  CHECK(a.join(7, "/sec/a/b", R"({"info":{"nick":"ann"}})").ok);
  CHECK(watcher.events() == Lines{R"(join /sec a-7 {"nick":"ann"})",
                                  R"(join /sec/a a-7 {"nick":"ann"})",
                                  R"(join /sec/a/b a-7 {"nick":"ann"})"});
  CHECK(a.join(7, "/sec/c").ok);
  CHECK(watcher.events() == Lines{});  // it is in /sec already, and nobody watches /sec/c
  CHECK(a.leave(7, "/").ok);
  CHECK(watcher.events() == Lines{"leave /sec/a/b a-7", "leave /sec/a a-7", "leave /sec a-7"});
}

TEST_CASE("S10: who is let in is seen from the top down, who goes from the bottom up") {
  HubTest hub;
  TestTool& watcher = hub.tool("w");
  for (const auto* scope : {"/sec", "/sec/a"}) {
    CHECK(watcher.join(1, scope, R"({"presence":true})").ok);
  }
  TestTool& a = hub.tool("a");
  CHECK(a.join(7, "/sec/a").ok);
  CHECK(a.bye().ok);
  CHECK(watcher.events() ==
        Lines{"join /sec a-7 {}", "join /sec/a a-7 {}", "leave /sec/a a-7", "leave /sec a-7"});
}

TEST_CASE("leaving a scope is leaving those below it, not those above") {
  HubTest hub;
  TestTool& a = hub.tool("a");
  TestTool& watcher = hub.tool("w");
  CHECK(watcher.join(1, "/sec", R"({"presence":true})").ok);
  CHECK(a.join(1, "/sec/a/b").ok);
  CHECK(a.join(1, "/sec/ab").ok);  // no part of /sec/a
  CHECK(a.leave(1, "/sec/a").ok);
  CHECK(a.list("/sec") ==
        R"({"scope":"/sec","members":2,"rooms":["ab"],"objects":[],"streams":[]})");
  CHECK(watcher.events() == Lines{"join /sec a-1 {}"});
  CHECK(a.leave(1, "/sec").ok);
  CHECK(watcher.events() == Lines{"leave /sec a-1"});
}

TEST_CASE("presence lists who is there and tells who comes and goes") {
  HubTest hub;
  TestTool& a = hub.tool("a");
  TestTool& b = hub.tool("b");
  CHECK(a.join(1, "/chat", R"({"info":{"nick":"ann"}})") ==
        fmt::format(R"({{"member":"{}"}})", a.member(1)));
  CHECK(b.join(2, "/chat", R"({"presence":true})") ==
        fmt::format(R"({{"member":"{1}","members":[{{"member":"{0}","info":{{"nick":"ann"}}}},)"
                    R"({{"member":"{1}","info":{{}}}}]}})",
                    a.member(1), b.member(2)));
  CHECK(a.events() == Lines{});  // did not ask
  CHECK(b.events() == Lines{});  // its own join
  CHECK(a.join(2, "/chat").ok);
  CHECK(b.events() == Lines{"join /chat a-2 {}"});

  CHECK(b.join(2, "/chat", R"({"presence":false})").ok);
  CHECK(a.leave(2, "/chat").ok);
  CHECK(b.events() == Lines{});
}

TEST_CASE("a tool hears of its own members when another of them asked") {
  HubTest hub;
  TestTool& a = hub.tool("a");
  CHECK(a.join(1, "/chat", R"({"presence":true})").ok);
  CHECK(a.join(2, "/chat", R"({"presence":true})").ok);
  const auto frames = a.frames();
  REQUIRE(frames.size() == 1);
  CHECK(frames[0].header.member == 2);
  CHECK(frames[0].scope == "/chat");
  CHECK(frames[0].body ==
        fmt::format(R"({{"event":"join","scope":"/chat","member":"{}","info":{{}},)"
                    R"("epoch":"0000000000000002","version":2}})",
                    a.member(2)));
  CHECK(frames[0].header.epoch == 2);
  CHECK(frames[0].header.version == 2);
}

TEST_CASE("joining twice is joining once, and may show something else") {
  HubTest hub;
  TestTool& a = hub.tool("a");
  TestTool& b = hub.tool("b");
  CHECK(b.join(1, "/chat", R"({"presence":true})").ok);
  CHECK(a.join(1, "/chat").ok);
  CHECK(a.join(1, "/chat", R"({"info":{"nick":"late"}})").ok);
  CHECK(a.join(1, "/chat", R"({"info":{"nick":"late"}})").ok);
  CHECK(a.join(1, "/chat").ok);
  CHECK(b.events() == Lines{"join /chat a-1 {}", R"(join /chat a-1 {"nick":"late"})"});
  CHECK(a.leave(1, "/chat").ok);
  CHECK(a.leave(1, "/chat") == "ok");
  CHECK(b.events() == Lines{"leave /chat a-1"});
}

TEST_CASE("S13: a room, an object and a stream may be called alike, and are listed apart") {
  HubTest hub;
  TestTool& a = hub.tool("a");
  CHECK(a.join(1, "/app/same").ok);
  CHECK(a.use(1, "/app", "same").ok);
  CHECK(a.publish(1, "/app/same").ok);
  CHECK(a.list("/app") ==
        fmt::format(R"({{"scope":"/app","members":1,"rooms":["same"],)"
                    R"("objects":[{{"name":"same","persistent":false,"version":1,"users":1}}],)"
                    R"("streams":[{{"stream":"/app/same","publisher":"{}"}}]}})",
                    a.member(1)));
}

TEST_CASE("S1: only configured applications can be joined") {
  HubTest hub{{.applications = {{"chat", "live"}}}};
  TestTool& a = hub.tool("a");
  CHECK(a.list("/") ==
        R"({"scope":"/","members":0,"rooms":["chat","live"],"objects":[],"streams":[]})");
  CHECK(a.join(1, "/nosuch/room") == "no_application: application nosuch is not configured");
  CHECK(a.join(1, "/CHAT") == "no_application: application CHAT is not configured");
  CHECK(a.follow("/nosuch/cam") == "no_application: application nosuch is not configured");
  CHECK(a.join(1, "/chat/room").ok);
}

TEST_CASE("S5: an application outlives its members, and so does what it says of itself") {
  HubTest hub{{.applications = {{"chat"}}}};
  TestTool& a = hub.tool("a");
  CHECK(a.join(1, "/chat/room").ok);
  CHECK(a.use(1, "/chat", "lobby", R"({"persistent":true})").ok);
  CHECK(a.set(1, "/chat", "", "topic", R"("tea")").ok);
  CHECK(a.leave(1, "/").ok);
  hub.pass(Seconds{10});
  CHECK(a.list("/chat") ==
        R"({"scope":"/chat","members":0,"rooms":[],"objects":[{"name":"lobby","persistent":true,)"
        R"("version":1,"users":0}],"streams":[]})");
  CHECK(a.get("/chat", "", R"({"key":"topic"})") == R"({"value":"tea"})");
}

TEST_CASE("S14: an empty room is kept as long as it was told to") {
  HubTest hub{{.keep = Seconds{10}}};
  TestTool& a = hub.tool("a");
  const auto pass = [&](int seconds) {  // within the lease
    for (int i = 0; i < seconds; ++i) {
      CHECK(a.beat().ok);
      hub.pass(Seconds{1});
    }
  };
  CHECK(a.join(1, "/chat/room/inner").ok);
  CHECK(a.leave(1, "/").ok);
  pass(9);
  CHECK(a.list("/chat/room").ok);
  CHECK(a.join(1, "/chat/room").ok);  // used again: the timer starts anew with the next leave
  pass(9);
  CHECK(a.list("/chat/room/inner") == "not_found: no scope /chat/room/inner");
  CHECK(a.leave(1, "/").ok);
  pass(9);
  CHECK(a.list("/chat/room").ok);
  pass(1);
  CHECK(a.list("/chat") == "not_found: no scope /chat");
}

TEST_CASE("S4: a room ends at once with its last member, and each one above with its own") {
  HubTest hub{{.applications = {{"chat"}}}};
  TestTool& a = hub.tool("a");
  TestTool& b = hub.tool("b");
  CHECK(a.join(1, "/chat/a/b/c").ok);
  CHECK(b.join(1, "/chat/a").ok);
  CHECK(a.leave(1, "/").ok);
  CHECK(a.list("/chat/a/b/c") == "not_found: no scope /chat/a/b/c");
  CHECK(a.list("/chat/a/b") == "not_found: no scope /chat/a/b");
  CHECK(a.list("/chat/a").ok);
  CHECK(b.leave(1, "/").ok);
  CHECK(a.list("/chat") == R"({"scope":"/chat","members":0,"rooms":[],"objects":[],"streams":[]})");
}

TEST_CASE("S4: a room stays as long as an object in it") {
  HubTest hub;
  TestTool& a = hub.tool("a");
  TestTool& b = hub.tool("b");
  CHECK(a.join(1, "/chat/room1").ok);
  CHECK(a.set(1, "/chat/room1", "chat", "k", "1").ok);
  CHECK(a.leave(1, "/").ok);
  CHECK(b.get("/chat/room1", "chat", R"({"key":"k"})") == R"({"value":1})");
  hub.pass(Millis{4999});
  CHECK(b.list("/chat/room1").ok);
  CHECK(b.list("/") == R"({"scope":"/","members":0,"rooms":["chat"],"objects":[],"streams":[]})");
  hub.pass(Millis{1});
  CHECK(b.list("/chat/room1") == "not_found: no scope /chat/room1");
  CHECK(b.list("/chat") == "not_found: no scope /chat");
}

TEST_CASE("a refused join leaves nothing behind") {
  HubTest hub{{.scopes = 3}};
  TestTool& a = hub.tool("a");
  CHECK(a.join(1, "/chat/a/b") == "limit: scopes: 3 is the limit");
  CHECK(a.list("/") == R"({"scope":"/","members":0,"rooms":[],"objects":[],"streams":[]})");
  CHECK(a.join(1, "/chat/a").ok);
}
