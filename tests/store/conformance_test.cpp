// What every engine of a store must do. Each case runs once for each engine.
#include <functional>
#include <limits>
#include <memory>
#include <random>
#include <string>

#include <doctest/doctest.h>

#include "store/sqlite_store.h"
#include "store/store.h"
#include "support/memory_store.h"
#include "support/temp_dir.h"

using namespace so;
using hub::Edit;
using hub::Record;
using hub::StoredObject;
using Records = std::vector<Record>;

namespace {

constexpr auto kMost = std::numeric_limits<std::uint64_t>::max();

/// An engine, and how its store is closed and opened again.
struct Engine {
  std::unique_ptr<store::Store> store;
  std::function<std::unique_ptr<store::Store>(std::unique_ptr<store::Store>)> reopened;

  store::Store* operator->() const { return store.get(); }
  void reopen() { store = reopened(std::move(store)); }
  std::vector<StoredObject> all() const {
    auto loaded = store->load();
    REQUIRE(loaded);
    return *loaded;
  }
};

Engine memory() {
  return {std::make_unique<test::MemoryStore>(), [](auto store) { return store; }};
}

Engine sqlite(const TempDir& directory, store::Durability durability) {
  const auto open = [path = directory.path("store"), durability](auto before) {
    before.reset();
    auto opened = store::SqliteStore::open(path, durability);
    REQUIRE_MESSAGE(opened, opened.error().text);
    return std::unique_ptr<store::Store>{std::move(*opened)};
  };
  return {open(std::unique_ptr<store::Store>{}), open};
}

// Runs the rest of the case once for each engine.
#define FOR_EVERY_ENGINE(engine)                             \
  TempDir directory;                                         \
  Engine engine;                                             \
  SUBCASE("memory") {                                        \
    engine = memory();                                       \
  }                                                          \
  SUBCASE("sqlite, process") {                               \
    engine = sqlite(directory, store::Durability::kProcess); \
  }                                                          \
  SUBCASE("sqlite, power") {                                 \
    engine = sqlite(directory, store::Durability::kPower);   \
  }

Record created(hub::StoreId id, std::string name, std::uint64_t epoch = 1) {
  return {.kind = Record::Kind::kCreate,
          .id = id,
          .scope = "/chat",
          .name = std::move(name),
          .epoch = epoch,
          .version = 1};
}
Record changed(hub::StoreId id, std::uint64_t version, std::vector<Edit> edits) {
  return {.kind = Record::Kind::kChange, .id = id, .version = version, .edits = std::move(edits)};
}
Record destroyed(hub::StoreId id) {
  return {.kind = Record::Kind::kDestroy, .id = id};
}
Edit set(std::string key, std::string value) {
  return {Edit::Kind::kSet, std::move(key), std::move(value)};
}
Edit deleted(std::string key) {
  return {Edit::Kind::kDelete, std::move(key), {}};
}

}  // namespace

TEST_CASE("a store begins empty") {
  FOR_EVERY_ENGINE(engine);
  CHECK(engine.all().empty());
  const auto one = engine->load(1);
  REQUIRE(one);
  CHECK_FALSE(*one);
  CHECK(engine->commit({}));
}

TEST_CASE("what was committed is there after another opening, as it was") {
  FOR_EVERY_ENGINE(engine);
  Record counted = changed(2, kMost, {});
  counted.producer = "shell";
  counted.sequence = kMost;
  CHECK(engine->commit(
      Records{created(1, "", kMost), created(2, "bo\xC3\xA4rd \xF0\x9F\x8E\xA8"),
              changed(1, 2, {set("b", "1"), set("a", R"({"x":[null,"\u0000"]})"), set("b", "2")}),
              counted}));
  engine.reopen();
  const StoredObject scope{.id = 1,
                           .scope = "/chat",
                           .name = "",
                           .epoch = kMost,
                           .version = 2,
                           .attributes = {{"a", R"({"x":[null,"\u0000"]})"}, {"b", "2"}},
                           .producers = {}};
  const StoredObject board{.id = 2,
                           .scope = "/chat",
                           .name = "bo\xC3\xA4rd \xF0\x9F\x8E\xA8",
                           .epoch = 1,
                           .version = kMost,
                           .attributes = {},
                           .producers = {{"shell", kMost}}};
  CHECK(engine.all() == std::vector{scope, board});
  CHECK(engine->load(2).value() == board);
}

TEST_CASE("edits are performed in their order") {
  FOR_EVERY_ENGINE(engine);
  CHECK(engine->commit(Records{created(1, "o"), changed(1, 2, {set("a", "1"), set("b", "1")}),
                               changed(1, 3, {deleted("a"), set("c", "1")}),
                               changed(1, 4, {{Edit::Kind::kClear, {}, {}}, set("d", "1")}),
                               changed(1, 5, {set("e", "1"), deleted("e"), deleted("never")})}));
  engine.reopen();
  CHECK(engine.all().at(0).attributes == std::vector<hub::Attribute>{{"d", "1"}});
  CHECK(engine.all().at(0).version == 5);
}

