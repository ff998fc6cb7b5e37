#include "push.h"

#include <optional>
#include <string>

#include <doctest/doctest.h>

#include "support/captured.h"
#include "support/fake_bus.h"
#include "support/lines.h"

using namespace so;
using test::Lines;

namespace {

/// Values on their way to a hub that the test plays.
struct PushTest {
  explicit PushTest(meta::Push::Options options = {})
      : push(hub, hub.new_member(), to_cam(std::move(options)),
             {.drained = [this] { ++drained; },
              .read = [this] { ++read; },
              .done = [this](Exit exit) { done = exit; }}) {
    hub_comes();
  }

  static meta::Push::Options to_cam(meta::Push::Options options) {
    options.stream = "/live/cam";
    return options;
  }
  void hub_comes() {
    bus.link(true);
    bus.done(bus.next(), R"({"hub":"00000000000000aa","beat":5000,"lease":15000})");
    turn(loop);
  }

  net::Loop loop;
  FakeBus bus;
  bus::Client hub{bus, loop, "meta-push"};
  int drained = 0;
  int read = 0;
  std::optional<Exit> done;
  meta::Push push;

  /// What the hub is asked, each answered with yes.
  Lines asked() {
    Lines lines;
    while (!bus.idle()) {
      const wire::Frame request = bus.next();
      CHECK(request.header.kind == wire::Kind::kMeta);
      CHECK(request.scope == "/live/cam");
      lines.push_back(request.body);
      bus.done(request);
    }
    turn(loop);
    return lines;
  }
};

}  // namespace

TEST_CASE("values go out in order, however they were cut") {
  for (const std::size_t step : {1U, 3U, 1000U}) {
    CAPTURE(step);
    PushTest test;
    const std::string text = "{\"a\":\n1}\n[2]\n\"3\"\n4";
    for (std::size_t at = 0; at < text.size(); at += step) test.push.receive(text.substr(at, step));
    test.push.end();
    CHECK(test.asked() ==
          Lines{R"({"data":{"a":1}})", R"({"data":[2]})", R"({"data":"3"})", R"({"data":4})"});
    CHECK(test.done == Exit::kOk);
    CHECK(test.push.accepted() == 4);
  }
}

TEST_CASE("a time of the stream goes with every value") {
  PushTest test{{.stream = {}, .timestamp = Millis{1234}}};
  test.push.receive("1\n2\n");
  CHECK(test.asked() == Lines{R"({"data":1,"timestamp":1234})", R"({"data":2,"timestamp":1234})"});
}

TEST_CASE("it is not done before the input has ended and every value has its answer") {
  PushTest test;
  test.push.receive("1\n");
  CHECK(test.asked().size() == 1);
  CHECK_FALSE(test.done);
  test.push.receive("2\n");
  test.push.end();
  CHECK_FALSE(test.done);
  test.asked();
  CHECK(test.done == Exit::kOk);
}

TEST_CASE("nothing is a success") {
  PushTest test;
  test.push.end();
  CHECK(test.done == Exit::kOk);
}

TEST_CASE("a broken value is reported with its line, and costs no other") {
  PushTest test;
  test::Captured err{stderr};
  test.push.receive("1\n{broken\n3\n");
  test.push.end();
  CHECK(test.asked() == Lines{R"({"data":1})", R"({"data":3})"});
  CHECK(test.done == Exit::kPartial);
  CHECK(test.push.accepted() == 2);
  CHECK(test.push.rejected() == 1);
  const std::string said = err.take();
  CHECK(said.find("line 2: ") != std::string::npos);
  CHECK(said.find("1 of 3 values were not accepted") != std::string::npos);
}

TEST_CASE("a value that the hub does not take is reported with its line") {
  PushTest test;
  test::Captured err{stderr};
  test.push.receive("1\n\n2\n");
  test.push.end();
  test.bus.done(test.bus.next());
  test.bus.refuse(test.bus.next(), "denied");
  turn(test.loop);
  CHECK(test.done == Exit::kPartial);
  CHECK(err.take().find("line 3: told so") != std::string::npos);
}

TEST_CASE("a hub that goes away has not taken what waits") {
  PushTest test;
  test::Captured err{stderr};
  test.push.receive("1\n2\n");
  test.push.end();
  test.bus.done(test.bus.next());
  test.bus.link(false);
  turn(test.loop);
  CHECK(test.done == Exit::kPartial);
  CHECK(test.push.accepted() == 1);
}

TEST_CASE("what waits for answers is bounded, and who was stopped is woken once") {
  PushTest test;
  for (int i = 0; i < 1023; ++i) test.push.receive("1\n");
  CHECK_FALSE(test.push.full());
  test.push.receive("1\n2\n");
  CHECK(test.push.full());
  test.bus.done(test.bus.next());
  turn(test.loop);
  CHECK(test.push.full());
  CHECK(test.drained == 0);
  test.bus.done(test.bus.next());
  turn(test.loop);
  CHECK_FALSE(test.push.full());
  CHECK(test.drained == 1);
  CHECK(test.asked().size() == 1023);
  CHECK(test.drained == 1);
}

