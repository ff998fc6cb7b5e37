#include "base/number.h"

#include <cstdint>

#include <doctest/doctest.h>

using namespace so;

TEST_CASE("number: all of the text, and what fits") {
  CHECK(parse_number<std::uint16_t>("65535") == 65535);
  CHECK(parse_number<std::uint16_t>("007") == 7);
  CHECK(parse_number<std::int64_t>("-9223372036854775808") == INT64_MIN);
  CHECK(parse_number<std::uint64_t>("fFffffffffffffff", 16) == UINT64_MAX);
  for (const char* none : {"", "65536", "-1", "+1", " 1", "1 ", "1x", "0x1", "1.0"}) {
    CHECK_MESSAGE(!parse_number<std::uint16_t>(none), none);
  }
}