TEST_CASE("keys that differ in a byte are different keys") {
  FOR_EVERY_ENGINE(engine);
  CHECK(engine->commit(
      Records{created(1, "o"), created(2, "O"), created(3, "o "),
              changed(1, 2, {set("k", "1"), set("K", "2"), set("k ", "3"), set("", "4")})}));
  engine.reopen();
  CHECK(engine.all().size() == 3);
  CHECK(engine.all().at(0).attributes ==
        std::vector<hub::Attribute>{{"", "4"}, {"K", "2"}, {"k", "1"}, {"k ", "3"}});
}

TEST_CASE("a destroyed object is gone whole") {
  FOR_EVERY_ENGINE(engine);
  Record counted = changed(1, 2, {set("a", "1")});
  counted.producer = "shell";
  counted.sequence = 1;
  CHECK(engine->commit(Records{created(1, "o"), counted}));
  CHECK(engine->commit(Records{destroyed(1)}));
  CHECK(engine.all().empty());
  CHECK(engine->commit(Records{created(1, "o")}));  // nothing of the first is left
  CHECK(engine.all().at(0).attributes.empty());
  CHECK(engine.all().at(0).producers.empty());
}

TEST_CASE("a created object takes the place of its namesake") {
  FOR_EVERY_ENGINE(engine);
  CHECK(engine->commit(Records{created(1, "o"), changed(1, 2, {set("a", "1")})}));
  CHECK(engine->commit(Records{created(2, "o")}));
  engine.reopen();
  REQUIRE(engine.all().size() == 1);
  CHECK(engine.all().at(0).id == 2);
  CHECK(engine.all().at(0).attributes.empty());
}

TEST_CASE("a commit is performed whole or not at all") {
  FOR_EVERY_ENGINE(engine);
  CHECK(engine->commit(Records{created(1, "o"), changed(1, 2, {set("a", "1")})}));
  const auto before = engine.all();
  for (const Record& bad : {changed(7, 2, {set("a", "1")}), destroyed(7)}) {
    CHECK_FALSE(engine->commit(
        Records{created(2, "p"), changed(1, 3, {set("a", "2")}), destroyed(2), bad}));
    CHECK(engine.all() == before);
  }
  CHECK(engine->commit(Records{changed(1, 3, {set("a", "2")})}));  // it goes on
  engine.reopen();
  CHECK(engine.all().at(0).version == 3);
}

TEST_CASE("producers are forgotten by name") {
  FOR_EVERY_ENGINE(engine);
  Record one = changed(1, 2, {});
  one.producer = "one";
  one.sequence = 4;
  Record two = changed(1, 3, {});
  two.producer = "two";
  two.sequence = 1;
  two.forgotten = {"one", "never"};
  CHECK(engine->commit(Records{created(1, "o"), one, two}));
  engine.reopen();
  CHECK(engine.all().at(0).producers ==
        std::vector<std::pair<std::string, std::uint64_t>>{{"two", 1}});
}

TEST_CASE("any mix of records leaves what it leaves in memory") {
  FOR_EVERY_ENGINE(engine);
  test::MemoryStore model;
  std::mt19937 random{7};
  const auto upto = [&](std::uint32_t most) { return random() % most; };
  const auto key = [&] { return std::string(1, static_cast<char>('a' + upto(5))); };
  std::uint64_t version = 1;
  const auto any_change = [&] {
    Record record = changed(1 + upto(8), ++version, {});
    for (auto edits = upto(4); edits > 0; --edits) {
      const auto what = upto(4);
      if (what == 0) record.edits.push_back(deleted(key()));
      if (what == 1) record.edits.push_back({Edit::Kind::kClear, {}, {}});
      if (what > 1) record.edits.push_back(set(key(), std::to_string(version)));
    }
    if (upto(2) == 0) record.producer = key();
    record.sequence = version;
    if (upto(4) == 0) record.forgotten = {key()};
    return record;
  };
  int good = 0;
  for (int round = 0; round < 300; ++round) {
    Records records;
    for (auto left = 1 + upto(3); left > 0; --left) {
      const auto what = upto(6);
      if (what == 0) records.push_back(destroyed(1 + upto(8)));
      if (what == 1 || what == 2) records.push_back(created(1 + upto(8), key(), ++version));
      if (what > 2) records.push_back(any_change());
    }
    const bool taken = model.commit(records).has_value();
    CHECK(engine->commit(records).has_value() == taken);
    if (taken) ++good;
    if (round % 50 == 49) engine.reopen();
    REQUIRE(engine.all() == model.load().value());
  }
  CHECK(good > 50);
  CHECK(good < 250);
}
