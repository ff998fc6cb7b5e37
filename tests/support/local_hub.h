#pragma once

#include <doctest/doctest.h>

#include "bus/client.h"
#include "bus/local_bus.h"
#include "net/loop.h"
#include "support/wait.h"

namespace so::test {

/// A tool's end of the bus with a real hub behind it, in this process and without a socket.
struct LocalHub {
  explicit LocalHub(hub::Options options = {}) : bus(loop, std::move(options)) {}

  net::Loop loop;
  bus::LocalBus bus;
  bus::Client client{bus, loop, "test"};

  /// Until all that was asked is answered, and what was asked upon those answers, two deep.
  void settle() {
    for (int depth = 0; depth < 3; ++depth) {
      bool answered = false;
      client.list(1, "/", [&](const bus::Reply&) { answered = true; });
      REQUIRE(wait_until(loop, [&] { return client.connected() && answered; }));
    }
  }
  /// Until a hub is there: what waits for one has its answer soon.
  void start() {
    REQUIRE(wait_until(loop, [&] { return client.connected(); }));
  }
};

}  // namespace so::test
