// Hooks that are processes, in front of a hub in this one.
#include "bus/hooks.h"

#include <fstream>
#include <iterator>
#include <string>
#include <vector>

#include <doctest/doctest.h>

#include "base/log.h"
#include "support/local_hub.h"
#include "support/temp_dir.h"

using namespace so;
using policy::Action;
using policy::Actions;

namespace {

policy::Hook hook(std::string script) {
  policy::Hook hook;
  hook.run = {"sh", "-c", std::move(script)};
  hook.timeout = Millis{2000};
  hook.line = 3;
  return hook;
}
policy::Hook decides(Actions on, std::string script) {
  policy::Hook decides = hook(std::move(script));
  decides.on = on;
  return decides;
}

// Answers every question with this, after its id.
std::string always(const std::string& answer) {
  return R"(while read -r q; do q=${q#*:}; echo "{\"id\":${q%%,*},)" + answer + R"(}"; done)";
}
const std::string kYes = R"(\"allow\":true)";

/// A hub in this process, and a guest in a room.
struct Guests {
  net::Loop loop;
  bus::LocalBus bus{loop, hub::Options{}};
  bus::Client client{bus, loop, "test", R"({"role":"guest"})"};

  Guests() { log::set_level(log::Level::kError); }
  ~Guests() { log::set_level(log::Level::kInfo); }
  Guests(const Guests&) = delete;
  Guests& operator=(const Guests&) = delete;

  void join() {
    bool joined = false;
    client.join(1, "/chat", {}, [&](const bus::Reply& reply) { joined = reply.ok(); });
    REQUIRE(wait_until(loop, [&] { return joined; }));
  }
  /// What becomes of a write: "ok", or code and message.
  std::string set(int value) {
    std::string became;
    client.change(
        1, "/chat", "o",
        R"({"changes":[{"op":"set","key":"k","value":)" + std::to_string(value) + "}]}",
        [&](const bus::Reply& reply) {
          became = reply.ok() ? "ok" : std::string{reply.code} + ": " + std::string{reply.message};
        });
    REQUIRE(wait_until(loop, [&] { return !became.empty(); }));
    return became;
  }
  bus::Hooks::Counters counters() { return bus.hub().hooks().value(); }
};

const std::string kUndecided = "denied: write of o in /chat could not be decided (hook, line 3)";

}  // namespace

TEST_CASE("hooks: a process decides") {
  Guests guests;
  guests.bus.set_hooks({decides(Actions{Action::kWrite}, always(kYes))});
  guests.join();
  CHECK(guests.set(1) == "ok");
  guests.bus.set_hooks(
      {decides(Actions{Action::kWrite}, always(R"(\"allow\":false,\"reason\":\"no links\")"))});
  CHECK(guests.set(2) == "denied: no links");
  guests.bus.set_hooks({});
  CHECK(guests.set(3) == "ok");
  CHECK(guests.counters().questions.allowed == 1);
  CHECK(guests.counters().questions.refused == 1);
}

TEST_CASE("hooks: what is no answer is ignored, an answer that says nothing refuses") {
  Guests guests;
  guests.bus.set_hooks({decides(
      Actions{Action::kWrite},
      R"(echo garbage; echo '[1]'; echo '{"id":99999,"allow":true}'; echo '{"allow":true}';)" +
          always(kYes))});
  guests.join();
  CHECK(guests.set(1) == "ok");
  guests.bus.set_hooks({decides(Actions{Action::kWrite}, always(R"(\"allow\":1)"))});
  CHECK(guests.set(2) == kUndecided);
}

TEST_CASE("hooks: one that dies refuses what it was asked and is started again") {
  Guests guests;
  guests.bus.set_hooks({decides(Actions{Action::kWrite},
                                "read -r q; q=${q#*:}; [ ${q%%,*} -gt 1 ] || exit 3; "
                                "echo \"{\\\"id\\\":${q%%,*},\\\"allow\\\":true}\"; cat")});
  guests.join();
  CHECK(guests.set(1) == kUndecided);
  CHECK(guests.set(2) == kUndecided);  // it is down
  REQUIRE(wait_until(guests.loop, [&] { return guests.counters().restarts == 1; }));
  CHECK(guests.set(3) == "ok");
}

TEST_CASE("hooks: one that is silent three times is started again") {
  Guests guests;
  auto silent = decides(Actions{Action::kWrite}, "while read -r q; do :; done");
  silent.timeout = Millis{20};
  guests.bus.set_hooks({silent});
  guests.join();
  for (int i = 0; i < 3; ++i) CHECK(guests.set(i) == kUndecided);
  REQUIRE(wait_until(guests.loop, [&] { return guests.counters().restarts == 1; }));
  CHECK(guests.counters().questions.late == 3);
}

