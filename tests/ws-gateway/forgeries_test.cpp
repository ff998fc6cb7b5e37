#include "forgeries.h"

#include <string>

#include <doctest/doctest.h>

using namespace so;
using gateway::Forgeries;

TEST_CASE("forgeries: one source is slowed down, others are not, until all together are too many") {
  Forgeries forgeries;
  const TimePoint now{Seconds{1000}};
  for (int i = 0; i < 5; ++i) {
    CHECK(forgeries.may_come("a", now));
    forgeries.came("a", now);
  }
  CHECK_FALSE(forgeries.may_come("a", now));
  CHECK(forgeries.may_come("b", now));
  for (int i = 0; i < 5; ++i) forgeries.came("", now);
  CHECK_FALSE(forgeries.may_come("b", now));
  CHECK_FALSE(forgeries.may_come("", now));
  CHECK(forgeries.may_come("b", now + Millis{20}));
  CHECK_FALSE(forgeries.may_come("a", now + Millis{999}));
  CHECK(forgeries.may_come("a", now + Seconds{1}));
}

TEST_CASE("forgeries: sources are forgotten") {
  Forgeries forgeries;
  TimePoint now{Seconds{1000}};
  for (int i = 0; i < 3000; ++i) forgeries.came(std::to_string(i), now += Millis{20});
  CHECK(forgeries.sources() <= 1024);
}
