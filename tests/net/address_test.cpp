#include "net/address.h"

#include <cstring>
#include <string>
#include <vector>

#include <netinet/in.h>

#include <doctest/doctest.h>

using namespace so;
using net::Address;

TEST_CASE("addresses and their texts correspond both ways") {
  struct Case {
    const char* text;
    Address address;
  };
  const std::vector<Case> cases = {
      {"127.0.0.1:9000", {"127.0.0.1", 9000}},
      {":1935", {"", 1935}},
      {"[::1]:80", {"::1", 80}},
      {"localhost:8081", {"localhost", 8081}},
      {"example.org:65535", {"example.org", 65535}},
      {"0.0.0.0:0", {"0.0.0.0", 0}},
  };
  for (const Case& c : cases) {
    CAPTURE(c.text);
    const auto parsed = net::parse_address(c.text);
    REQUIRE(parsed);
    CHECK(*parsed == c.address);
    CHECK(net::to_string(c.address) == c.text);
  }
}

TEST_CASE("a bad address says what is wrong with it") {
  struct Case {
    std::string text;
    std::string why;
  };
  const std::vector<Case> cases = {
      {"", "it has no port"},
      {"localhost", "it has no port"},
      {"::1:80", "IPv6 needs brackets"},
      {"[::1:80", "IPv6 needs brackets"},
      {"[localhost]:80", "no IPv6 in the brackets"},
      {"[]:80", "no IPv6 in the brackets"},
      {"a b:80", "the host has a forbidden character"},
      {"user@host:80", "the host has a forbidden character"},
      {"host:", "the port is no number from 0 to 65535"},
      {"host:65536", "the port is no number from 0 to 65535"},
      {"host:+80", "the port is no number from 0 to 65535"},
      {"host:080", "the port is no number from 0 to 65535"},
      {"host:80 ", "the port is no number from 0 to 65535"},
      {std::string(254, 'a') + ":80", "the host is too long"},
  };
  for (const Case& c : cases) {
    const auto parsed = net::parse_address(c.text);
    REQUIRE_FALSE(parsed);
    CHECK(parsed.error() == Error{Code::kUsage, "bad address '" + c.text + "': " + c.why});
  }
}

TEST_CASE("loopback is what only this machine reaches") {
  for (const char* host : {"127.0.0.1", "127.8.9.10", "::1", "localhost"}) {
    CHECK_MESSAGE(net::is_loopback({host, 1}), host);
  }
  for (const char* host :
       {"", "0.0.0.0", "::", "10.0.0.1", "127.evil.example", "localhost.example"}) {
    CHECK_MESSAGE(!net::is_loopback({host, 1}), host);
  }
}

TEST_CASE("numbers resolve to themselves") {
  for (const char* text : {"127.0.0.1:80", "[::1]:443", "[2001:db8::7]:1"}) {
    const auto resolved = net::resolve(*net::parse_address(text));
    REQUIRE(resolved);
    CHECK(net::to_string(net::to_address(*resolved)) == text);
  }
  CHECK(net::resolve({"", 80}));
}

TEST_CASE("a name that does not exist is unreachable") {
  const auto resolved = net::resolve({"no-such-host.invalid", 80});
  REQUIRE_FALSE(resolved);
  CHECK(resolved.error().code == Code::kUnreachable);
  CHECK(resolved.error().text.starts_with("unable to look up no-such-host.invalid: "));
}

TEST_CASE("a person is an IPv4 address or an IPv6 /64") {
  const auto network = [](const char* text) {
    return net::network_of(*net::resolve(*net::parse_address(text)));
  };
  CHECK(network("1.2.3.4:5") == network("1.2.3.4:6"));
  CHECK(network("1.2.3.4:5") != network("1.2.3.5:5"));
  CHECK(network("[::ffff:1.2.3.4]:5") == network("1.2.3.4:5"));
  CHECK(network("[2001:db8::1]:5") == network("[2001:db8::ffff:1]:5"));
  CHECK(network("[2001:db8::1]:5") != network("[2001:db8:0:1::1]:5"));
}

TEST_CASE("a peer in words is in the same network") {
  for (const char* host : {"1.2.3.4", "2001:db8::1", "::ffff:1.2.3.4", "::1"}) {
    CHECK(net::network_of(net::Address{host, 5}) == net::network_of(*net::resolve({host, 5})));
  }
  CHECK(net::network_of(net::Address{"peer", 0}) == "peer");
}

TEST_CASE("IPv4 inside IPv6 reads as IPv4") {
  CHECK(net::to_string(net::to_address(*net::resolve({"::ffff:1.2.3.4", 5}))) == "1.2.3.4:5");
}
