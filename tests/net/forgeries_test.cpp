#include "net/forgeries.h"

#include <string>

#include <doctest/doctest.h>

using namespace so;
using net::Forgeries;

TEST_CASE("forgeries: one source is slowed down, others are not, until all together are too many") {
  constexpr Millis kTook{2};
  Forgeries forgeries;
  const TimePoint now{Seconds{1000}};
  for (int i = 0; i < 5; ++i) {
    CHECK(forgeries.may_come("a", now));
    forgeries.came("a", kTook, now);
  }
  CHECK_FALSE(forgeries.may_come("a", now));
  CHECK(forgeries.may_come("b", now));
  for (int i = 0; i < 5; ++i) forgeries.came("", kTook, now);
  CHECK_FALSE(forgeries.may_come("b", now));
  CHECK_FALSE(forgeries.may_come("", now));
  const TimePoint later = now + Millis{1};  // the next; what it costs has to be worked off
  CHECK(forgeries.may_come("b", later));
  forgeries.came("", kTook, later);
  CHECK_FALSE(forgeries.may_come("b", later + Millis{499}));
  CHECK(forgeries.may_come("b", later + Millis{500}));
  CHECK_FALSE(forgeries.may_come("a", now + Millis{999}));
  CHECK(forgeries.may_come("a", now + Seconds{1}));
}

TEST_CASE("forgeries: a source is a network, and this machine is none") {
  CHECK(Forgeries::source_of({"192.0.2.1", 1}) == Forgeries::source_of({"192.0.2.1", 2}));
  CHECK(Forgeries::source_of({"192.0.2.1", 1}) != Forgeries::source_of({"192.0.2.2", 1}));
  CHECK(Forgeries::source_of({"2001:db8::1", 1}) == Forgeries::source_of({"2001:db8::2", 1}));
  CHECK(Forgeries::source_of({"127.0.0.1", 1}).empty());
}

TEST_CASE("forgeries: sources are forgotten") {
  Forgeries forgeries;
  TimePoint now{Seconds{1000}};
  for (int i = 0; i < 3000; ++i) {
    now += Millis{50};
    forgeries.came(std::to_string(i), Millis{0}, now);
  }
  CHECK(forgeries.sources() <= 1024);
}

TEST_CASE("forgeries: those that cost little are looked at more often") {
  Forgeries forgeries;
  const TimePoint now{Seconds{1000}};
  for (int i = 0; i < 199; ++i) forgeries.came("", std::chrono::microseconds{100}, now);
  CHECK(forgeries.may_come("", now));
  forgeries.came("", std::chrono::microseconds{100}, now);
  CHECK_FALSE(forgeries.may_come("", now));
}