TEST_CASE("hooks: a program that is not there refuses") {
  Guests guests;
  auto missing = decides(Actions{Action::kConnect}, "");
  missing.run = {"/no/such/hook"};
  guests.bus.set_hooks({missing});
  std::string code;
  guests.client.join(1, "/chat", {}, [&](const bus::Reply& reply) { code = reply.code; });
  REQUIRE(wait_until(guests.loop, [&] { return !code.empty(); }));
  CHECK(code == "denied");
}

TEST_CASE("hooks: a process whose command stays goes on") {
  Guests guests;
  const auto first =
      decides(Actions{Action::kWrite},
              "n=0; while read -r q; do q=${q#*:}; n=$((n+1)); echo "
              "\"{\\\"id\\\":${q%%,*},\\\"allow\\\":false,\\\"reason\\\":\\\"$n\\\"}\"; "
              "done");
  guests.bus.set_hooks({first});
  guests.join();
  CHECK(guests.set(1) == "denied: 1");
  auto moved = first;
  moved.line = 9;
  guests.bus.set_hooks({moved});
  CHECK(guests.set(1) == "denied: 2");
}

TEST_CASE("hooks: a method that is served decides, in its scope or above") {
  Guests guests;
  auto called = decides(Actions{Action::kWrite}, "");
  called.run.clear();
  called.call = "decide";
  guests.bus.set_hooks({called});
  guests.join();
  CHECK(guests.set(1) == kUndecided);  // nobody serves it
  std::string reply = R"({"allow":true})";
  std::string asked;
  guests.client.listen({.call = [&](const wire::FrameView& event) {
    asked = event.body;
    guests.client.answer(event.header.member, bus::call_id(event.body), {.value = reply});
  }});
  bool serves = false;
  guests.client.serve("/", "decide", false, [&](const bus::Reply& done) { serves = done.ok(); });
  REQUIRE(wait_until(guests.loop, [&] { return serves; }));
  CHECK(guests.set(2) == "ok");
  CHECK(asked.find(R"("hook":"write","scope":"/chat","object":"o")") != std::string::npos);
  reply = R"({"allow":false,"reason":"no"})";
  CHECK(guests.set(3) == "denied: no");
  reply = "17";
  CHECK(guests.set(3) == kUndecided);
}

TEST_CASE("hooks: a method that is not answered in time refuses, and others may go on") {
  Guests guests;
  auto called = decides(Actions{Action::kWrite}, "");
  called.run.clear();
  called.call = "decide";
  called.timeout = Millis{50};
  guests.bus.set_hooks({called});
  guests.join();
  bool serves = false;
  guests.client.listen({});
  guests.client.serve("/chat", "decide", false,
                      [&](const bus::Reply& done) { serves = done.ok(); });
  REQUIRE(wait_until(guests.loop, [&] { return serves; }));
  bool other = false;
  guests.client.get(2, "/chat", "o", "k", [&](const bus::Reply&) { other = true; });
  CHECK(guests.set(1) == kUndecided);
  CHECK(other);
}

TEST_CASE("hooks: who watches is told, and told of what it has missed") {
  TempDir dir;
  Guests guests;
  auto watch = hook("read -r first; until test -e " + dir.path("go") +
                    "; do sleep 0.01; done; exec cat >" + dir.path("seen"));
  watch.observe.add(policy::Topic::kChange);
  watch.object = policy::Glob{"o"};
  guests.bus.set_hooks({watch});
  guests.join();
  const std::string value(60000, 'x');
  for (int i = 0; i < 200; ++i) {  // 12 MB, more than may wait
    guests.client.change(
        1, "/chat", "o",
        R"({"changes":[{"op":"set","key":"k","value":")" + value + std::to_string(i) + R"("}]})");
  }
  CHECK(guests.set(0) == "ok");
  CHECK(guests.counters().missed > 0);
  std::ofstream{dir.path("go")} << "now";
  const auto text = [&] {
    std::ifstream in{dir.path("seen")};
    return std::string{std::istreambuf_iterator<char>{in}, {}};
  };
  int values = 0;
  REQUIRE(wait_until(guests.loop, [&] {
    CHECK(guests.set(++values) == "ok");
    return text().find(R"({"event":"gap")") != std::string::npos;
  }));
  const std::string missed = std::to_string(guests.counters().missed);
  CHECK(text().find(R"({"event":"gap","missed":)" + missed + "}\n") != std::string::npos);
  CHECK(text().find(R"({"event":"change","scope":"/chat","object":"o")") == 0);
}
