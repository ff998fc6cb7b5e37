#include "hub/receipts.h"

#include <doctest/doctest.h>

#include "support/hub_test.h"

using namespace so;
using hub::Receipts;

namespace {
TimePoint at(int seconds) {
  return TimePoint{Seconds{seconds}};
}
}  // namespace

TEST_CASE("receipts: a key is known for its time, in one life of one object") {
  Receipts receipts;
  receipts.remember(1, "k", 7, at(100));
  CHECK(receipts.find(1, "k", at(99)) == 7);
  CHECK_FALSE(receipts.find(1, "k", at(100)));
  CHECK_FALSE(receipts.find(1, "other", at(0)));
  CHECK_FALSE(receipts.find(2, "k", at(0)));
}

TEST_CASE("receipts: old ones make room, young ones do not") {
  Receipts receipts;
  receipts.remember(1, "a", 1, at(100));
  receipts.remember(1, "b", 2, at(200));
  CHECK_FALSE(receipts.has_place(2, at(50)));
  CHECK(receipts.has_place(2, at(100)));
  CHECK(receipts.size() == 1);
  CHECK(receipts.find(1, "b", at(100)) == 2);
  receipts.remember(1, "b", 9, at(300));  // again, after its time
  CHECK(receipts.has_place(3, at(200)));
  CHECK(receipts.find(1, "b", at(200)) == 9);
}

TEST_CASE("receipts: what did not happen has none") {
  Receipts receipts;
  receipts.remember(1, "a", 1, at(100));
  receipts.remember(1, "b", 2, at(100));
  receipts.remember(2, "b", 2, at(100));
  receipts.forget_after(1, 1);
  CHECK(receipts.find(1, "a", at(0)) == 1);
  CHECK_FALSE(receipts.find(1, "b", at(0)));
  CHECK(receipts.find(2, "b", at(0)) == 2);
}
