#include "follow.h"

#include <optional>
#include <string>

#include <doctest/doctest.h>

#include "support/fake_bus.h"
#include "support/lines.h"

using namespace so;
using test::Lines;

namespace {

/// Somebody who follows, and the hub that the test plays.
struct FollowTest {
  explicit FollowTest(meta::Follow::Options options = {.stream = "/live/cam"})
      : follow(
            hub, std::move(options),
            [this](std::string_view line) {
              printed.emplace_back(line);
              return reader;
            },
            [this](Exit exit) {
              ++ends;
              done = exit;
            }) {
    hub.listen({.event = [this](const wire::FrameView& event) { follow.event(event); }});
    bus.link(true);
    bus.done(bus.next(), R"({"hub":"00000000000000aa","beat":5000,"lease":15000})");
    follow.start();
    turn(loop);
  }

  net::Loop loop;
  FakeBus bus;
  bus::Client hub{bus, loop, "meta-push"};
  Lines printed;
  bool reader = true;
  int ends = 0;
  std::optional<Exit> done;
  meta::Follow follow;

  void event(std::string_view body, wire::Kind kind = wire::Kind::kMetadata) {
    follow.event({.header = {.kind = kind}, .scope = "/live/cam", .name = {}, .body = body});
  }
};

}  // namespace

TEST_CASE("it asks for metadata alone, and for the latest only when told") {
  FollowTest test;
  const wire::Frame plain = test.bus.next();
  CHECK(plain.header.kind == wire::Kind::kFollow);
  CHECK(plain.scope == "/live/cam");
  CHECK(plain.body == R"({"meta":true,"streams":false,"latest":false})");
  FollowTest latest{{.stream = "/", .latest = true}};
  const wire::Frame asked = latest.bus.next();
  CHECK(asked.scope == "/");
  CHECK(asked.body == R"({"meta":true,"streams":false,"latest":true})");
}

TEST_CASE("metadata is printed as it comes, other events are not") {
  FollowTest test;
  test.event(R"({"event":"meta","data":1})");
  test.event(R"({"event":"stream"})", wire::Kind::kStream);
  test.event(R"({"event":"meta","data":2})");
  CHECK(test.printed == Lines{R"({"event":"meta","data":1})", R"({"event":"meta","data":2})"});
  CHECK_FALSE(test.done);
}

TEST_CASE("it ends after as many as were wanted") {
  FollowTest test{{.stream = "/live/cam", .count = 2}};
  test.event("1");
  CHECK_FALSE(test.done);
  test.event("2");
  test.event("3");
  CHECK(test.printed == Lines{"1", "2"});
  CHECK(test.done == Exit::kOk);
  CHECK(test.ends == 1);
}

TEST_CASE("it ends when nobody reads any more") {
  FollowTest test;
  test.reader = false;
  test.event("1");
  test.event("2");
  CHECK(test.printed.size() == 1);
  CHECK(test.done == Exit::kOk);
}

TEST_CASE("a refusal ends it, a hub that goes away does not") {
  FollowTest test;
  test.bus.link(false);
  turn(test.loop);
  CHECK_FALSE(test.done);
  test.bus.link(true);
  test.bus.done(test.bus.next(), R"({"hub":"00000000000000bb","beat":5000,"lease":15000})");
  test.bus.refuse(test.bus.next(), "denied");
  turn(test.loop);
  CHECK(test.done == Exit::kRefused);
}

TEST_CASE("who wants the latest alone gets it and is done, or is told that there is none") {
  FollowTest some{{.stream = "/live/cam", .only_latest = true}};
  const wire::Frame asked = some.bus.next();
  CHECK(asked.body == R"({"meta":true,"streams":false,"latest":true})");
  some.event("1");
  CHECK_FALSE(some.done);
  some.bus.done(asked);
  turn(some.loop);
  CHECK(some.printed == Lines{"1"});
  CHECK(some.done == Exit::kOk);
  FollowTest none{{.stream = "/live/cam", .only_latest = true}};
  none.bus.done(none.bus.next());
  turn(none.loop);
  CHECK(none.done == Exit::kNotFound);
}

TEST_CASE("who wants the last values gets them in order, at whichever hub there is") {
  FollowTest test{{.stream = "/live/cam", .only_latest = true, .last = 2}};
  test.follow.link(true);
  const wire::Frame asked = test.bus.next();
  CHECK(asked.header.kind == wire::Kind::kHistory);
  CHECK(asked.scope == "/live/cam");
  CHECK(asked.body == R"({"last":2})");
  test.bus.link(false);
  turn(test.loop);
  CHECK_FALSE(test.done);
  test.bus.link(true);
  test.bus.done(test.bus.next(), R"({"hub":"00000000000000bb","beat":5000,"lease":15000})");
  turn(test.loop);
  test.follow.link(true);
  test.bus.done(test.bus.next(), R"({"metadata":[{"event":"meta","data":1},{"data":2}]})");
  turn(test.loop);
  CHECK(test.printed == Lines{R"({"event":"meta","data":1})", R"({"data":2})"});
  CHECK(test.done == Exit::kOk);
  CHECK(test.ends == 1);
}

TEST_CASE("no last values are none, and a refusal is one") {
  FollowTest none{{.stream = "/live/cam", .only_latest = true, .last = 2}};
  none.follow.link(true);
  none.bus.done(none.bus.next(), R"({"metadata":[]})");
  turn(none.loop);
  CHECK(none.done == Exit::kNotFound);
  FollowTest denied{{.stream = "/live/cam", .only_latest = true, .last = 2}};
  denied.follow.link(true);
  denied.bus.refuse(denied.bus.next(), "denied");
  turn(denied.loop);
  CHECK(denied.done == Exit::kRefused);
}
