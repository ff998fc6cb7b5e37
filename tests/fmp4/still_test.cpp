#include "fmp4/still.h"

#include <doctest/doctest.h>

#include "stream.h"
#include "support/fmp4_checker.h"

using namespace so;
using test::Stream;

TEST_CASE("still: a key frame is a whole file of one picture, without the sound beside it") {
  Stream s;
  s.headers();
  s.key(5000);
  s.audio(5000);
  s.inter(5040);
  const auto burst = s.muxer.burst();
  REQUIRE(burst.size() == 2);
  const Bytes file = fmp4::still(*s.muxer.init(), burst.front());
  test::Fmp4Checker checker;
  const auto verdict = checker.check(file);
  CHECK_MESSAGE(verdict.has_value(), (verdict ? "" : verdict.error().text));
  CHECK(checker.samples(true) == 1);
  CHECK(checker.samples(false) == 0);
  CHECK(checker.mime() == fmp4::still_mime(*s.muxer.init()));
}
