#include "options.h"

#include <array>
#include <string_view>
#include <vector>

#include <doctest/doctest.h>

#include "support/parsed.h"

using namespace so;

namespace {

test::Parsed<fmp4serve::Options> parse(std::vector<const char*> words) {
  return test::parse(fmp4serve::parse_options, std::move(words));
}

}  // namespace

TEST_CASE("fmp4-serve serves when nothing else is said") {
  const auto run = parse(
      {"--max-connections", "7", "--viewer-queue", "1M", "--origin", "*", "--fragment", "100ms"});
  CHECK_FALSE(run.exit);
  CHECK(run.options.serve.cut == fmp4::Cut{fmp4::Cut::At::kTime, Millis{100}});
  CHECK_FALSE(run.options.tapping);
  CHECK(run.options.serve.listen == std::vector<net::Address>{{"127.0.0.1", 8410}});
  CHECK(run.options.serve.server.caps.total == 7);
  CHECK(run.options.serve.queue_bytes == std::size_t{1} << 20U);
  CHECK(run.options.serve.origins == std::vector<std::string>{"*"});
}

TEST_CASE("every listener drops instead of closing, and takes no more than a word") {
  const auto options = parse({"--listen", "127.0.0.1:0", "--viewer-queue", "1M"}).options;
  const auto listeners = fmp4serve::listeners(options.serve);
  REQUIRE(listeners.size() == 1);
  CHECK(listeners[0].when_full == net::WhenFull::kTell);
  CHECK(listeners[0].queue_bytes == std::size_t{1} << 20U);
  CHECK(listeners[0].message_bytes == 1024);
  CHECK(listeners[0].subprotocols == std::vector<std::string>{"scopewire.fmp4.v1"});
}

TEST_CASE("fmp4-serve's pipe") {
  const auto run =
      parse({"tap", "live/cam", "-", "--for", "10s", "--timeout", "2s", "--fragment", "gop"});
  CHECK_FALSE(run.exit);
  CHECK(run.options.tapping);
  CHECK(run.options.tap.stream == "/live/cam");
  CHECK(run.options.tap.duration == Millis{10'000});
  CHECK(run.options.tap.wait == Millis{2000});
  CHECK(run.options.tap.cut == fmp4::Cut{fmp4::Cut::At::kGop});
}

TEST_CASE("words that make no sense are refused by name") {
  struct Case {
    std::vector<const char*> words;
    std::string_view said;
  };
  const std::array cases{
      Case{{"tap", "live/cam", "file.mp4"}, "only - is supported"},
      Case{{"tap", "live/../cam", "-"}, ".."},
      Case{{"tap", "live/cam"}, "TO"},
      Case{{"tap", "live/cam", "-", "--for", "10"}, "--for"},
      Case{{"--listen", "0.0.0.0:8410"}, "0.0.0.0"},
      Case{{"--fragment", "77ms"}, "--fragment"},
  };
  for (const Case& c : cases) {
    const auto run = parse(c.words);
    CAPTURE(run.err);
    CHECK(run.exit == Exit::kUsage);
    CHECK(run.err.find(c.said) != std::string::npos);
  }
}
