// What a client announces, and how it keeps objects exact.
#include <algorithm>
#include <array>

#include "client_test.h"

using namespace so;
using wire::Kind;

TEST_CASE("join and use are requests, and users are those whose use was granted") {
  ClientTest test;
  test.hello();
  test.client.join(1, "/chat", {.info = R"({"nick":"ann"})", .presence = true},
                   test.answer("join"));
  test.expect(R"(join 1 /chat {"info":{"nick":"ann"},"presence":true})", R"({"member":"x"})");
  test.client.use(1, "/chat", "so", {.persistent = true, .epoch = 7, .version = 2},
                  test.answer("use"));
  CHECK(test.client.users("/chat", "so").empty());
  test.expect(R"(use 1 /chat so 7:2 {"persistent":true})", R"({"event":"resume"})", 7, 3);
  CHECK(std::ranges::equal(test.client.users("/chat", "so"), std::array<std::uint64_t, 1>{1}));
  CHECK(test.told() ==
        Told{"connected", R"(join ok 0:0 {"member":"x"})", R"(use ok 7:3 {"event":"resume"})"});
  test.client.release(1, "/chat", "so", test.answer("release"));
  CHECK(test.client.users("/chat", "so").empty());
  test.expect("release 1 /chat so");
  CHECK(test.told() == Told{"release ok 0:0 "});
}

TEST_CASE("changes are passed on as they come, once and in order") {
  ClientTest test;
  test.use_so();
  test.changed(7, 4, "four");
  test.changed(7, 4, "four");  // seen
  test.changed(7, 5, "five");
  CHECK(test.told() == Told{"event /chat so four", "event /chat so five"});
  test.client.release(1, "/chat", "so");
  test.changed(7, 6, "on its way when it was released");
  CHECK(test.told().empty());
}

TEST_CASE("a missing change is asked for, and the answer covers what comes meanwhile") {
  ClientTest test;
  test.use_so();
  test.changed(7, 5);
  test.changed(7, 6);
  CHECK(test.told().empty());
  test.expect("use 1 /chat so 7:3", R"({"event":"resume"})", 7, 6);
  CHECK(test.told() == Told{R"(sync /chat so {"event":"resume"})"});
  test.changed(7, 7, "seven");
  CHECK(test.told() == Told{"event /chat so seven"});
  CHECK(test.bus.idle());
}

TEST_CASE("a second user whose snapshot shows that something was missed sets the first right") {
  ClientTest test;
  test.use_so();
  test.client.use(2, "/chat", "so", {}, test.answer("use"));
  test.expect("use 2 /chat so", "snapshot", 7, 5);
  CHECK(test.told() == Told{"use ok 7:5 snapshot"});
  test.expect("use 1 /chat so", "four and five", 7, 5);
  CHECK(test.told() == Told{"sync /chat so four and five"});
}

// Else it would be told again what its snapshot holds already.
TEST_CASE("where a user was told a later state, all start anew from a snapshot") {
  ClientTest test;
  test.use_so();
  test.client.use(2, "/chat", "so", {}, test.answer("second"));
  const wire::Frame second = test.bus.next();
  test.bus.deliver({.header = {.kind = Kind::kGap}, .scope = {}, .name = {}, .body = {}});
  test.expect(R"(join 1 /chat {"presence":false})");
  test.expect(R"(use 1 /chat so {"quiet":true})", "", 7, 9);
  wire::Frame next = test.bus.next();
  if (text(next).starts_with("use 2")) {  // it is asked again
    test.bus.done(next, R"({"event":"sync","v":9})", 7, 9);
    next = test.bus.next();
  }
  CHECK(text(next) == "use 1 /chat so 7:3");
  test.bus.done(second, R"({"event":"sync","v":8})", 7, 8);
  test.bus.done(next, R"({"event":"resume"})", 7, 9);
  test.expect("use 1 /chat so", R"({"event":"sync","v":10})", 7, 10);
  CHECK(test.told() == Told{R"(second ok 7:8 {"event":"sync","v":8})",
                            R"(sync /chat so {"event":"sync","v":10})"});
}

