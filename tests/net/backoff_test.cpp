#include "net/backoff.h"

#include <doctest/doctest.h>

using namespace so;
using net::Backoff;

TEST_CASE("waits double up to a minute, give or take a fifth, and begin anew") {
  Backoff backoff;
  for (const int expected : {1000, 2000, 4000, 8000, 16'000, 32'000, 60'000, 60'000}) {
    CAPTURE(expected);
    Backoff same = backoff;
    CHECK(same.next(0) == Millis{expected - expected / 5});
    same = backoff;
    CHECK(same.next(static_cast<std::uint64_t>(2 * (expected / 5))) ==
          Millis{expected + expected / 5});
    const Millis wait = backoff.next(0x9E3779B97F4A7C15U);
    CHECK(wait >= Millis{expected - expected / 5});
    CHECK(wait <= Millis{expected + expected / 5});
  }
  backoff.reset();
  CHECK(backoff.next(0) == Millis{800});
}
