#include "bus/local_bus.h"

#include <string>
#include <vector>

#include <doctest/doctest.h>

#include "bus/client.h"
#include "support/wait.h"

using namespace so;

TEST_CASE("a hub in the process serves its tool, each in turn") {
  net::Loop loop;
  bus::LocalBus local{loop, {}};
  bus::Client client{local, loop, "test"};
  std::vector<std::string> changes;
  client.listen({.event = [&](const wire::FrameView& event) { changes.emplace_back(event.body); }});
  CHECK_FALSE(client.connected());
  std::string reply;
  client.join(1, "/chat", {});
  client.use(1, "/chat", "so", {}, [&](const bus::Reply& use) {
    reply = use.body;
    client.change(1, "/chat", "so", R"({"changes":[{"op":"set","key":"k","value":1}]})");
  });
  REQUIRE(wait_until(loop, [&] { return !changes.empty(); }));
  CHECK(reply.find(R"("event":"sync")") != std::string::npos);
  CHECK(changes.at(0).find(R"("changes":[{"op":"set","key":"k","value":1}])") != std::string::npos);
  CHECK(changes.at(0).find(client.member_id(1)) != std::string::npos);
}

TEST_CASE("a second client takes the place of the first") {
  net::Loop loop;
  bus::LocalBus local{loop, {}};
  { const bus::Client first{local, loop, "first"}; }
  const bus::Client second{local, loop, "second"};
  CHECK(wait_until(loop, [&] { return second.connected(); }));
}
