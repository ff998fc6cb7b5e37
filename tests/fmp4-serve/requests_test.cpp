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

Result<std::optional<FileRequest>> file_of(const net::HttpRequest& request) {
  return read_file_request(request, {});
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
  const auto file = file_of(get("/live/cam.mp4"));
  REQUIRE(file);
  REQUIRE(*file);
  CHECK((*file)->watching.stream == "/live/cam");
  CHECK((*file)->watching.dialect == Dialect::kFile);
  CHECK_FALSE((*file)->watching.seconds);
  CHECK_FALSE((*file)->wait);
  const auto part = file_of(get("/live/cam.mp4", {{"for", "1500ms"}, {"wait", "5s"}}));
  REQUIRE(*part);
  CHECK((*part)->watching.seconds == 1.5);
  CHECK((*part)->wait == Millis{5000});
  CHECK((*file_of(get("/live/cam.mp4", {{"still", "1"}})))->watching.dialect == Dialect::kStill);
  CHECK_FALSE(*file_of(get("/index.html")));
}

TEST_CASE("viewers say how much they want in a fragment, or get what everybody gets") {
  const fmp4::Cut gop{fmp4::Cut::At::kGop};
  const fmp4::Cut tenth{fmp4::Cut::At::kTime, Millis{100}};
  CHECK(*read_cut(get("/live/cam"), gop) == gop);
  CHECK(*read_cut(get("/live/cam", {{"fragment", "100ms"}}), gop) == tenth);
  CHECK(read_cut(get("/live/cam", {{"fragment", "1ms"}}), gop).error().text ==
        "fragment: frame, gop, or a time of 50ms to 5s in steps of 50ms");
  const auto file = [&](const char* name) {
    return (*read_file_request(get("/live/cam.mp4", {{name, "100ms"}}), gop))->watching.cut;
  };
  CHECK(file("fragment") == tenth);
  CHECK(file("for") == gop);
  CHECK(file("still") == fmp4::Cut{});
  CHECK_FALSE(file_of(get("/live/cam.mp4", {{"fragment", "x"}})));
}

TEST_CASE("a file that makes no sense is refused by name") {
  CHECK(file_of(get("/.mp4")).error().text == "the path names no stream");
  CHECK_FALSE(file_of(get("/live/../cam.mp4")));
  CHECK(file_of(get("/live/cam.mp4", {{"for", "ever"}})).error().text.starts_with("for: "));
  CHECK(file_of(get("/live/cam.mp4", {{"wait", "-"}})).error().text.starts_with("wait: "));
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