TEST_CASE("a restarted hub is told everything again: joins, uses, streams, follows") {
  ClientTest test;
  test.use_so();
  test.client.follow("/live/cam", {.latest = false});
  test.client.publish(1, "/live/cam", {.endpoint = "ipc:///x", .video = "h264", .audio = {}});
  test.client.join(2, "/chat", {.presence = true});
  test.client.use(2, "/chat", "so", {.persistent = false, .epoch = 1, .version = 1});
  test.expect(R"(follow /live/cam {"meta":true,"streams":true,"latest":false})");
  test.expect(R"(publish 1 /live/cam {"endpoint":"ipc:///x","video":"h264"})");
  test.expect(R"(join 2 /chat {"presence":true})");
  test.expect(R"(use 2 /chat so 1:1 {"persistent":false})", "", 7, 3);
  test.bus.link(false, "restart");
  CHECK(test.told() == Told{"lost: restart"});

  test.hello("00000000000000bb");
  CHECK_FALSE(test.client.connected());
  test.expect(R"(join 1 /chat {"presence":false})");
  test.expect(R"(join 2 /chat {"presence":true})");
  // The members need no snapshots of their own ...
  test.expect(R"(use 1 /chat so {"quiet":true})", "", 8, 1);
  test.expect(R"(use 2 /chat so 1:1 {"quiet":true,"persistent":false})", "", 8, 1);
  test.expect(R"(publish 1 /live/cam {"endpoint":"ipc:///x","video":"h264"})");
  test.expect(R"(follow /live/cam {"meta":true,"streams":true,"latest":false})");
  CHECK(test.told().empty());
  // ... one serves them all.
  test.expect("use 1 /chat so 7:3", R"({"event":"sync"})", 8, 1);
  CHECK(test.client.connected());
  CHECK(test.bus.idle());
  CHECK(test.told() == Told{R"(sync /chat so {"event":"sync"})", "connected"});
}

TEST_CASE("what a member shows stays until it shows something else, at a restarted hub too") {
  ClientTest test;
  test.hello();
  test.client.join(1, "/chat", {.info = R"({"nick":"ann"})"});
  test.expect(R"(join 1 /chat {"info":{"nick":"ann"},"presence":false})");
  test.client.join(1, "/chat", {.presence = true});
  test.expect(R"(join 1 /chat {"info":{"nick":"ann"},"presence":true})");
  test.bus.link(false, "restart");
  CHECK(test.told() == Told{"connected", "lost: restart"});
  test.hello("00000000000000bb");
  test.expect(R"(join 1 /chat {"info":{"nick":"ann"},"presence":true})");
}

TEST_CASE("an object where nothing was missed is not told again") {
  ClientTest test;
  test.use_so();
  test.bus.link(false);
  test.hello();
  test.expect(R"(join 1 /chat {"presence":false})");
  test.expect(R"(use 1 /chat so {"quiet":true})", "", 7, 3);
  test.expect("use 1 /chat so 7:3", R"({"event":"resume","batches":[]})", 7, 3);
  CHECK(test.told() == Told{"lost: ", "connected"});
}

TEST_CASE("what is asked while there is no hub waits for it, and is answered by it") {
  ClientTest test;
  test.client.join(1, "/chat", {}, test.answer("join"));
  test.client.use(1, "/chat", "so", {.persistent = {}, .epoch = 7, .version = 3},
                  test.answer("use"));
  test.client.join(2, "/chat", {}, test.answer("join 2"));
  test.client.gone(2);
  CHECK(test.told() == Told{"join 2 hub_lost: there is no hub"});  // it was taken back
  test.hello();
  test.expect(R"(join 1 /chat {"presence":false})");
  test.expect("use 1 /chat so 7:3", "snapshot", 8, 1);
  CHECK(test.bus.idle());
  CHECK(test.told() == Told{"join ok 0:0 ", "use ok 8:1 snapshot", "connected"});
}

TEST_CASE("what was asked and not answered is asked again of the next hub") {
  ClientTest test;
  test.hello();
  test.client.join(1, "/chat", {}, test.answer("join"));
  CHECK(test.bus.next().header.kind == Kind::kJoin);
  test.bus.link(false);
  test.hello();
  CHECK(test.told() == Told{"connected", "lost: "});
  test.expect(R"(join 1 /chat {"presence":false})", "joined");
  CHECK(test.told() == Told{"join ok 0:0 joined", "connected"});
}

TEST_CASE("a claim that a new hub refuses is told, and not made again") {
  ClientTest test;
  test.use_so();
  test.bus.link(false);
  test.hello();
  test.expect(R"(join 1 /chat {"presence":false})");
  test.bus.refuse(test.bus.next(), "limit");
  test.bus.refuse(test.bus.next(), "not_joined");  // where is it? was asked in the same breath
  CHECK(test.told() == Told{"lost: ", "refused use 1 /chat so: limit", "connected"});
  CHECK(test.client.users("/chat", "so").empty());
  CHECK(test.bus.idle());
}

TEST_CASE("a claim that is refused at once is its caller's alone, and what was held before stays") {
  ClientTest test;
  test.use_so();
  test.client.use(1, "/chat", "so", {.persistent = true}, test.answer("use"));
  test.bus.refuse(test.bus.next(), "persistence");
  CHECK(test.told() == Told{"use persistence: told so"});
  test.changed(7, 4, "still here");
  CHECK(test.told() == Told{"event /chat so still here"});
  test.bus.link(false);
  test.hello();
  test.expect(R"(join 1 /chat {"presence":false})");
  test.expect(R"(use 1 /chat so {"quiet":true})", "", 7, 4);
}

TEST_CASE("leaving a scope takes back what is below it, ending takes back all") {
  ClientTest test;
  test.hello();
  for (const char* scope : {"/a", "/a/b", "/ab"}) test.client.join(1, scope, {});
  test.client.use(1, "/a/b", "so", {});
  test.client.publish(1, "/a/cam", {});
  test.client.publish(1, "/ab/cam", {});
  test.client.join(2, "/a", {});
  while (!test.bus.idle()) test.bus.done(test.bus.next());
  test.client.leave(1, "/a", test.answer("leave"));
  test.expect("leave 1 /a");
  test.bus.link(false);
  test.hello();
  test.expect(R"(join 1 /ab {"presence":false})");
  test.expect(R"(join 2 /a {"presence":false})");
  test.expect("publish 1 /ab/cam {}");
  CHECK(test.bus.idle());
  test.client.gone(1);
  test.expect("leave 1 /");
  test.bus.link(false);
  test.hello();
  test.expect(R"(join 2 /a {"presence":false})");
  CHECK(test.bus.idle());
}

TEST_CASE("an answer to a claim that was taken back grants nothing") {
  ClientTest test;
  test.hello();
  test.client.use(1, "/chat", "so", {}, test.answer("first"));
  const wire::Frame first = test.bus.next();
  test.client.release(1, "/chat", "so");
  test.client.use(1, "/chat", "so", {}, test.answer("second"));
  test.bus.done(first, "", 7, 3);
  CHECK(test.client.users("/chat", "so").empty());
  CHECK(test.bus.next().header.kind == Kind::kRelease);
  test.expect("use 1 /chat so", "", 7, 4);
  CHECK(test.client.users("/chat", "so").size() == 1);
  CHECK(test.told() == Told{"connected", "first ok 7:3 ", "second ok 7:4 "});
}

TEST_CASE("many claims are announced a window at a time") {
  ClientTest test;
  for (std::uint64_t member = 1; member <= 1000; ++member) test.client.join(member, "/chat", {});
  test.hello();
  std::vector<wire::Frame> burst;
  while (!test.bus.idle()) burst.push_back(test.bus.next());
  CHECK(burst.size() == 256);
  std::size_t announced = burst.size();
  for (const wire::Frame& request : burst) test.bus.done(request);
  for (; !test.bus.idle(); ++announced) test.bus.done(test.bus.next());
  CHECK(announced == 1000);
  CHECK(test.client.connected());
}

TEST_CASE("after a gap everything is asked for again, and requests go on") {
  ClientTest test;
  test.use_so();
  test.bus.deliver({.header = {.kind = Kind::kGap}, .scope = {}, .name = {}, .body = {}});
  CHECK(test.client.connected());
  test.changed(7, 9);  // covered by the answer below
  test.expect(R"(join 1 /chat {"presence":false})");
  test.expect(R"(use 1 /chat so {"quiet":true})", "", 7, 9);
  test.expect("use 1 /chat so 7:3", "four to nine", 7, 9);
  CHECK(test.told() == Told{"sync /chat so four to nine"});
}

TEST_CASE("what is known of a member goes with all its joins, and with what it asks from outside") {
  ClientTest test;
  test.hello();
  test.client.introduce(1, R"({"role":"host"})", test.answer("introduce"));
  CHECK(test.told() == Told{"connected", "introduce ok 0:0 "});
  test.client.join(1, "/chat", {});
  test.expect(R"(join 1 /chat {"presence":false,"claims":{"role":"host"}})");
  test.client.join(2, "/chat", {});
  test.expect(R"(join 2 /chat {"presence":false})");
  test.client.meta(1, "/live/cam", "7", {});
  test.expect(R"(meta 1 /live/cam {"data":7,"claims":{"role":"host"}})");
  test.client.may_play(1, "/live/cam", test.answer("play"));
  test.expect(R"(ask 1 /live {"action":"play","name":"cam","claims":{"role":"host"}})");
  test.told();

  // A hub that hears of the member anew hears of its claims too.
  test.bus.link(false);
  test.hello("00000000000000bb");
  test.expect(R"(join 1 /chat {"presence":false,"claims":{"role":"host"}})");
  test.expect(R"(join 2 /chat {"presence":false})");
}

TEST_CASE("other claims of a member that is there are told at once, and fall back if refused") {
  ClientTest test;
  test.hello();
  test.client.introduce(1, R"({"n":1})");
  test.client.join(1, "/chat", {.info = R"({"nick":"ann"})", .presence = true});
  test.expect(R"(join 1 /chat {"info":{"nick":"ann"},"presence":true,"claims":{"n":1}})");
  test.client.introduce(1, R"({"n":2})", test.answer("introduce"));
  test.expect(R"(join 1 /chat {"info":{"nick":"ann"},"presence":true,"claims":{"n":2}})");
  CHECK(test.told() == Told{"connected", "introduce ok 0:0 "});

  test.client.introduce(1, R"({"n":3})", test.answer("introduce"));
  test.bus.refuse(test.bus.next(), "denied");
  CHECK(test.told() == Told{"introduce denied: told so"});
  test.client.join(1, "/chat/room1", {});
  test.expect(R"(join 1 /chat/room1 {"presence":false,"claims":{"n":2}})");

  test.client.gone(1);
  test.expect("leave 1 /");
  test.client.join(1, "/chat", {});
  test.expect(R"(join 1 /chat {"presence":false})");
}
