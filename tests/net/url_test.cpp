#include "net/url.h"

#include <string>
#include <vector>

#include <doctest/doctest.h>

using namespace so;
using net::Url;

TEST_CASE("a URL is a scheme, an address and a target") {
  struct Case {
    const char* text;
    Url url;
  };
  const std::vector<Case> cases = {
      {"ws://h:1/a/b?x=1", {"ws", {"h", 1}, "/a/b?x=1"}},
      {"ws://127.0.0.1", {"ws", {"127.0.0.1", 80}, "/"}},
      {"WSS://Example.org/", {"wss", {"Example.org", 443}, "/"}},
      {"ws://[::1]:8081/chat", {"ws", {"::1", 8081}, "/chat"}},
      {"ws://[::1]/chat", {"ws", {"::1", 80}, "/chat"}},
      {"http://h?scope=room", {"http", {"h", 80}, "/?scope=room"}},
  };
  for (const Case& c : cases) {
    CAPTURE(c.text);
    const auto parsed = net::parse_url(c.text);
    REQUIRE(parsed);
    CHECK(*parsed == c.url);
  }
}

TEST_CASE("a bad URL says what is wrong with it") {
  struct Case {
    std::string text;
    std::string why;
  };
  const std::vector<Case> cases = {
      {"h:80/x", "it has no scheme"},
      {"ftp://h/", "the scheme is not ws, wss, http or https"},
      {"ws:///x", "it has no host"},
      {"ws://:80/x", "it has no host"},
      {"ws://h:0/", "nobody listens on port 0"},
      {"ws://u@h/", "bad address 'u@h:80': the host has a forbidden character"},
      {"ws://h/#top", "a fragment is not sent to a server"},
      {"ws://h/a b", "it has a forbidden character"},
      {"ws://h/a\r\nX: y", "it has a forbidden character"},
  };
  for (const Case& c : cases) {
    const auto parsed = net::parse_url(c.text);
    REQUIRE_FALSE(parsed);
    CHECK(parsed.error() == Error{Code::kUsage, "bad URL '" + c.text + "': " + c.why});
  }
  CHECK_FALSE(net::parse_url("ws://h/" + std::string(9000, 'a')));
}

TEST_CASE("percent escapes decode, broken ones stay") {
  CHECK(net::percent_decode("a%20b%2Fc", false) == "a b/c");
  CHECK(net::percent_decode("a+b", false) == "a+b");
  CHECK(net::percent_decode("a+b", true) == "a b");
  CHECK(net::percent_decode("%", true) == "%");
  CHECK(net::percent_decode("%4", true) == "%4");
  CHECK(net::percent_decode("%zz%41", true) == "%zzA");
}

TEST_CASE("a query is names and values in order") {
  const std::vector<std::pair<std::string, std::string>> expected{
      {"a", "1"}, {"b", ""}, {"c", "x=y"}, {"a", " &"}};
  CHECK(net::parse_query("a=1&b&&c=x=y&a=%20%26") == expected);
  CHECK(net::parse_query("").empty());
}
