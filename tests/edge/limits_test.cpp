#include "edge/limits.h"

#include <array>
#include <string>
#include <vector>

#include <doctest/doctest.h>

#include "support/captured.h"

using namespace so;

TEST_CASE("edge limits: what the words set") {
  net::WsOptions server;
  cli::Command command{{"tool", "a tool", "  tool"}};
  edge::add_limits(command, server);
  const std::vector<const char*> words{
      "tool", "--max-connections", "7",   "--max-per-address",
      "6",    "--connect-rate",    "50",  "--connect-rate-per-address",
      "5",    "--message-rate",    "20",  "--ping-every",
      "1m",   "--pong-within",     "5s",  "--handshake-timeout",
      "3s",   "--coalesce",        "20ms"};
  REQUIRE_FALSE(command.parse(static_cast<int>(words.size()), words.data()));
  CHECK(server.caps.total == 7);
  CHECK(server.caps.per_address == 6);
  CHECK(server.connects.total.per_second == 50);
  CHECK(server.connects.total.burst == 100);
  CHECK(server.connects.per_address.per_second == 5);
  CHECK(server.messages.per_second == 20);
  CHECK(server.messages.burst == 40);
  CHECK(server.ping_every == Millis{60'000});
  CHECK(server.pong_within == Millis{5'000});
  CHECK(server.handshake == Millis{3'000});
  CHECK(server.coalesce == Millis{20});
}

TEST_CASE("edge limits: no time at all is no limit") {
  for (const char* limit : {"--ping-every", "--pong-within", "--handshake-timeout"}) {
    net::WsOptions server;
    cli::Command command{{"tool", "a tool", "  tool"}};
    edge::add_limits(command, server);
    const std::array<const char*, 3> words{"tool", limit, "0"};
    test::Captured err{stderr};
    CHECK(command.parse(static_cast<int>(words.size()), words.data()) == Exit::kUsage);
    CHECK(err.take().find(std::string{limit} + ": 0 is under 1ms") != std::string::npos);
  }
}
