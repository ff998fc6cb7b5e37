#include "cli/listen.h"

#include <array>

#include <doctest/doctest.h>

using namespace so;
using cli::Listen;

TEST_CASE("addresses are read and shown alike") {
  struct Case {
    std::string_view text;
    Listen listen;
  };
  for (const Case& c :
       std::array{Case{"127.0.0.1:1935", {"127.0.0.1", 1935, ""}},
                  Case{"0.0.0.0:0", {"0.0.0.0", 0, ""}}, Case{"[::1]:8081", {"::1", 8081, ""}},
                  Case{"[::]:65535/live/cam", {"::", 65535, "live/cam"}}}) {
    const auto listen = cli::parse_listen(c.text);
    REQUIRE_MESSAGE(listen, c.text);
    CHECK(*listen == c.listen);
    CHECK(cli::show_listen(*listen) == c.text);
  }
  CHECK(cli::parse_listen("localhost:80").value() == Listen{"127.0.0.1", 80, ""});
}

TEST_CASE("an address that is none says what it lacks") {
  struct Case {
    std::string_view text, why;
  };
  constexpr std::string_view kNoIp = " does not begin with an IP address like 127.0.0.1 or [::1]";
  for (const Case& c : std::array{
           Case{"", " is not HOST:PORT"}, Case{"1935", " is not HOST:PORT"}, Case{":1935", kNoIp},
           Case{"example.org:80", kNoIp}, Case{"::1:80", kNoIp}, Case{"[127.0.0.1]:80", kNoIp},
           Case{"127.0.0.1.1:80", kNoIp}, Case{"127.0.0.1:", " has no port from 0 to 65535"},
           Case{"127.0.0.1:65536", " has no port from 0 to 65535"},
           Case{"127.0.0.1:80x", " has no port from 0 to 65535"}}) {
    const auto listen = cli::parse_listen(c.text);
    REQUIRE_FALSE_MESSAGE(listen, c.text);
    CHECK(listen.error().text == R"(")" + std::string{c.text} + R"(")" + std::string{c.why});
  }
}

TEST_CASE("only loopback is open without a word") {
  for (const auto* text : {"127.0.0.1:1", "127.8.0.1:1", "[::1]:1", "localhost:1"}) {
    CHECK_MESSAGE(cli::may_listen(cli::parse_listen(text).value(), false), text);
  }
  for (const auto* text : {"0.0.0.0:1", "[::]:1", "192.168.1.1:1", "128.0.0.1:1"}) {
    const auto listen = cli::parse_listen(text).value();
    CHECK_FALSE_MESSAGE(cli::may_listen(listen, false), text);
    CHECK_MESSAGE(cli::may_listen(listen, true), text);
  }
  CHECK(cli::may_listen({"0.0.0.0", 1935, ""}, false)
            .error()
            .text.starts_with("0.0.0.0:1935 is not loopback"));
}
