#include "rtmp/url.h"

#include <array>
#include <string>
#include <string_view>

#include <doctest/doctest.h>

using namespace so;
using namespace so::rtmp;

TEST_CASE("however a client cuts its URL, the stream is the same") {
  struct Case {
    std::string_view app;
    std::string_view name;
    std::string_view path;
    std::string_view query;
  };
  constexpr auto kCases = std::to_array<Case>({
      {"a", "b", "a/b", ""},
      {"a", "b?x=1", "a/b", "x=1"},
      {"a/b", "c", "a/b/c", ""},
      {"a/b", "c/d", "a/b/c/d", ""},
      {"a/b/c", "d", "a/b/c/d", ""},
      {"a?x=1", "b", "a/b", "x=1"},
      {"a?x=1", "b?x=2&y", "a/b", "x=2&y&x=1"},
      {"a/b", "c?x=1/2", "a/b/c", "x=1/2"},
      {"a", "mp4:b/c", "a/mp4:b/c", ""},
      {"a/b", "", "a/b", ""},
      {"/a/", "//b/", "a/b", ""},
      {"sec//x", "", "sec/x", ""},
      {"live", "?key=val", "live", "key=val"},
      {"a b%20", "\xC3\xA9", "a b%20/\xC3\xA9", ""},
  });
  for (const Case& c : kCases) {
    const auto joined = join_path(c.app, c.name);
    REQUIRE(joined);
    CHECK(joined->path == c.path);
    CHECK(joined->query == c.query);
  }
}

TEST_CASE("paths that would hurt somebody later are refused") {
  const auto error = [](std::string_view app, std::string_view name = {}) {
    const auto joined = join_path(app, name);
    return joined ? "" : joined.error().text;
  };
  CHECK(error("") == "path: it is empty");
  CHECK(error("/", "?x") == "path: it is empty");
  CHECK(error("a/..") == "path: a segment is '..'");
  CHECK(error("a", "./b") == "path: a segment is '.'");
  CHECK(error("a", "...").empty());
  CHECK(error("a", "b\n") == "path: a control character is in it");
  CHECK(error("a", std::string_view{"b\0c", 3}) == "path: a control character is in it");
  CHECK(error("a", "b\x7F") == "path: a control character is in it");
  CHECK(error("a", std::string(253, 'n')).empty());
  CHECK(error("a", std::string(254, 'n')) == "path: it is longer than 255 bytes");
}

TEST_CASE("a URL is taken apart") {
  struct Case {
    std::string_view text;
    Url url;
  };
  const std::array<Case, 6> cases{{
      {"rtmp://h/a/b?x=1", {false, "", "h", 1935, "a/b?x=1"}},
      {"rtmps://h", {true, "", "h", 443, ""}},
      {"rtmp://h:8080/", {false, "", "h", 8080, ""}},
      {"rtmp://u:w@127.0.0.1/live/cam", {false, "u:w", "127.0.0.1", 1935, "live/cam"}},
      {"rtmp://[::1]/chat", {false, "", "::1", 1935, "chat"}},
      {"rtmps://[fe80::1]:1936/chat/room1", {true, "", "fe80::1", 1936, "chat/room1"}},
  }};
  for (const Case& c : cases) {
    CAPTURE(c.text);
    CHECK(parse_url(c.text) == c.url);
  }
}

TEST_CASE("what is no URL says why") {
  const auto error = [](std::string_view text) {
    const auto url = parse_url(text);
    return url ? "" : url.error().text;
  };
  CHECK(error("http://h/a") == "url: it does not begin with rtmp:// or rtmps://");
  CHECK(error("") == "url: it does not begin with rtmp:// or rtmps://");
  CHECK(error("rtmp:///a") == "url: the host is missing");
  CHECK(error("rtmp://u@/a") == "url: the host is missing");
  CHECK(error("rtmp://h:/a") == "url: '' is no port");
  CHECK(error("rtmp://h:0/a") == "url: '0' is no port");
  CHECK(error("rtmp://h:65536/a") == "url: '65536' is no port");
  CHECK(error("rtmp://h:80x/a") == "url: '80x' is no port");
  CHECK(error("rtmp://[::1]80/a") == "url: junk behind the address");
}

TEST_CASE("a path is cut where other clients cut it") {
  CHECK(split_path("a/b") == AppAndName{"a", "b"});
  CHECK(split_path("a/b/c/d") == AppAndName{"a/b/c", "d"});
  CHECK(split_path("a/b?x=1") == AppAndName{"a", "b?x=1"});
  CHECK(split_path("a/b?x=1/2") == AppAndName{"a", "b?x=1/2"});
  CHECK(split_path("a?x=1/b") == AppAndName{"a?x=1", "b"});
  CHECK(split_path("a") == AppAndName{"a", ""});
  CHECK(split_path("a/") == AppAndName{"a", ""});
}

TEST_CASE("tcUrl leaves out the default port and all secrets of the user") {
  const auto of = [](std::string_view text, std::string_view app) {
    return tc_url(parse_url(text).value(), app);
  };
  CHECK(of("rtmp://u:w@h/a/b", "a") == "rtmp://h/a");
  CHECK(of("rtmp://h:1936/a", "a") == "rtmp://h:1936/a");
  CHECK(of("rtmps://h:443/a", "a?x=1") == "rtmps://h/a?x=1");
  CHECK(of("rtmp://[::1]:1935/a", "a") == "rtmp://[::1]/a");
}
