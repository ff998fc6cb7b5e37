#include "rtmp/capabilities.h"

#include <string>

#include <doctest/doctest.h>

#include "support/describe.h"

using namespace so;
using amf::Value;

TEST_CASE("who says what it can do beyond RTMP is answered, who says nothing is not") {
  const Value plain = Value::object({{"app", Value::string("live")}});
  CHECK(rtmp::enhanced_answer(plain).empty());
  CHECK(rtmp::capabilities(plain) == 0);
  const Value able =
      Value::object({{"fourCcList", Value::array({Value::string("hvc1"), Value::string("*")})},
                     {"videoFourCcInfoMap", Value::object({{"av01", Value::number(1)}})},
                     {"capsEx", Value::number(0x13)}});
  CHECK(test::describe(Value::object(rtmp::enhanced_answer(able))) ==
        "{fourCcList: ['hvc1', '*'], videoFourCcInfoMap: {*: 4}, capsEx: 3}");
  CHECK(rtmp::capabilities(able) == (rtmp::kReconnect | rtmp::kMultitrack));
  for (const double odd : {-1.0, 1e300, 256.0}) {
    CHECK(rtmp::capabilities(Value::object({{"capsEx", Value::number(odd)}})) == 0);
  }
}
