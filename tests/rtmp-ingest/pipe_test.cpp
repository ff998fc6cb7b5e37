#include "pipe.h"

#include <optional>
#include <string>

#include <doctest/doctest.h>

#include "ingest_test.h"
#include "support/captured.h"
#include "support/fake_bus.h"
#include "support/flv_file.h"

using namespace so;
using test::Av;
using test::LocalHub;

namespace {

/// FLV on its way in.
struct PublishTest {
  PublishTest() {
    hub.start();
    pipe.start();
    REQUIRE(wait_until(hub.loop, [this] { return ready || done; }));
  }

  TempDir dir;
  LocalHub hub;
  bool ready = false;
  std::optional<Exit> done;
  ingest::PipePublish pipe{
      hub.loop,
      hub.client,
      "/live/cam",
      dir.path(""),
      {.ready = [this] { ready = true; }, .done = [this](Exit exit) { done = exit; }}};
  /// What the hub says of the application's streams.
  std::string listing() {
    std::string text;
    hub.client.list(1000, "/live", [&](const bus::Reply& reply) { text = reply.body; });
    hub.settle();
    return text;
  }
};

/// FLV on its way out, of a stream that the test publishes at a hub that it plays.
struct TapTest {
  explicit TapTest(std::optional<Millis> duration = std::nullopt, Millis wait = Millis{5000})
      : pipe(
            loop, hub, {"/live/cam", duration, wait},
            [this](ByteView bytes) {
              ++writes;
              out.insert(out.end(), bytes.begin(), bytes.end());
              return reader;
            },
            [this](Exit exit) { done = exit; }) {
    auto opened = media::Publisher::open(loop, dir.path(""), {});
    REQUIRE(opened);
    publisher = std::move(*opened);
  }

  TempDir dir;
  net::Loop loop;
  FakeBus bus;
  bus::Client hub{bus, loop, "rtmp-ingest"};
  std::unique_ptr<media::Publisher> publisher;
  Bytes out;
  int writes = 0;
  bool reader = true;
  std::optional<Exit> done;
  ingest::PipeTap pipe;

  void hello() {
    bus.link(true);
    bus.done(bus.next(), R"({"hub":"00000000000000aa","beat":5000,"lease":15000})");
  }
  void state(std::string_view name, std::string_view body) const {
    bus.deliver({.header = {.kind = wire::Kind::kStream}, .scope = name, .name = {}, .body = body});
  }
  void up() const { up("/live/cam", *publisher); }
  void up(std::string_view name, const media::Publisher& at) const {
    state(name, fmt::format(R"({{"event":"stream","stream":"{}","state":"up","publisher":"x-1",)"
                            R"("endpoint":"{}"}})",
                            name, at.endpoint()));
  }
  void down() const {
    state("/live/cam", R"({"event":"stream","stream":"/live/cam","state":"down"})");
  }
  void key(std::uint32_t ms) const { video(ms, Av::key()); }
  void inter(std::uint32_t ms) const { video(ms, Av::inter()); }
  void video(std::uint32_t ms, const Bytes& body) const {
    publisher->publish({flv::TagType::kVideo, ms, body});
  }
  [[nodiscard]] bool until(const std::function<bool()>& condition) {
    return wait_until(loop, condition);
  }
  /// Times of what was written, which must be whole FLV.
  [[nodiscard]] std::vector<std::uint32_t> times() const {
    std::vector<std::uint32_t> times;
    for (const test::OwnedTag& tag : test::read_tags(out, 100)) times.push_back(tag.timestamp);
    return times;
  }
};

using Times = std::vector<std::uint32_t>;

}  // namespace

TEST_CASE("an FLV file becomes a stream, which ends with it") {
  PublishTest test;
  REQUIRE(test.ready);
  CHECK(test.listing().find("/live/cam") != std::string::npos);
  const Bytes file = test::flv_bytes("h264_aac_160x90_1s");
  const ByteView bytes{file};
  test.pipe.receive(bytes.first(1000));
  test.pipe.receive(bytes.subspan(1000));
  CHECK_FALSE(test.done);
  test.pipe.end();
  CHECK(test.done == Exit::kOk);
  CHECK(test.listing().find("/live/cam") == std::string::npos);
}

TEST_CASE("what is not FLV, and FLV that stops in the middle, are the sender's mistake") {
  const test::Captured err{stderr};
  PublishTest garbage;
  garbage.pipe.receive(as_bytes("#EXTM3U and what else is no FLV"));
  CHECK(garbage.done == Exit::kProtocol);
  PublishTest cut;
  const Bytes file = test::flv_bytes("h264_aac_160x90_1s");
  cut.pipe.receive(ByteView{file}.first(1000));
  CHECK_FALSE(cut.done);
  cut.pipe.end();
  CHECK(cut.done == Exit::kProtocol);
}

TEST_CASE("a name in use is refused") {
  const test::Captured err{stderr};
  PublishTest test;
  std::optional<Exit> second;
  ingest::PipePublish other{
      test.hub.loop,
      test.hub.client,
      "/live/cam",
      test.dir.path(""),
      {.ready = [] { FAIL("it was granted"); }, .done = [&](Exit exit) { second = exit; }}};
  other.start();
  CHECK(wait_until(test.hub.loop, [&] { return second.has_value(); }));
  CHECK(second == Exit::kRefused);
  CHECK_FALSE(test.done);
}

TEST_CASE("a stream comes out as FLV from the last key frame on, until it ends") {
  TapTest test;
  test.pipe.start();
  test.hello();
  test.video(0, Av::avc_config());
  test.key(0);
  test.key(40);
  const auto other = media::Publisher::open(test.loop, test.dir.path(""), {});
  REQUIRE(other);
  test.up("/live/other", **other);
  test.up();
  REQUIRE(test.until([&] { return test.writes == 2; }));
  test.inter(80);
  REQUIRE(test.until([&] { return test.writes == 3; }));
  CHECK(test.times() == Times{0, 40, 80});
  CHECK_FALSE(test.done);
  test.down();
  CHECK(test.done == Exit::kOk);
}

TEST_CASE("a tap ends after so much of the stream") {
  TapTest test{Millis{80}};
  test.pipe.start();
  test.hello();
  test.up();
  test.video(0, Av::avc_config());  // from before there was a clock
  test.key(1000);
  REQUIRE(test.until([&] { return !test.out.empty(); }));
  for (const std::uint32_t ms : {1040U, 1079U, 1080U, 1120U}) test.inter(ms);
  CHECK(test.until([&] { return test.done.has_value(); }));
  CHECK(test.done == Exit::kOk);
  CHECK(test.times() == Times{0, 1000, 1040, 1079, 1080});
}

TEST_CASE("a tap ends when nobody reads any more") {
  TapTest test;
  test.reader = false;
  test.pipe.start();
  test.hello();
  test.up();
  test.key(0);
  CHECK(test.until([&] { return test.done.has_value(); }));
  CHECK(test.done == Exit::kOk);
}

TEST_CASE("a stream that does not begin in time, and a hub that is not there") {
  const test::Captured err{stderr};
  TapTest waits{std::nullopt, Millis{1}};
  waits.pipe.start();
  waits.hello();
  waits.bus.done(waits.bus.next());
  CHECK(waits.until([&] { return waits.done.has_value(); }));
  CHECK(waits.done == Exit::kTimeout);
  TapTest alone{std::nullopt, Millis{1}};
  alone.pipe.start();
  CHECK(alone.until([&] { return alone.done.has_value(); }));
  CHECK(alone.done == Exit::kUnreachable);
}
