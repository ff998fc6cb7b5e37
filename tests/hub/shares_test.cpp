#include "hub/shares.h"

#include <algorithm>
#include <map>
#include <random>

#include <doctest/doctest.h>
#include <fmt/format.h>

using namespace so;

namespace {

using Keys = std::vector<std::string>;

/// Shares with a clock that goes on with each use.
struct Table {
  hub::Shares<int> all;
  hub::Shares<int>::Bounds bounds{4, 4};
  Seconds now{0};

  /// What is forgotten for it.
  Keys put(std::string_view key, std::string_view author) {
    Keys forgotten;
    if (all.find(key) == nullptr) all.make_place(author, bounds, forgotten);
    all.put(key, author, 7, TimePoint{++now});
    return forgotten;
  }
};

}  // namespace

TEST_CASE("shares: who has most gives up what it has used least lately") {
  Table table;
  CHECK(table.put("a1", "a").empty());
  CHECK(table.put("a2", "a").empty());
  CHECK(table.put("a3", "a").empty());
  CHECK(table.put("b1", "b").empty());
  CHECK(table.put("a1", "a").empty());  // used again
  CHECK(table.put("b2", "b") == Keys{"a2"});
  CHECK(table.put("a4", "a") == Keys{"a3"});  // it would have most
  CHECK(table.put("c1", "c") == Keys{"b1"});  // of those who have as much, the oldest
  CHECK(table.all.size() == 4);
  CHECK(table.all.find("a1")->value == 7);
  CHECK(table.all.find("b1") == nullptr);
}

TEST_CASE("shares: of one author there are only so many, though there are places") {
  Table table;
  table.bounds.of_author = 2;
  table.put("b1", "b");
  table.put("a1", "a");
  table.put("a2", "a");
  CHECK_FALSE(table.all.has_place("a", table.bounds));
  CHECK(table.all.has_place("b", table.bounds));
  CHECK(table.put("a3", "a") == Keys{"a1"});
  CHECK(table.put("a3", "b").empty());  // it is another's from then on
  CHECK(table.all.has_place("a", table.bounds));
  CHECK_FALSE(table.all.has_place("b", table.bounds));
}

TEST_CASE("shares: the idle are forgotten, and those that are wanted gone") {
  Table table;
  for (const std::string_view key : {"a", "b", "c", "d"}) table.put(key, "x");
  Keys forgotten;
  table.all.forget_idle(TimePoint{Seconds{2}}, forgotten);
  CHECK(forgotten == Keys{"a", "b"});
  table.all.put("c", "x", 9, TimePoint{Seconds{9}});
  table.all.erase_if([](int value) { return value == 9; });
  CHECK(table.all.find("c") == nullptr);
  const hub::Shares<int> moved = std::move(table.all);
  CHECK(moved.size() == 1);
  CHECK(moved.find("d")->value == 7);
}

namespace {

/// What a table must have, and who may lose something.
struct Model {
  std::map<std::string, std::string> authors;  // of each key
  std::map<std::string, std::size_t> counts;

  void lose(const std::string& key, const std::string& to) {
    const std::string loser = authors.at(key);
    for (const auto& [name, count] : counts) {
      CHECK((loser == to || counts[loser] >= count + (name == to ? 1 : 0)));
    }
    --counts[loser];
    authors.erase(key);
  }
  void gain(const std::string& key, const std::string& author) {
    if (authors.contains(key)) --counts[authors.at(key)];
    authors[key] = author;
    ++counts[author];
  }
};

}  // namespace

TEST_CASE("shares: whatever comes, nobody displaces those who have fewer") {
  std::mt19937 random{11};
  for (int round = 0; round < 50; ++round) {
    Table table;
    table.bounds = {1 + random() % 20, 1 + random() % 20};
    Model model;
    for (int i = 0; i < 500; ++i) {
      const auto author = fmt::format("{}", std::min(random() % 8, random() % 8));
      const auto key = fmt::format("k{}", random() % 60);
      const bool known = model.authors.contains(key);
      for (const std::string& gone : table.put(key, author)) model.lose(gone, author);
      model.gain(key, author);
      CHECK(table.all.size() == model.authors.size());
      CHECK(model.authors.size() <= table.bounds.all);
      CHECK((known || model.counts[author] <= table.bounds.of_author));
    }
    for (const auto& [each, author] : model.authors) CHECK(table.all.find(each) != nullptr);
  }
}
