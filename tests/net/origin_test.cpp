#include "net/origin.h"

#include <string>
#include <vector>

#include <doctest/doctest.h>

using namespace so;

TEST_CASE("origins: exactly the same or exactly listed, and nothing like it") {
  struct Case {
    std::string origin;
    std::string host;
    std::vector<std::string> allowed;
    bool ok;
  };
  const std::vector<std::string> none;
  const std::vector<std::string> app{"https://app.example.com", "http://other.example:8080"};
  const std::vector<Case> cases{
      {"", "example.com", none, true},  // no browser
      {"http://example.com", "example.com", none, true},
      {"http://example.com:80", "example.com", none, true},
      {"http://EXAMPLE.com", "Example.COM:80", none, true},
      {"http://example.com:8081", "example.com:8081", none, true},
      {"https://example.com", "example.com", none, false},  // other scheme
      {"http://example.com:8082", "example.com:8081", none, false},
      {"http://evil-example.com", "example.com", none, false},  // suffix
      {"http://example.com.evil.org", "example.com", none, false},
      {"http://sub.example.com", "example.com", none, false},
      {"null", "example.com", none, false},
      {"http://example.com/", "example.com", none, false},  // not an origin
      {"http://example.com?x", "example.com", none, false},
      {"http://user@example.com", "example.com", none, false},
      {"http://example.com", "", none, false},
      {"http://[::1]:80", "[::1]", none, true},
      {"https://app.example.com", "gateway.example.com", app, true},
      {"https://app.example.com:443", "gateway.example.com", app, true},
      {"http://app.example.com", "gateway.example.com", app, false},
      {"https://app.example.com:8443", "gateway.example.com", app, false},
      {"m", "gateway.example.com", app, false},
      {"http://other.example:8080", "gateway.example.com", app, true},
      {"http://gateway.example.com", "gateway.example.com", app, true},  // same still may
      {"null", "example.com", {"*"}, true},
      {"http://anybody", "example.com", {"*"}, true},
  };
  for (const Case& c : cases) {
    CAPTURE(c.origin);
    CAPTURE(c.host);
    CHECK(net::origin_allowed(c.origin, c.host, {.allowed = c.allowed}) == c.ok);
  }
}

TEST_CASE("origins: under TLS the same origin is https") {
  CHECK(net::origin_allowed("https://h", "h", {.allowed = {}, .tls = true}));
  CHECK_FALSE(net::origin_allowed("http://h", "h", {.allowed = {}, .tls = true}));
}

TEST_CASE("origins: a name pointed at loopback is not loopback") {
  const net::OriginPolicy local{.allowed = {}, .loopback_only = true};
  CHECK(net::origin_allowed("http://localhost:8081", "localhost:8081", local));
  CHECK(net::origin_allowed("http://127.0.0.1:8081", "127.0.0.1:8081", local));
  CHECK(net::origin_allowed("http://[::1]:8081", "[::1]:8081", local));
  CHECK_FALSE(net::origin_allowed("http://evil.example:8081", "evil.example:8081", local));
  const std::vector<std::string> proxy{"http://evil.example:8081"};
  CHECK(net::origin_allowed("http://evil.example:8081", "evil.example:8081",
                            {.allowed = proxy, .loopback_only = true}));
}
