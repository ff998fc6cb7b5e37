#include "options.h"

#include <array>
#include <string_view>
#include <vector>

#include <doctest/doctest.h>

#include "support/parsed.h"

using namespace so;

namespace {

test::Parsed<meta::Options> parse(std::vector<const char*> words) {
  return test::parse(meta::parse_options, std::move(words));
}

}  // namespace

TEST_CASE("a stream alone is pushed to from standard input") {
  const auto run = parse({"live/cam"});
  CHECK_FALSE(run.exit);
  CHECK(run.options.push.stream == "/live/cam");
  CHECK(run.options.values.empty());
  CHECK_FALSE(run.options.following);
  CHECK_FALSE(run.options.push.timestamp);
  CHECK(run.options.push.clock == bus::MetaClock::kStream);
  CHECK(run.options.push.key.empty());
}

TEST_CASE("values, their time, and how long to wait") {
  const auto run = parse(
      {"live/cam", "1", R"({"a":2})", "[3,[4]]", "", "--timestamp", "1500", "--timeout", "2s"});
  CHECK_FALSE(run.exit);
  CHECK(run.options.values == std::vector<std::string>{"1", R"({"a":2})", "[3,[4]]", ""});
  CHECK(run.options.push.timestamp == Millis{1500});
  CHECK(run.options.timeout == Millis{2000});
}

TEST_CASE("files, the key of their values, and clocks") {
  const auto run = parse({"live/cam", "--file", "a.jsonl", "--file", "-", "--idempotent", "gps"});
  CHECK_FALSE(run.exit);
  CHECK(run.options.files == std::vector<std::string>{"a.jsonl", "-"});
  CHECK(run.options.push.key == "gps");
  CHECK(parse({"--timestamp", "pts", "live/cam"}).options.push.clock == bus::MetaClock::kStream);
  CHECK(parse({"--timestamp", "wall", "live/cam"}).options.push.clock == bus::MetaClock::kWall);
  CHECK(parse({"--timestamp", "none", "live/cam"}).options.push.clock == bus::MetaClock::kNone);
}

TEST_CASE("following") {
  const auto run = parse({"--follow", "--latest", "--count", "3", "live/cam"});
  CHECK_FALSE(run.exit);
  CHECK(run.options.following);
  CHECK(run.options.follow.stream == "/live/cam");
  CHECK(run.options.follow.latest);
  CHECK(run.options.follow.count == 3);
  CHECK(parse({"--follow", "/"}).options.follow.stream == "/");
}

TEST_CASE("getting the latest") {
  const auto run = parse({"--get", "live/cam"});
  CHECK_FALSE(run.exit);
  CHECK(run.options.following);
  CHECK(run.options.follow.only_latest);
}

TEST_CASE("doors, and servers that are pushed from and to") {
  const auto run = parse({"--serve", "live/cam", "--listen", "127.0.0.1:0", "--listen",
                          "127.0.0.1:9/live/b", "--listen", "[::1]:0/~0~0~0~"});
  CHECK_FALSE(run.exit);
  REQUIRE(run.options.doors.size() == 3);
  CHECK(run.options.doors[0].stream == "/live/cam");
  CHECK(run.options.doors[1].stream == "/live/b");
  CHECK(run.options.doors[1].address == net::Address{"127.0.0.1", 9});
  CHECK(run.options.doors[2].stream == "/");
  CHECK(parse({"--serve", "/"}).options.doors.at(0).address == net::Address{"127.0.0.1", 8110});
  CHECK(parse({"live/cam", "--listen", "127.0.0.1:0"}).options.doors.empty());
  CHECK(parse({"~0~0~0~"}).options.push.stream == "/");
  const auto gps = parse({"--from", "nmea://gps.example:10110", "live/cam"});
  CHECK(gps.options.from == net::Address{"gps.example", 10110});
  CHECK(gps.options.push.nmea);
  CHECK_FALSE(parse({"--from", "jsonmeta://127.0.0.1:1", "live/cam"}).options.push.nmea);
  const auto to = parse({"--follow", "live/cam", "--to", "tcp://127.0.0.1:8110"});
  CHECK(to.options.to == net::Address{"127.0.0.1", 8110});
}

TEST_CASE("words that make no sense are refused by name") {
  struct Case {
    std::vector<const char*> words;
    std::string_view said;
  };
  const std::array cases{
      Case{{}, "STREAM"},
      Case{{"live/../cam"}, ".."},
      Case{{"--count", "0", "--follow", "live/cam"}, "--count"},
      Case{{"--count", "many", "--follow", "live/cam"}, "--count"},
      Case{{"--rate", "0", "live/cam"}, "--rate"},
      Case{{"--timestamp", "now", "live/cam"}, "--timestamp"},
      Case{{"--timestamp", "9007199254740992", "live/cam"}, "--timestamp"},
      Case{{"--timeout", "5", "live/cam"}, "--timeout"},
      Case{{"--follow", "live/cam", "1"}, "--follow takes no values"},
      Case{{"--get", "live/cam", "1"}, "--get takes no values"},
      Case{{"--follow", "live/cam", "--file", "a"}, "--follow takes no values"},
      Case{{"--serve", "live/cam", "1"}, "--serve and --from take no values"},
      Case{{"--serve", "--follow", "live/cam"}, "do not go with --follow"},
      Case{{"--serve", "live/cam", "--rate", "1"}, "--rate is for values that end"},
      Case{{"--serve", "live/cam", "--idempotent", "k"}, "--idempotent is for values that end"},
      Case{{"--serve", "live/cam", "--listen", "127.0.0.1:0/a/../b"}, ".."},
      Case{{"--serve", "live/cam", "--listen", "0.0.0.0:0"}, "is not loopback"},
      Case{{"--from", "udp://a:1", "live/cam"}, "does not begin with nmea://"},
      Case{{"--from", "nmea://a", "live/cam"}, "--from: "},
      Case{{"--to", "tcp://a:1", "live/cam"}, "--to needs --follow"},
      Case{{"--nmea", "live/cam", "1"}, "--nmea is for input"},
      Case{{"--idempotent", "a\nb", "live/cam"}, "--idempotent: the key"},
      Case{{"--get", "--follow", "live/cam"}, "exclude"},
      Case{{"--last", "3", "--follow", "live/cam"}, "--last needs --get"},
      Case{{"--get", "--last", "0", "live/cam"}, "--last: not a number from 1"},
      Case{{"--get", "--last", "3", "/"}, "--last is of one stream"},
  };
  for (const Case& c : cases) {
    const auto run = parse(c.words);
    CAPTURE(run.err);
    CHECK(run.exit == Exit::kUsage);
    CHECK(run.err.find(c.said) != std::string::npos);
  }
}
