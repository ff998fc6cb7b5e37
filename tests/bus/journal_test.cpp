// A hub with a store that works, fails, and works again.
#include "bus/journal.h"

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include <doctest/doctest.h>

#include "support/memory_store.h"

using namespace so;
using wire::Kind;

namespace {

constexpr hub::ToolId kTool{1};

/// A hub whose turns end when settle() says so.
struct Turn {
  test::MemoryStore* store = nullptr;  // the journal's
  hub::Hub hub;
  bus::Journal journal;
  std::uint64_t epochs = 0;
  std::uint32_t requests = 0;
  std::vector<std::string> said;
  std::size_t seen = 0;  // by those who watch

  Turn() : Turn(std::make_unique<test::MemoryStore>()) {}
  explicit Turn(std::unique_ptr<test::MemoryStore> kept)
      : store(kept.get()),
        hub({}, {.incarnation = 1, .random = [this] { return ++epochs; }, .wall = wall_now}),
        journal(std::move(kept)) {
    apply({.header = {.kind = Kind::kHello},
           .scope = {},
           .name = {},
           .body = R"({"tool":"a","incarnation":"00000000000000a1"})"});
    apply({.header = {.kind = Kind::kJoin, .member = 1}, .scope = "/chat", .name = {}, .body = {}});
    said.clear();
  }

  void apply(wire::FrameView frame) {
    frame.header.request = ++requests;
    hub::Effects effects;
    hub.apply(kTool, frame, TimePoint{}, effects);
    journal.hold(frame.header.kind, effects);
    say(effects);
  }
  void use(std::string_view name) {
    apply({.header = {.kind = Kind::kUse, .member = 1},
           .scope = "/chat",
           .name = name,
           .body = R"({"persistent":true})"});
  }
  void set(std::string_view name, int value) {
    const std::string body =
        R"({"changes":[{"op":"set","key":"k","value":)" + std::to_string(value) + "}]}";
    apply({.header = {.kind = Kind::kChange, .member = 1},
           .scope = "/chat",
           .name = name,
           .body = body});
  }
  void get(std::string_view name) {
    apply(
        {.header = {.kind = Kind::kGet}, .scope = "/chat", .name = name, .body = R"({"key":"k"})"});
  }
  void mail(Kind kind, std::string_view body = {}, std::uint64_t member = 1) {
    apply({.header = {.kind = kind, .member = member}, .scope = {}, .name = "ann", .body = body});
  }
  Status settle() {
    hub::Effects effects;
    auto settled = journal.settle(hub, TimePoint{}, effects);
    say(effects);
    return settled;
  }
  std::vector<std::string> told() { return std::exchange(said, {}); }

 private:
  void say(const hub::Effects& effects) {
    for (const hub::Send& send : effects.sends) said.push_back(brief(send.frame));
    seen += effects.seen.size();
  }
  static std::string brief(const wire::Frame& frame) {
    const Kind kind = frame.header.kind;
    if (kind == Kind::kChanged) return "changed";
    if (kind == Kind::kGap) return "gap";
    if (kind == Kind::kReplaced) return "replaced";
    if (kind == Kind::kMail) return "mail " + std::to_string(frame.header.version);
    return frame.body.find(R"("event":"sync")") == std::string::npos ? frame.body : "sync";
  }
};
using Told = std::vector<std::string>;

const std::string kOk = R"({"status":"ok"})";
const std::string kStorage = R"({"error":{"code":"storage","message":"the store failed"}})";

}  // namespace

TEST_CASE("nothing is said before it is stored, and a turn is one commit") {
  Turn turn;
  turn.use("o");
  turn.set("o", 1);
  turn.set("o", 2);
  CHECK(turn.told().empty());
  CHECK(turn.store->commits == 0);
  CHECK(turn.settle());
  CHECK(turn.told() == Told{"sync", kOk, "changed", kOk, "changed"});
  CHECK(turn.store->commits == 1);
  CHECK(turn.store->load(1).value()->version == 3);
}

TEST_CASE("what is not for the store waits only behind what is") {
  Turn turn;
  turn.set("passing", 1);
  CHECK(turn.told() == Told{kOk});
  CHECK_FALSE(turn.journal.holds());
  turn.use("o");
  turn.set("passing", 2);
  CHECK(turn.told().empty());
  CHECK(turn.settle());
  CHECK(turn.told() == Told{"sync", kOk});
}

