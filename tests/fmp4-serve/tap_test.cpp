#include "tap.h"

#include <algorithm>
#include <optional>
#include <string>

#include <doctest/doctest.h>
#include <fmt/format.h>

#include "fmp4/event_message.h"
#include "live_stream.h"
#include "support/captured.h"
#include "support/fake_bus.h"
#include "support/fmp4_checker.h"
#include "support/wait.h"

using namespace so;
using test::Fmp4Checker;
using test::LiveStream;

namespace {

/// A tap of a stream that the test publishes at a hub that it plays; what comes out is judged.
struct TapTest {
  explicit TapTest(std::optional<Millis> duration = std::nullopt, Millis wait = Millis{5000},
                   const fmp4::Cut& cut = {}, Millis patience = Millis{5000})
      : tap(
            loop, hub, {"/live/cam", duration, wait, cut, patience},
            [this](ByteView bytes) {
              const auto verdict = checker.check(bytes);
              CHECK_MESSAGE(verdict.has_value(), (verdict ? "" : verdict.error().text));
              ++writes;
              written.insert(written.end(), bytes.begin(), bytes.end());
              return reader;
            },
            [this](Exit exit) { done = exit; }) {
    tap.start();
  }

  net::Loop loop;
  FakeBus bus;
  bus::Client hub{bus, loop, "fmp4-serve"};
  LiveStream live{loop};
  Fmp4Checker checker;
  int writes = 0;
  Bytes written;
  bool reader = true;
  std::optional<Exit> done;
  fmp4serve::Tap tap;

  void hello() {
    bus.link(true);
    bus.done(bus.next(), R"({"hub":"00000000000000aa","beat":5000,"lease":15000})");
  }
  void state(std::string_view stream, std::string_view state,
             std::string_view endpoint = "") const {
    const std::string body =
        fmt::format(R"({{"event":"stream","stream":"{}","state":"{}","endpoint":"{}"}})", stream,
                    state, endpoint);
    bus.deliver(
        {.header = {.kind = wire::Kind::kStream}, .scope = stream, .name = {}, .body = body});
  }
  void metadata(std::string_view data) const {
    const std::string body =
        fmt::format(R"({{"event":"meta","stream":"/live/cam","timestamp":40,"data":{}}})", data);
    bus.deliver({.header = {.kind = wire::Kind::kMetadata},
                 .scope = "/live/cam",
                 .name = {},
                 .body = body});
  }
  void begin(std::uint32_t frames) {
    hello();
    state("/live/cam", "up", live.endpoint());
    live.video_config();
    live.run(0, frames);
  }
  [[nodiscard]] bool until(const std::function<bool()>& condition) {
    return wait_until(loop, condition);
  }
};

}  // namespace

TEST_CASE("a stream comes out as fragmented MP4, until it ends") {
  TapTest test;
  test.begin(20);
  CHECK(test.until([&] { return test.checker.samples(true) == 20; }));
  CHECK_FALSE(test.done);
  test.state("/live/other", "down");
  CHECK_FALSE(test.done);
  test.state("/live/cam", "down");
  CHECK(test.done == Exit::kOk);
}

TEST_CASE("a tap ends after so much of the stream, and writes nothing more") {
  TapTest test{Millis{200}};
  test.begin(50);
  CHECK(test.until([&] { return test.done.has_value(); }));
  CHECK(test.done == Exit::kOk);
  CHECK(test.checker.samples(true) == 6);  // 0, 40, ... 200
}

TEST_CASE("a tap ends when nobody reads any more") {
  TapTest test;
  test.reader = false;
  test.begin(20);
  CHECK(test.until([&] { return test.done.has_value(); }));
  CHECK(test.done == Exit::kOk);
  CHECK(test.writes == 1);
}

TEST_CASE("a stream that does not begin in time, and a hub that is not there") {
  const test::Captured err{stderr};
  TapTest waits{std::nullopt, Millis{1}};
  waits.hello();
  waits.bus.done(waits.bus.next());
  CHECK(waits.until([&] { return waits.done.has_value(); }));
  CHECK(waits.done == Exit::kTimeout);
  TapTest alone{std::nullopt, Millis{1}};
  CHECK(alone.until([&] { return alone.done.has_value(); }));
  CHECK(alone.done == Exit::kUnreachable);
}

TEST_CASE("a stream whose media does not begin it is waited for aloud") {
  test::Captured err{stderr};
  TapTest test{std::nullopt, Millis{5000}, {}, Millis{1}};
  test.hello();
  test.state("/live/cam", "up", test.live.endpoint());
  test.live.video_config();
  std::string said;
  CHECK(test.until([&] {
    said = err.take();
    return said.find("does not begin yet") != std::string::npos;
  }));
  CHECK(said.find("/live/cam does not begin yet: video: ") != std::string::npos);
  CHECK(said.find("1 packets of H.264, without a frame; audio: nothing has come") !=
        std::string::npos);
  test.live.run(80, 20);
  CHECK(test.until([&] { return test.checker.samples(true) == 20; }));
}

TEST_CASE("a tap has the metadata in it, and fragments as they are wanted") {
  TapTest test{std::nullopt, Millis{5000}, {fmp4::Cut::At::kTime, Millis{100}}};
  test.hello();
  test.metadata(R"({"early":1})");  // before the stream: it has no place
  test.state("/live/cam", "up", test.live.endpoint());
  test.live.describe("test");
  test.live.video_config();
  test.live.run(0, 18);
  CHECK(test.until([&] { return test.checker.samples(true) == 18; }));
  CHECK(test.writes == 1 + 6);
  test.metadata(R"({"a":1})");
  for (std::uint32_t ms = 720; ms <= 800; ms += 40) test.live.inter(ms);
  CHECK(test.until([&] { return test.checker.samples(true) == 21; }));
  test.state("/live/cam", "down");
  CHECK(test.until([&] { return test.done.has_value(); }));
  const Bytes described = fmp4::event_message(
      {.id = 1, .time = 0, .value = "onMetaData", .text = R"({"onMetaData":"test"})"});
  const Bytes said =
      fmp4::event_message({.id = 2, .time = 40, .value = "meta", .text = R"({"a":1})"});
  for (const Bytes& box : {described, said}) {
    const auto found =
        std::search(test.written.begin(), test.written.end(), box.begin(), box.end());
    CHECK(found != test.written.end());
  }
  CHECK(as_text(test.written).find("early") == std::string_view::npos);
}
