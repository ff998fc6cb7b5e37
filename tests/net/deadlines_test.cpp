#include "net/deadlines.h"

#include <algorithm>
#include <map>
#include <random>

#include <doctest/doctest.h>

using namespace so;
using net::ConnId;
using net::Deadlines;

namespace {

TimePoint at(int ms) {
  return TimePoint{Millis{1'000'000 + ms}};
}

}  // namespace

TEST_CASE("a deadline is never early and at most a tick late") {
  Deadlines deadlines{Millis{10}};
  deadlines.add(ConnId{1}, at(25));
  CHECK(deadlines.take(at(0)).empty());
  CHECK(deadlines.take(at(20)).empty());
  CHECK(deadlines.take(at(24)).empty());
  CHECK(deadlines.take(at(30)) == std::vector{Deadlines::Due{ConnId{1}, at(25)}});
  CHECK(deadlines.take(at(1000)).empty());
}

TEST_CASE("what is past is due at the next look") {
  Deadlines deadlines{Millis{10}};
  CHECK(deadlines.take(at(500)).empty());
  deadlines.add(ConnId{1}, at(100));
  CHECK(deadlines.take(at(510)).size() == 1);
}

TEST_CASE("deadlines further than a round come in their own") {
  Deadlines deadlines{Millis{1}};
  CHECK(deadlines.take(at(0)).empty());
  deadlines.add(ConnId{1}, at(300));  // slot of 44 in the first round
  deadlines.add(ConnId{2}, at(44));
  CHECK(deadlines.take(at(50)).size() == 1);
  CHECK(deadlines.take(at(299)).empty());
  CHECK(deadlines.take(at(302)).size() == 1);
}

TEST_CASE("everything comes out once, whenever one looks") {
  std::mt19937 random{1};
  for (int round = 0; round < 20; ++round) {
    Deadlines deadlines{Millis{7}};
    std::map<ConnId, TimePoint> waiting;
    TimePoint now = at(0);
    for (std::uint64_t id = 1; id <= 300; ++id) {
      const TimePoint when = now + Millis{random() % 5000};
      deadlines.add(ConnId{id}, when);
      waiting[ConnId{id}] = when;
      now += Millis{random() % 40};
      for (const Deadlines::Due& due : deadlines.take(now)) {
        REQUIRE(waiting.at(due.id) == due.when);
        REQUIRE(due.when <= now);
        waiting.erase(due.id);
      }
      for (const auto& [left, left_when] : waiting) REQUIRE(left_when + Millis{7} > now);
    }
    for (const Deadlines::Due& due : deadlines.take(now + Seconds{60})) waiting.erase(due.id);
    CHECK(waiting.empty());
  }
}