TEST_CASE("what could not be stored is refused and has not happened") {
  Turn turn;
  turn.use("o");
  turn.set("o", 1);
  CHECK(turn.settle());
  turn.told();
  turn.store->full = true;
  turn.set("o", 2);
  turn.get("o");
  turn.set("passing", 3);
  CHECK(turn.settle());
  CHECK(turn.told() == Told{kStorage, kStorage, kOk});
  turn.get("o");
  CHECK(turn.told() == Told{R"({"value":1})"});

  turn.store->full = false;
  turn.set("o", 4);
  CHECK(turn.settle());
  CHECK(turn.told() == Told{kOk, "changed"});
  CHECK(turn.store->load(1).value()->attributes == std::vector<hub::Attribute>{{"k", "4"}});
}

TEST_CASE("who was shown what is undone is told to look again") {
  Turn turn;
  turn.use("o");
  CHECK(turn.settle());
  turn.told();
  turn.store->full = true;
  turn.set("o", 2);
  turn.use("o");
  CHECK(turn.settle());
  CHECK(turn.told() == Told{kStorage, "sync", "gap"});
}

TEST_CASE("an object that could not be stored is not there") {
  Turn turn;
  turn.store->full = true;
  turn.use("o");
  turn.set("o", 1);
  CHECK(turn.settle());
  CHECK(turn.told() == Told{kStorage, kStorage});
  turn.get("o");
  CHECK(turn.told() == Told{R"({"error":{"code":"not_found","message":"no object o in /chat"}})"});
}

TEST_CASE("an end that could not be stored has not come, whoever took the name meanwhile") {
  Turn turn;
  turn.use("o");
  turn.set("o", 1);
  turn.apply(
      {.header = {.kind = Kind::kRelease, .member = 1}, .scope = "/chat", .name = "o", .body = {}});
  CHECK(turn.settle());
  turn.told();
  turn.store->full = true;
  turn.apply({.header = {.kind = Kind::kDrop}, .scope = "/chat", .name = "o", .body = {}});
  turn.use("o");
  CHECK(turn.settle());
  CHECK(turn.told() == Told{kStorage, kStorage});
  turn.get("o");
  CHECK(turn.told() == Told{R"({"value":1})"});
}

TEST_CASE("who reads a mailbox reads on, and who came to it reads, though nothing can be stored") {
  Turn turn;
  turn.mail(Kind::kRegister);
  turn.mail(Kind::kNotify, R"({"message":1})");
  CHECK(turn.settle());
  CHECK(turn.told() == Told{R"({"waiting":0})", kOk, "mail 1"});
  turn.store->full = true;
  turn.mail(Kind::kNotify, R"({"message":2})");
  CHECK(turn.settle());
  CHECK(turn.told() == Told{kStorage});
  turn.mail(Kind::kNotify, R"({"message":2})");
  turn.mail(Kind::kRegister, {}, 0);
  CHECK(turn.settle());
  CHECK(turn.told() == Told{kStorage, R"({"waiting":2})", "replaced", "mail 1"});
  turn.store->full = false;
  turn.mail(Kind::kNotify, R"({"message":3})");
  CHECK(turn.settle());
  CHECK(turn.told() == Told{kOk, "mail 2"});
}

TEST_CASE("a mailbox that could not be stored is not there") {
  Turn turn;
  turn.store->full = true;
  turn.mail(Kind::kRegister);
  CHECK(turn.settle());
  CHECK(turn.told() == Told{kStorage});
  turn.mail(Kind::kNotify, R"({"message":1})");
  CHECK(turn.told() == Told{R"({"error":{"code":"not_found","message":"no mailbox ann"}})"});
}

TEST_CASE("those who watch hear of what is stored, and not before") {
  Turn turn;
  policy::Topics changes;
  changes.add(policy::Topic::kChange);
  turn.hub.watch(changes);
  turn.use("o");
  turn.set("o", 1);
  CHECK(turn.seen == 0);
  CHECK(turn.settle());
  CHECK(turn.seen == 1);
  turn.store->full = true;
  turn.set("o", 2);
  CHECK(turn.settle());
  CHECK(turn.seen == 1);
}

TEST_CASE("a store that cannot even be read ends it") {
  Turn turn;
  turn.use("o");
  turn.store->full = true;
  turn.store->unreadable = true;
  const Status settled = turn.settle();
  REQUIRE_FALSE(settled);
  CHECK(settled.error().text == "the disk is gone");
}

TEST_CASE("the hub after it goes on where the store is") {
  auto store = std::make_unique<test::MemoryStore>();
  CHECK(store->commit(std::vector<hub::Record>{{.kind = hub::Record::Kind::kCreate,
                                                .id = 5,
                                                .scope = "/chat",
                                                .name = "o",
                                                .epoch = 9,
                                                .version = 4}}));
  Turn turn{std::move(store)};
  CHECK(turn.journal.restore(turn.hub, TimePoint{}));
  turn.use("o");
  turn.use("p");
  CHECK(turn.settle());
  CHECK(turn.told() == Told{"sync", "sync"});
  CHECK(turn.store->load(6).value()->name == "p");
}
