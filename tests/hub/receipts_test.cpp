#include "hub/receipts.h"

#include <doctest/doctest.h>
#include <fmt/format.h>

using namespace so;
using hub::Receipts;

namespace {
constexpr Receipts::Bounds kBounds{.all = 3, .lasting = Seconds{100}};

TimePoint at(int seconds) {
  return TimePoint{Seconds{seconds}};
}
}  // namespace

TEST_CASE("receipts: a key is known for its time, in one life of one object") {
  Receipts receipts;
  receipts.remember({1, "k"}, "a", 7, kBounds, at(100));
  CHECK(receipts.find({1, "k"}, at(99)) == 7);
  CHECK_FALSE(receipts.find({1, "k"}, at(100)));
  CHECK_FALSE(receipts.find({1, "other"}, at(0)));
  CHECK_FALSE(receipts.find({2, "k"}, at(0)));
}

TEST_CASE("receipts: those whose time is over make room first") {
  Receipts receipts;
  receipts.remember({1, "a"}, "a", 1, kBounds, at(100));
  receipts.remember({1, "b"}, "b", 2, kBounds, at(150));
  receipts.remember({1, "c"}, "c", 3, kBounds, at(200));
  CHECK(receipts.size() == 2);
  CHECK(receipts.find({1, "b"}, at(100)) == 2);
  receipts.remember({1, "b"}, "b", 9, kBounds, at(251));  // again, after its time
  CHECK(receipts.size() == 2);
  CHECK(receipts.find({1, "b"}, at(151)) == 9);
}

TEST_CASE("receipts: one author displaces only its own") {
  Receipts receipts;
  receipts.remember({1, "k"}, "honest", 1, kBounds, at(1));
  for (int i = 0; i < 1000; ++i) {
    receipts.remember({1, fmt::format("k{}", i)}, "flood", 2, kBounds, at(2));
  }
  CHECK(receipts.size() == 3);
  CHECK(receipts.find({1, "k"}, at(0)) == 1);
  CHECK(receipts.find({1, "k999"}, at(0)) == 2);
  receipts.remember({1, "new"}, "newcomer", 3, kBounds, at(3));
  CHECK(receipts.find({1, "k"}, at(0)) == 1);
  CHECK_FALSE(receipts.find({1, "k998"}, at(0)));
}

TEST_CASE("receipts: what did not happen has none") {
  Receipts receipts;
  receipts.remember({1, "a"}, "a", 1, kBounds, at(100));
  receipts.remember({1, "b"}, "a", 2, kBounds, at(100));
  receipts.remember({2, "b"}, "a", 2, kBounds, at(100));
  receipts.forget_after(1, 1);
  CHECK(receipts.find({1, "a"}, at(0)) == 1);
  CHECK_FALSE(receipts.find({1, "b"}, at(0)));
  CHECK(receipts.find({2, "b"}, at(0)) == 2);
}
