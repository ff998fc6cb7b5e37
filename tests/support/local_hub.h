#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <utility>

#include <doctest/doctest.h>

#include "bus/client.h"
#include "bus/local_bus.h"
#include "net/loop.h"
#include "support/wait.h"

namespace so::test {

/// A tool's end of the bus with a real hub behind it, in this process and without a socket.
struct LocalHub {
  /// `claims` are those of everybody who comes; empty: the operator, whom no rule refuses anything.
  explicit LocalHub(hub::Options options = {}, std::string claims = {})
      : bus(loop, std::move(options)), client(bus, loop, "test", std::move(claims)) {}

  net::Loop loop;
  bus::LocalBus bus;
  bus::Client client;

  /// Until all that was asked is answered, and what was asked upon those answers, two deep.
  void settle() {
    for (int depth = 0; depth < 3; ++depth) {
      bool answered = false;
      client.list(1, "/", [&](const bus::Reply&) { answered = true; });
      REQUIRE(wait_until(loop, [&] { return client.connected() && answered; }));
    }
  }
  void set_policy(policy::Policy::Tables tables) {
    bus.set_policy(std::make_shared<const policy::Policy>(std::move(tables)));
  }
  /// What the hub says is in the scope; the code of its refusal if there is none.
  std::string list(std::string_view scope) {
    std::string body;
    client.list(1, scope,
                [&](const bus::Reply& reply) { body = reply.ok() ? reply.body : reply.code; });
    settle();
    return body;
  }
  /// Until a hub is there: what waits for one has its answer soon.
  void start() {
    REQUIRE(wait_until(loop, [&] { return client.connected(); }));
  }
};

}  // namespace so::test
