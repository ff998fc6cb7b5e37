#include <doctest/doctest.h>

#include "support/hub_test.h"

using namespace so;
using namespace so::test;

TEST_CASE("followers see streams come and go, with what the publisher says of them") {
  HubTest hub;
  TestTool& in = hub.tool("in");
  TestTool& all = hub.tool("all");
  TestTool& one = hub.tool("one");
  CHECK(all.follow("/") == R"({"streams":[],"latest":[]})");
  CHECK(one.follow("/live/cam2").ok);
  CHECK(in.join(1, "/live").ok);
  CHECK(in.publish(1, "/live/cam", R"({"endpoint":"ipc:///run/x","video":"h264","audio":"aac"})") ==
        "ok");
  const auto frames = all.frames();
  REQUIRE(frames.size() == 1);
  CHECK(frames[0].header.kind == wire::Kind::kStream);
  CHECK(frames[0].scope == "/live/cam");
  CHECK(frames[0].header.member == 0);  // not of this tool
  CHECK(frames[0].body ==
        fmt::format(R"({{"event":"stream","stream":"/live/cam","state":"up","publisher":"{}",)"
                    R"("endpoint":"ipc:///run/x","video":"h264","audio":"aac"}})",
                    in.member(1)));
  CHECK(in.publish(1, "/live/cam2").ok);
  CHECK(one.events() == Lines{"up /live/cam2 in-1"});
  CHECK(in.unpublish(1, "/live/cam2") == "ok");
  CHECK(one.events() == Lines{"down /live/cam2 in-1"});
  CHECK(all.events() == Lines{"up /live/cam2 in-1", "down /live/cam2 in-1"});
}

TEST_CASE("a stream has one publisher at a time") {
  HubTest hub;
  TestTool& a = hub.tool("a");
  TestTool& b = hub.tool("b");
  TestTool& watcher = hub.tool("w");
  CHECK(watcher.follow("/live/cam").ok);
  CHECK(a.publish(1, "/live/cam") == "not_joined: member 1 has not joined /live");
  CHECK(a.join(1, "/live").ok);
  CHECK(b.join(1, "/live").ok);
  CHECK(a.publish(1, "/live/cam").ok);
  CHECK(b.publish(1, "/live/cam") ==
        fmt::format("in_use: stream /live/cam is published by {}", a.member(1)));
  CHECK(b.unpublish(1, "/live/cam") == "ok");  // not its own: nothing
  CHECK(a.publish(1, "/live/cam").ok);         // the same again: nothing
  CHECK(watcher.events() == Lines{"up /live/cam a-1"});
  CHECK(a.publish(1, "/live/cam", R"({"video":"hevc"})").ok);
  CHECK(watcher.events() == Lines{"up /live/cam a-1"});
  CHECK(a.unpublish(1, "/live/cam").ok);
  CHECK(b.publish(1, "/live/cam").ok);
  CHECK(watcher.events() == Lines{"down /live/cam a-1", "up /live/cam b-1"});
}

TEST_CASE("a stream ends when its publisher leaves the scope, before the leave is seen") {
  HubTest hub;
  TestTool& a = hub.tool("a");
  TestTool& watcher = hub.tool("w");
  CHECK(watcher.join(1, "/live", R"({"presence":true})").ok);
  CHECK(watcher.follow("/").ok);
  CHECK(a.join(1, "/live/x").ok);
  CHECK(a.publish(1, "/live/x/deep").ok);
  CHECK(a.publish(1, "/live/cam").ok);
  CHECK(watcher.frames().size() == 3);
  CHECK(a.leave(1, "/live/x").ok);
  CHECK(watcher.events() == Lines{"down /live/x/deep a-1"});
  CHECK(a.leave(1, "/").ok);
  CHECK(watcher.events() == Lines{"down /live/cam a-1", "leave /live a-1"});
}

TEST_CASE("metadata reaches who follows, the sender too, and the latest who follows later") {
  HubTest hub;
  TestTool& a = hub.tool("a");
  TestTool& b = hub.tool("b");
  CHECK(a.follow("/live/cam").ok);
  CHECK(b.follow("/", R"({"meta":false})").ok);
  CHECK(a.meta("/live/cam", R"({"data":{"lat": 48.2},"timestamp":1234})") == "ok");
  CHECK(a.meta("/live/other", R"({"data":1})").ok);
  CHECK(a.events() == Lines{R"(meta /live/cam 1234 {"lat":48.2})"});
  CHECK(b.events() == Lines{});
  hub.wall = 1700;
  CHECK(a.meta("/live/cam", R"({"data":"text"})").ok);
  CHECK(a.events() == Lines{R"(meta /live/cam 1700 "text")"});
  CHECK(b.follow("/live/cam") ==
        R"({"streams":[],"latest":[)"
        R"({"event":"meta","stream":"/live/cam","timestamp":1700,"data":"text"}]})");
  CHECK(b.follow("/live/cam", R"({"latest":false})") == R"({"streams":[],"latest":[]})");
}

TEST_CASE("metadata has the time of its stream while that is up, else the wall clock's") {
  HubTest hub;
  TestTool& a = hub.tool("a");
  CHECK(a.follow("/live/cam", R"({"streams":false})").ok);
  CHECK(a.join(1, "/live").ok);
  CHECK(a.join(2, "/live").ok);
  CHECK(a.publish(1, "/live/cam").ok);
  hub.wall = 1700;
  CHECK(a.meta("/live/cam", R"({"data":1})").ok);  // up, and nobody has said what time it is there
  CHECK(a.time(1, "/live/cam", R"({"timestamp":60000})") == "ok");
  hub.pass(Millis{1234});
  CHECK(a.meta("/live/cam", R"({"data":2})").ok);
  CHECK(a.meta("/live/cam", R"({"data":3,"timestamp":5})").ok);
  CHECK(a.meta("/live/cam", R"({"data":4,"clock":"stream"})").ok);
  CHECK(a.meta("/live/cam", R"({"data":5,"clock":"wall"})").ok);
  CHECK(a.meta("/live/cam", R"({"data":6,"clock":"none"})").ok);
  CHECK(a.events() == Lines{"meta /live/cam 1700 1", "meta /live/cam 61234 2", "meta /live/cam 5 3",
                            "meta /live/cam 61234 4", "meta /live/cam 1700 5",
                            "meta /live/cam never 6"});
  CHECK(a.publish(1, "/live/cam", R"({"video":"hevc"})").ok);  // the same stream
  CHECK(a.meta("/live/cam", R"({"data":7})").ok);
  CHECK(a.unpublish(1, "/live/cam").ok);
  CHECK(a.meta("/live/cam", R"({"data":8})").ok);
  CHECK(a.events() == Lines{"meta /live/cam 61234 7", "meta /live/cam 1700 8"});

  CHECK(a.time(1, "/live/cam", R"({"timestamp":1})") ==
        "not_found: stream /live/cam is not published by member 1");
  CHECK(a.publish(2, "/live/cam").ok);
  CHECK(a.time(1, "/live/cam", R"({"timestamp":1})").text.starts_with("not_found: "));
  CHECK(a.time(2, "/live/cam", "{}") == "bad_request: timestamp is missing");
  CHECK(a.meta("/live/cam", R"({"data":1,"clock":"sun"})") ==
        "bad_request: clock is not stream, wall or none");
}

TEST_CASE("a list has what a stream carries, as long as its publisher says so") {
  HubTest hub;
  TestTool& a = hub.tool("a");
  CHECK(a.join(1, "/live").ok);
  CHECK(a.publish(1, "/live/cam").ok);
  const std::string bare =
      R"({"scope":"/live","members":1,"rooms":[],"objects":[],)"
      R"("streams":[{"stream":"/live/cam","publisher":"00000000000000a0-1"}]})";
  const auto with = [](std::string_view rates) {
    return fmt::format(
        R"({{"scope":"/live","members":1,"rooms":[],"objects":[],)"
        R"("streams":[{{"stream":"/live/cam","publisher":"00000000000000a0-1","rates":{}}}]}})",
        rates);
  };
  CHECK(a.list("/live") == bare);
  const std::string all =
      R"({"bytes_per_second":250000,"frames_per_second":30,"gop":2000,"players":12})";
  CHECK(a.rates(1, "/live/cam", all) == "ok");
  CHECK(a.list("/live") == with(all));
  CHECK(a.publish(1, "/live/cam", R"({"video":"hevc"})").ok);  // the same stream
  CHECK(a.list("/live") == with(all));
  CHECK(a.rates(1, "/live/cam", R"({"bytes_per_second":1})") == "ok");
  CHECK(a.list("/live") ==
        with(R"({"bytes_per_second":1,"frames_per_second":0,"gop":0,"players":0})"));
  hub.pass(Seconds{10});
  CHECK(a.list("/live") == bare);

  CHECK(a.rates(1, "/live/cam", "{}") == "bad_request: bytes_per_second is missing");
  CHECK(a.rates(1, "/live/cam", R"({"bytes_per_second":1,"gop":-1})") ==
        "bad_request: gop is not a whole number of 0 or more");
  CHECK(a.rates(1, "/live/other", all) ==
        "not_found: stream /live/other is not published by member 1");
  CHECK(a.join(2, "/live").ok);
  CHECK(a.rates(2, "/live/cam", all).text.starts_with("not_found: "));
}

TEST_CASE("a producer's number is taken once, and may leave some out") {
  HubTest hub;
  TestTool& a = hub.tool("a");
  CHECK(a.follow("/").ok);
  const auto push = [&](std::string_view stream, std::string_view producer, int seq) {
    return a.meta(stream, fmt::format(R"({{"data":{0},"timestamp":0,"producer":"{1}","seq":{0}}})",
                                      seq, producer));
  };
  CHECK(push("/live/cam", "gps", 1) == R"({"status":"ok"})");
  CHECK(push("/live/cam", "gps", 1) == R"({"status":"dup"})");
  CHECK(push("/live/cam", "gps", 3) == R"({"status":"ok"})");
  CHECK(push("/live/cam", "gps", 2) == R"({"status":"dup"})");
  CHECK(push("/live/cam", "clock", 1) == R"({"status":"ok"})");
  CHECK(push("/live/other", "gps", 1) == R"({"status":"ok"})");
  CHECK(a.events() == Lines{"meta /live/cam 0 1", "meta /live/cam 0 3", "meta /live/cam 0 1",
                            "meta /live/other 0 1"});
  CHECK(a.meta("/live/cam", R"({"data":1,"producer":"gps"})") == "bad_request: seq is missing");
  CHECK(a.meta("/live/cam", R"({"data":1,"seq":1})") == "bad_request: producer is missing");
  CHECK(a.meta("/live/cam", R"({"data":1,"producer":"gps","seq":0})") ==
        "bad_request: seq counts from 1");
}

TEST_CASE("the numbers of producers are bounded; who has most forgets its own") {
  HubTest hub{{.meta_producers = 2}};
  TestTool& a = hub.tool("a");
  TestTool& b = hub.tool("b");
  const auto push = [&](TestTool& tool, std::string_view producer) {
    return tool.meta("/live/cam", fmt::format(R"({{"data":1,"producer":"{}","seq":1}})", producer));
  };
  for (const std::string_view each : {"a", "b", "c"}) CHECK(push(a, each) == R"({"status":"ok"})");
  CHECK(push(b, "d") == R"({"status":"ok"})");
  CHECK(push(a, "c") == R"({"status":"dup"})");
  CHECK(push(a, "e") == R"({"status":"ok"})");
  CHECK(push(b, "d") == R"({"status":"dup"})");
}

TEST_CASE("metadata for the root is for all: each who hears of any stream hears it once") {
  HubTest hub;
  TestTool& a = hub.tool("a");
  TestTool& b = hub.tool("b");
  TestTool& c = hub.tool("c");
  CHECK(b.follow("/", R"({"streams":false})").ok);
  CHECK(b.follow("/live/a", R"({"streams":false})").ok);
  CHECK(c.follow("/live/nobody", R"({"streams":false})").ok);
  CHECK(c.follow("/", R"({"meta":false,"streams":false})").ok);
  CHECK(a.follow("/", R"({"meta":false,"streams":false})").ok);
  CHECK(a.meta("/", R"({"data":0,"timestamp":1})").ok);
  CHECK(b.events() == Lines{"meta / 1 0"});
  CHECK(c.events() == Lines{"meta / 1 0"});
  CHECK(a.events() == Lines{});

  // Streams that are up keep it, each with its own time.
  CHECK(a.join(1, "/live").ok);
  for (const auto* stream : {"/live/a", "/live/b", "/live/c"}) CHECK(a.publish(1, stream).ok);
  CHECK(a.time(1, "/live/b", R"({"timestamp":500})").ok);
  hub.wall = 1700;
  CHECK(a.meta("/", R"({"data":{"all":1}})").ok);
  CHECK(a.meta("/live/c", R"({"data":2})").ok);
  CHECK(b.events() == Lines{R"(meta / 500 {"all":1})", "meta /live/c 1700 2"});
  CHECK(a.follow("/", R"({"streams":false})") ==
        R"({"streams":[],"latest":[{"event":"meta","stream":"/","timestamp":500,"data":{"all":1}},)"
        R"({"event":"meta","stream":"/live/a","timestamp":1700,"data":{"all":1}},)"
        R"({"event":"meta","stream":"/live/b","timestamp":500,"data":{"all":1}},)"
        R"({"event":"meta","stream":"/live/c","timestamp":1700,"data":2}]})");
}

TEST_CASE("following again replaces, unfollowing ends; both ways each event comes once") {
  HubTest hub;
  TestTool& a = hub.tool("a");
  TestTool& b = hub.tool("b");
  CHECK(a.join(1, "/live").ok);
  CHECK(b.follow("/").ok);
  CHECK(b.follow("/live/cam").ok);
  CHECK(a.publish(1, "/live/cam").ok);
  CHECK(b.events() == Lines{"up /live/cam a-1"});
  CHECK(b.follow("/live/cam", R"({"streams":false})") == R"({"streams":[],"latest":[]})");
  CHECK(b.unfollow("/") == "ok");
  CHECK(b.unfollow("/") == "ok");
  CHECK(a.unpublish(1, "/live/cam").ok);
  CHECK(b.events() == Lines{});
  CHECK(a.meta("/live/cam", R"({"data":1,"timestamp":1})").ok);
  CHECK(b.events() == Lines{"meta /live/cam 1 1"});
  CHECK(b.unfollow("/live/cam").ok);
  CHECK(a.meta("/live/cam", R"({"data":2,"timestamp":2})").ok);
  CHECK(b.events() == Lines{});
}

TEST_CASE("the latest metadata is kept of the streams that spoke last") {
  HubTest hub{{.metadata = 2}};
  TestTool& a = hub.tool("a");
  for (const auto* stream : {"/live/1", "/live/2", "/live/1", "/live/3"}) {
    CHECK(a.meta(stream, R"({"data":0,"timestamp":0})").ok);
  }
  CHECK(a.follow("/") ==
        R"({"streams":[],"latest":[{"event":"meta","stream":"/live/1","timestamp":0,"data":0},)"
        R"({"event":"meta","stream":"/live/3","timestamp":0,"data":0}]})");
}
