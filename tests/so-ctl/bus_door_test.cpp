#include "bus_door.h"

#include <string>

#include <doctest/doctest.h>
#include <fmt/format.h>

#include "support/lines.h"
#include "support/local_hub.h"

using namespace so;
using test::Lines;
using test::LocalHub;

namespace {

/// The door, open, and what it told.
struct DoorTest {
  explicit DoorTest(std::string scope = "/chat", bool persistent = false, hub::Options hub = {})
      : local(std::move(hub)), door(local.client, std::move(scope), persistent) {
    door.open([this](const bus::Reply& opened) { open = opened.ok(); },
              [this](const bus::Reply& why) { lost = why.code; });
    local.settle();
    REQUIRE(open);
  }

  LocalHub local;
  ctl::BusDoor door;
  bool open = false;
  std::string lost;
  Lines lines;

  ctl::Done note() {
    return [this](const bus::Reply& reply) {
      lines.emplace_back(reply.ok() ? reply.body : reply.code);
    };
  }
  Lines heard() {
    local.settle();
    return std::exchange(lines, {});
  }
  void set(int value) {
    door.change("so", fmt::format(R"({{"changes":[{{"op":"set","key":"k","value":{}}}]}})", value),
                note());
  }
};

}  // namespace

TEST_CASE("what was set can be got, by its key or with all else") {
  DoorTest test;
  test.set(1);
  CHECK(test.heard() == Lines{R"({"status":"ok"})"});
  test.door.get("so", "k", test.note());
  test.door.get("so", "none", test.note());
  test.door.get("none", "", test.note());
  CHECK(test.heard() == Lines{R"({"value":1})", "not_found", "not_found"});
  test.door.get("so", "", test.note());
  CHECK(test.heard().at(0).find(R"("data":{"k":1})") != std::string::npos);
}

TEST_CASE("watching begins with the state, and shows every change of this object alone") {
  DoorTest test;
  test.door.watch(
      "so", [&](std::string_view line) { test.lines.emplace_back(line); },
      [](const bus::Reply&) {});
  const Lines state = test.heard();
  REQUIRE(state.size() == 1);
  CHECK(state[0].starts_with(R"({"event":"sync",)"));
  bus::Client& hub = test.local.client;
  const std::uint64_t other = hub.new_member();
  hub.join(other, "/chat", {});
  for (const char* object : {"so", "else"}) {
    hub.use(other, "/chat", object, {});
    hub.change(other, "/chat", object, R"({"changes":[{"op":"set","key":"k","value":2}]})");
  }
  const Lines changes = test.heard();
  REQUIRE(changes.size() == 1);
  CHECK(changes[0].starts_with(R"({"event":"change",)"));
}

TEST_CASE("an object is of the kind that was wanted") {
  DoorTest test;
  test.set(1);
  test.heard();
  test.door.get("so", "", test.note());
  CHECK(test.heard().at(0).find(R"("persistent":false)") != std::string::npos);
  ctl::BusDoor other{test.local.client, "/chat", true};
  other.change("so", R"({"changes":[{"op":"clear"}]})", test.note());
  CHECK(test.heard() == Lines{"persistence"});
}

TEST_CASE("an object that nobody uses can be dropped") {
  DoorTest test;
  test.set(1);
  test.heard();
  test.door.drop("so", test.note());
  CHECK(test.heard() == Lines{"in_use"});
  test.local.client.gone(1);
  test.door.drop("so", test.note());
  test.door.get("so", "", test.note());
  CHECK(test.heard().at(1) == "not_found");
}

TEST_CASE("a scope that is refused answers what was asked in it") {
  DoorTest test{"/secret", false, {.applications = {{"chat"}}}};
  test.set(1);
  CHECK(test.heard() == Lines{"no_application"});
  test.door.watch(
      "so", [&](std::string_view) { FAIL("a line"); }, test.note());
  CHECK(test.heard() == Lines{"no_application"});
}

TEST_CASE("what is in a scope") {
  DoorTest test;
  test.set(1);
  test.heard();
  test.door.list("/", test.note());
  test.door.list("/none", test.note());
  const Lines lists = test.heard();
  REQUIRE(lists.size() == 2);
  CHECK(lists[0].find(R"("rooms":["chat"])") != std::string::npos);
  CHECK(lists[1] == "not_found");
}
