#include "bus/breaker.h"

#include <doctest/doctest.h>

using namespace so;

TEST_CASE("five failures in a row open it, and one in a while may try") {
  bus::Breaker breaker;
  TimePoint now{Seconds{100}};
  for (int i = 0; i < 4; ++i) breaker.failure(now);
  breaker.success();
  for (int i = 0; i < 4; ++i) breaker.failure(now);
  CHECK(breaker.may(now));
  CHECK_FALSE(breaker.open());
  breaker.failure(now);
  CHECK(breaker.open());
  CHECK_FALSE(breaker.may(now + Millis{4999}));
  now += Seconds{5};
  CHECK(breaker.may(now));
  CHECK_FALSE(breaker.may(now));  // one is trying
  breaker.failure(now);
  CHECK_FALSE(breaker.may(now + Millis{9999}));  // twice as long
  now += Seconds{10};
  CHECK(breaker.may(now));
  breaker.given_up();
  CHECK(breaker.may(now));  // nobody is trying any more
  breaker.success();
  CHECK_FALSE(breaker.open());
  CHECK(breaker.may(now));
}

TEST_CASE("it never rests longer than a minute") {
  bus::Breaker breaker;
  TimePoint now{Seconds{100}};
  for (int i = 0; i < 20; ++i) {
    breaker.failure(now);
    now += Seconds{60};
  }
  CHECK(breaker.may(now));
}