TEST_CASE("values that are paced wait until they are allowed, and the end waits for them") {
  PushTest test;
  test.push.pace();
  test.push.receive("1 2 3 4\n");
  test.push.end();
  const auto pushed = [&] {
    std::size_t n = 0;
    for (turn(test.loop); !test.bus.idle(); ++n) test.bus.done(test.bus.next());
    turn(test.loop);
    return n;
  };
  CHECK(pushed() == 1);
  CHECK(test.push.full());
  CHECK_FALSE(test.done);
  test.push.allow(0.5);
  CHECK(pushed() == 0);
  test.push.allow(0.5);
  CHECK(pushed() == 1);
  test.push.allow(2);
  CHECK(pushed() == 2);
  CHECK_FALSE(test.done);
  test.push.allow(1);
  CHECK(test.done == Exit::kOk);
}

TEST_CASE("the clock that stamps the values is named unless it is the stream's") {
  PushTest wall{{.stream = {}, .clock = bus::MetaClock::kWall}};
  wall.push.receive("1\n");
  CHECK(wall.asked() == Lines{R"({"data":1,"clock":"wall"})"});
  PushTest none{{.stream = {}, .clock = bus::MetaClock::kNone}};
  none.push.receive("1\n");
  CHECK(none.asked() == Lines{R"({"data":1,"clock":"none"})"});
}

TEST_CASE("of several texts each has its own lines, and a broken end spoils no other") {
  PushTest test;
  test::Captured err{stderr};
  test.push.begin("a.jsonl:");
  test.push.receive("1\n{\"a\":");
  test.push.end_source();
  CHECK(test.read == 1);
  test.push.begin("b.jsonl:");
  test.push.receive("\n2\nno\n");
  CHECK(test.read == 1);
  test.push.end_source();
  CHECK(test.read == 2);
  CHECK_FALSE(test.done);
  test.push.end();
  CHECK(test.asked() == Lines{R"({"data":1})", R"({"data":2})"});
  CHECK(test.done == Exit::kPartial);
  const std::string said = err.take();
  CHECK(said.find("a.jsonl:2: the value is not complete") != std::string::npos);
  CHECK(said.find("b.jsonl:3: ") != std::string::npos);
}

TEST_CASE("a text that is paced is read when its last value has left, and said so once") {
  PushTest test;
  test.push.pace();
  test.push.receive("1 2\n");
  test.push.end_source();
  CHECK(test.read == 0);
  test.push.allow(1);
  test.push.allow(1);
  test.push.allow(1);
  CHECK(test.read == 1);
}

TEST_CASE("of what is wrong only so much is said, and all of it counted") {
  PushTest test{{.stream = {}, .reports = 2}};
  test::Captured err{stderr};
  test.push.receive("x\nx\nx\nx\n");
  test.push.end();
  CHECK(test.push.rejected() == 4);
  const std::string said = err.take();
  CHECK(said.find("line 2: ") != std::string::npos);
  CHECK(said.find("line 3: ") == std::string::npos);
  CHECK(said.find("4 of 4 values were not accepted") != std::string::npos);
}

TEST_CASE("values under a key have numbers, broken ones too, and go again after a lost hub") {
  PushTest test{{.stream = {}, .key = "gps"}};
  test::Captured err{stderr};
  test.push.receive("\"a\"\nbroken\n\"c\"\n\"d\"\n");
  test.push.end();
  test.bus.done(test.bus.next());  // the first; the others' answers are lost
  turn(test.loop);
  test.bus.link(false);
  turn(test.loop);
  CHECK(test.push.full());
  CHECK_FALSE(test.done);
  test.hub_comes();
  test.push.again();
  CHECK(test.asked() == Lines{R"({"data":"c","producer":"gps","seq":3})",
                              R"({"data":"d","producer":"gps","seq":4})"});
  CHECK(test.done == Exit::kPartial);  // of the broken one
  CHECK(test.push.accepted() == 3);
}

TEST_CASE("nothing new overtakes what waits for the hub") {
  PushTest test{{.stream = {}, .key = "gps"}};
  test.push.receive("1\n");
  test.bus.next();
  test.bus.link(false);
  turn(test.loop);
  test.push.receive("2\n");
  test.hub_comes();
  test.push.again();
  CHECK(test.asked() ==
        Lines{R"({"data":1,"producer":"gps","seq":1})", R"({"data":2,"producer":"gps","seq":2})"});
  CHECK(test.drained == 1);
  test.push.end();
  CHECK(test.done == Exit::kOk);
}

TEST_CASE("sentences of a receiver are values too") {
  PushTest test{{.stream = {}, .nmea = true}};
  test::Captured err{stderr};
  test.push.receive("$GPVTG*52\r\n$GPVTG*53\r\n$GPVTG*5");
  test.push.receive("2\r\n");
  test.push.end();
  CHECK(test.asked() == Lines{R"({"data":{"sentence":"VTG","talker":"GP"}})",
                              R"({"data":{"sentence":"VTG","talker":"GP"}})"});
  CHECK(test.done == Exit::kPartial);
  CHECK(err.take().find("line 2: NMEA: the checksum is 52, not 53") != std::string::npos);
}

TEST_CASE("the bytes of what waits for answers are bounded too") {
  PushTest test;
  const std::string value = '"' + std::string(60000, 'x') + "\"\n";
  for (int i = 0; i < 17; ++i) test.push.receive(value);
  CHECK_FALSE(test.push.full());
  test.push.receive(value);
  CHECK(test.push.full());
  test.bus.done(test.bus.next());
  turn(test.loop);
  CHECK_FALSE(test.push.full());
  CHECK(test.drained == 1);
}
