#include "requests.h"

#include <array>
#include <string>

#include <doctest/doctest.h>

using namespace so;
using namespace so::fmp4serve;

namespace {

net::HttpRequest get(std::string path,
                     std::vector<std::pair<std::string, std::string>> query = {}) {
  net::HttpRequest request;
  request.path = std::move(path);
  request.query = std::move(query);
  return request;
}

std::string said(std::string_view text, Dialect dialect) {
  json::Parser parser;
  const auto request = read_request(parser, text, dialect);
  if (!request) return request.error().text;
  if (std::holds_alternative<ToLive>(*request)) return "live";
  if (std::holds_alternative<Pause>(*request)) return "pause";
  if (std::holds_alternative<Snapshot>(*request)) return "snapshot";
  if (std::holds_alternative<Ping>(*request)) return "ping";
  return "stats";
}

}  // namespace

TEST_CASE("a path that ends in .mp4 is a file of the stream before it") {
  const auto file = read_file_request(get("/live/cam.mp4"));
  REQUIRE(file);
  REQUIRE(*file);
  CHECK((*file)->watching.stream == "/live/cam");
  CHECK((*file)->watching.dialect == Dialect::kFile);
  CHECK_FALSE((*file)->watching.seconds);
  CHECK_FALSE((*file)->wait);
  const auto part = read_file_request(get("/live/cam.mp4", {{"for", "1500ms"}, {"wait", "5s"}}));
  REQUIRE(*part);
  CHECK((*part)->watching.seconds == 1.5);
  CHECK((*part)->wait == Millis{5000});
  CHECK((*read_file_request(get("/live/cam.mp4", {{"still", "1"}})))->watching.dialect ==
        Dialect::kStill);
  CHECK_FALSE(*read_file_request(get("/index.html")));
}

TEST_CASE("a file that makes no sense is refused by name") {
  CHECK(read_file_request(get("/.mp4")).error().text == "the path names no stream");
  CHECK_FALSE(read_file_request(get("/live/../cam.mp4")));
  CHECK(
      read_file_request(get("/live/cam.mp4", {{"for", "ever"}})).error().text.starts_with("for: "));
  CHECK(
      read_file_request(get("/live/cam.mp4", {{"wait", "-"}})).error().text.starts_with("wait: "));
}

TEST_CASE("what viewers say, in both dialects") {
  struct Case {
    std::string_view text, rich, plain;
  };
  constexpr std::array kCases{
      Case{R"({"type":"live"})", "live", "unknown_type"},
      Case{R"({"type":"resume"})", "live", "unknown_type"},
      Case{R"({"type":"pause"})", "pause", "unknown_type"},
      Case{R"({"type":"snapshot"})", "snapshot", "unknown_type"},
      Case{R"({"type":"stats"})", "stats", "unknown_type"},
      Case{R"({"type":"ping"})", "unknown_type", "unknown_type"},
      Case{R"({"type":7})", "unknown_type", "unknown_type"},
      Case{"[]", "unknown_type", "unknown_type"},
      Case{"pause", "bad_json", "pause"},
      Case{"resume", "bad_json", "live"},
      Case{"ping=7", "bad_json", "ping"},
      Case{"", "bad_json", "unknown_type"},
  };
  for (const Case& c : kCases) {
    CAPTURE(c.text);
    CHECK(said(c.text, Dialect::kRich) == c.rich);
    CHECK(said(c.text, Dialect::kPlain) == c.plain);
  }
}

TEST_CASE("a report is believed as far as it can be true") {
  json::Parser parser;
  const auto read = [&](std::string_view text) {
    return std::get<Report>(*read_request(parser, text, Dialect::kRich));
  };
  const Report all = read(R"({"type":"stats","buffer":0.25,"latency":0.1,"dropped":3})");
  CHECK(all.buffer == 0.25);
  CHECK(all.latency == 0.1);
  CHECK(all.dropped == 3);
  const Report none = read(R"({"type":"stats","buffer":-1,"latency":1e9,"dropped":-3})");
  CHECK_FALSE(none.buffer);
  CHECK_FALSE(none.latency);
  CHECK_FALSE(none.dropped);
}
