#include "media/follower.h"

#include <string>
#include <vector>

#include <doctest/doctest.h>
#include <fmt/format.h>

#include "media/zmq_publisher.h"
#include "support/fake_bus.h"
#include "support/temp_dir.h"
#include "support/wait.h"

using namespace so;

namespace {

/// What a follower of /live/cam says, of a stream that the test publishes at a hub that it plays.
struct FollowerTest {
  TempDir dir;
  net::Loop loop;
  FakeBus bus;
  bus::Client hub{bus, loop, "test"};
  std::vector<std::string> said;
  media::Follower follower{
      loop,
      hub,
      "/live/cam",
      {.unit = [this](const media::UnitView& unit,
                      bool) { said.push_back(fmt::format("unit {}", unit.timestamp)); },
       .metadata =
           [this](std::optional<double> at, std::string_view data) {
             said.push_back(fmt::format("{} at {}", data, at.value_or(-1)));
           },
       .end =
           [this](Exit exit, const std::string& why) {
             said.push_back(fmt::format("end {}: {}", to_int(exit), why));
           }}};

  void hello() {
    bus.link(true);
    bus.done(bus.next(), R"({"hub":"00000000000000aa","beat":5000,"lease":15000})");
    bus.done(bus.next());
  }
  void tell(wire::Kind kind, std::string_view scope, std::string_view body) const {
    bus.deliver({.header = {.kind = kind}, .scope = scope, .name = {}, .body = body});
  }
  void up(std::string_view scope, std::string_view endpoint) const {
    tell(wire::Kind::kStream, scope,
         fmt::format(R"({{"event":"stream","stream":"{}","state":"up","publisher":"x-1",)"
                     R"("endpoint":"{}"}})",
                     scope, endpoint));
  }
  void down() const {
    tell(wire::Kind::kStream, "/live/cam",
         R"({"event":"stream","stream":"/live/cam","state":"down"})");
  }
  bool hears(std::size_t count) {
    return wait_until(loop, [&] { return said.size() >= count; });
  }
};

}  // namespace

TEST_CASE(
    "follower: a stream from where the hub says it is, until it ends, and what is said of it") {
  FollowerTest test;
  auto publisher = media::Publisher::open(test.loop, test.dir.path(""), {});
  REQUIRE(publisher);
  test.follower.start(Millis{5000});
  test.hello();
  test.down();  // before it has begun
  test.up("/live/other", (*publisher)->endpoint());
  test.tell(wire::Kind::kMetadata, "/live/cam", R"({"data":{"a":1},"timestamp":40})");
  test.tell(wire::Kind::kMetadata, "/live/other", R"({"data":{"a":2}})");
  test.up("/live/cam", (*publisher)->endpoint());
  const Bytes key{0x17, 1, 0, 0, 0, 0, 0, 0, 1, 0x65};  // of H.264
  (*publisher)->publish({flv::TagType::kVideo, 80, key});
  REQUIRE(test.hears(2));
  test.down();
  CHECK(fmt::format("{}", fmt::join(test.said, ", ")) == R"({"a":1} at 40, unit 80, end 0: )");
}

TEST_CASE(
    "follower: one that cannot be received, does not begin, or has no hub ends with the reason") {
  FollowerTest broken;
  broken.follower.start(Millis{5000});
  broken.hello();
  broken.up("/live/cam", "nonsense://");
  REQUIRE(broken.said.size() == 1);
  CHECK(broken.said.front().starts_with(fmt::format("end {}: ", to_int(Exit::kFailure))));
  CHECK_FALSE(broken.said.front().ends_with(": "));
  FollowerTest waits;
  waits.follower.start(Millis{1});
  waits.hello();
  REQUIRE(waits.hears(1));
  CHECK(waits.said.front() ==
        fmt::format("end {}: /live/cam has not begun", to_int(Exit::kTimeout)));
  FollowerTest alone;
  alone.follower.start(Millis{1});
  REQUIRE(alone.hears(1));
  CHECK(alone.said.front() == fmt::format("end {}: /live/cam has not begun: there is no hub",
                                          to_int(Exit::kUnreachable)));
}
