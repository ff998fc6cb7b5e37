#include "options.h"

#include <array>
#include <filesystem>
#include <fstream>
#include <string>
#include <string_view>
#include <vector>

#include <doctest/doctest.h>

#include "support/parsed.h"
#include "support/temp_dir.h"

using namespace so;
using ingest::Mode;

namespace {

test::Parsed<ingest::Options> parse(std::vector<const char*> words) {
  return test::parse(ingest::parse_options, std::move(words));
}

}  // namespace

TEST_CASE("rtmp-ingest serves when nothing else is said") {
  const auto run =
      parse({"--max-connections", "7", "--player-queue", "1M", "--metrics", "127.0.0.1:9400"});
  CHECK_FALSE(run.exit);
  CHECK(run.options.mode == Mode::kServe);
  CHECK(run.options.listen == std::vector<net::Address>{{"127.0.0.1", 1935}});
  CHECK(run.options.metrics.size() == 1);
  CHECK(run.options.tcp.caps.total == 7);
  CHECK(run.options.ingest.stream.player_queue == std::size_t{1} << 20U);
}

TEST_CASE("rtmp-ingest's two pipes") {
  const auto publish = parse({"publish", "-", "live/cam"});
  CHECK_FALSE(publish.exit);
  CHECK(publish.options.mode == Mode::kPublish);
  CHECK(publish.options.stream == "/live/cam");
  const auto tap = parse({"tap", "live/cam", "-", "--for", "10s", "--timeout", "2s"});
  CHECK_FALSE(tap.exit);
  CHECK(tap.options.mode == Mode::kTap);
  CHECK(tap.options.stream == "/live/cam");
  CHECK(tap.options.duration == Millis{10'000});
  CHECK(tap.options.wait == Millis{2000});
}

TEST_CASE("rtmp-ingest's two relays") {
  const auto pull = parse({"pull", "rtmp://h/live/a?key=1", "live/cam", "--tls-ca", "none"});
  CHECK_FALSE(pull.exit);
  CHECK(pull.options.mode == Mode::kPull);
  CHECK(pull.options.stream == "/live/cam");
  CHECK(pull.options.remotes == std::vector{*rtmp::parse_url("rtmp://h/live/a?key=1")});
  CHECK(pull.options.ca == "none");
  const auto push = parse({"push", "live/cam", "rtmp://h/a/b", "rtmps://i/c/d"});
  CHECK_FALSE(push.exit);
  CHECK(push.options.mode == Mode::kPush);
  CHECK(push.options.remotes.size() == 2);
  CHECK(push.options.remotes[1].secure);
}

TEST_CASE("what players and publishers of rtmp-ingest are granted") {
  const auto run = parse({"--gop-cache", "off", "--second-publisher", "replace", "--play-wait",
                          "3s", "--latency-budget", "100ms", "--player-queue", "1M", "--listen",
                          "127.0.0.1:0", "--listen", "127.0.0.2:0", "--reuse-port"});
  CHECK_FALSE(run.exit);
  CHECK(run.options.listen.size() == 2);
  CHECK(run.options.tcp.reuse_port);
  CHECK(run.options.tcp.limits.gather == Millis{100});
  CHECK(run.options.tcp.limits.queue_bytes == std::size_t{2} << 20U);
  CHECK_FALSE(run.options.ingest.stream.gop_cache);
  CHECK(run.options.ingest.replace_publisher);
  CHECK(run.options.ingest.play_wait == Seconds{3});
}

TEST_CASE("how long rtmp-ingest's clients may be silent, and whom it asks who he is") {
  const auto usual = parse({});
  CHECK(usual.options.ingest.session.link.handshake == Seconds{10});
  CHECK(usual.options.ingest.session.idle == Seconds{60});
  CHECK(usual.options.ingest.session.media == Seconds{20});
  CHECK_FALSE(usual.options.tokens.verifier);
  CHECK_FALSE(usual.options.users.passwords);
  TempDir dir;
  const std::string file = dir.path("users");
  std::ofstream{file} << "ann:s3cret\n";
  std::filesystem::permissions(file, std::filesystem::perms::owner_read);
  const auto run = parse({"--handshake-timeout", "1s", "--idle-timeout", "0s", "--media-timeout",
                          "5s", "--users", file.c_str(), "--users-ask", "all", "--authmod", "llnw",
                          "--listen", "0.0.0.0:1935"});  // all have to say who they are
  CHECK_FALSE(run.exit);
  CHECK(run.options.ingest.session.link.handshake == Seconds{1});
  CHECK(run.options.ingest.session.idle == Millis{0});
  CHECK(run.options.ingest.session.media == Seconds{5});
  CHECK(run.options.users.passwords->at("ann") == "s3cret");
  CHECK(run.options.users.scheme == "llnw");
  const auto some = parse({"--users", file.c_str(), "--listen", "0.0.0.0:1935"});
  CHECK(some.exit == Exit::kUsage);  // players do not
}

TEST_CASE("words that make no sense are refused by name") {
  struct Case {
    std::vector<const char*> words;
    std::string_view said;
  };
  const std::array cases{
      Case{{"publish", "file.flv", "live/cam"}, "only - is supported"},
      Case{{"tap", "live/cam", "file.flv"}, "only - is supported"},
      Case{{"publish", "-", "cam"}, "APPLICATION/NAME"},
      Case{{"publish", "-", "live/../cam"}, ".."},
      Case{{"publish", "-"}, "STREAM"},
      Case{{"tap", "live/cam", "-", "--for", "10"}, "--for"},
      Case{{"--listen", "0.0.0.0:1935"}, "0.0.0.0"},
      Case{{"pull", "http://h/a/b", "live/cam"}, "rtmp://"},
      Case{{"push", "live/cam", "rtmp://h/"}, "names no stream"},
      Case{{"push", "live/cam"}, "URL"},
      Case{{"--tls-listen", "127.0.0.1:0"}, "--tls-cert"},
      Case{{"--tls-cert", "a.crt"}, "--tls-key"},
      Case{{"--gop-cache", "maybe"}, "gop-cache"},
      Case{{"--users", "none"}, "unable to read none"},
      Case{{"--users-ask", "some"}, "users-ask"},
      Case{{"--token-key", "none"}, "unable to read none"},
  };
  for (const Case& c : cases) {
    const auto run = parse(c.words);
    CAPTURE(run.err);
    CHECK(run.exit == Exit::kUsage);
    CHECK(run.err.find(c.said) != std::string::npos);
  }
}
