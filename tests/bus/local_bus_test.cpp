#include "bus/local_bus.h"

#include <algorithm>
#include <string>
#include <vector>

#include <doctest/doctest.h>
#include <fmt/format.h>

#include "bus/client.h"
#include "support/fake_bus.h"
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

TEST_CASE("large answers take several turns, and all come in order") {
  constexpr std::size_t kGets = 20;
  const std::string value(60'000, 'x');
  net::Loop loop;
  bus::LocalBus local{loop, {}};
  bus::Client client{local, loop, "test"};
  bool joined = false;
  client.join(1, "/chat", {}, [&](const bus::Reply&) { joined = true; });
  REQUIRE(wait_until(loop, [&] { return joined; }));
  for (int i = 0; i < 10; ++i) {
    client.change(
        1, "/chat", "so",
        fmt::format(R"({{"changes":[{{"op":"set","key":"k{}","value":"{}"}}]}})", i, value));
  }
  bool set = false;
  client.list(1, "/chat", [&](const bus::Reply&) { set = true; });
  REQUIRE(wait_until(loop, [&] { return set; }));
  std::vector<std::size_t> answers;
  for (std::size_t i = 0; i < kGets; ++i) {
    client.get(1, "/chat", "so", "", [&, i](const bus::Reply& reply) {
      CHECK(reply.body.size() > 10 * value.size());
      answers.push_back(i);
    });
  }
  turn(loop);
  CHECK(!answers.empty());
  CHECK(answers.size() < kGets / 2);
  REQUIRE(wait_until(loop, [&] { return answers.size() == kGets; }));
  CHECK(std::ranges::is_sorted(answers));
}

TEST_CASE("a second client takes the place of the first") {
  net::Loop loop;
  bus::LocalBus local{loop, {}};
  { const bus::Client first{local, loop, "first"}; }
  const bus::Client second{local, loop, "second"};
  CHECK(wait_until(loop, [&] { return second.connected(); }));
}
