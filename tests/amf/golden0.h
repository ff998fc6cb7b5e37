#pragma once

#include <limits>
#include <string>
#include <string_view>
#include <vector>

#include "amf/value.h"
#include "hex.h"

namespace so::amf {

struct Golden {
  std::string_view name;
  Bytes bytes;
  Value value;
};

// AMF0 that means the same in both directions; the first ten are RTMP's reference vectors.
inline std::vector<Golden> golden_amf0() {
  const auto n = Value::number;
  const auto s = Value::string;
  const auto long_text = std::string(65536, 'x');
  Bytes long_string = hex("0c 00010000");
  long_string.resize(long_string.size() + long_text.size(), 'x');
  return {
      {"number", hex("00 3ff8000000000000"), n(1.5)},
      {"true", hex("01 01"), Value::boolean(true)},
      {"string", hex("02 0001 61"), s("a")},
      {"null", hex("05"), Value::null()},
      {"object",
       hex("03 0001 61 00 3ff8000000000000 0001 62 01 01 0001 63 05 0001 64 02 0001 78 0000 09"),
       Value::object({{"a", n(1.5)}, {"b", Value::boolean(true)}, {"c", {Null{}}}, {"d", s("x")}})},
      {"ecma array",
       hex("08 00000001 0001 77 00 4074000000000000 0000 09"),
       {EcmaArray{1, {{"w", n(320)}}}}},
      {"strict array", hex("0a 00000002 00 3ff0000000000000 02 0001 61"),
       Value::array({n(1), s("a")})},
      {"date", hex("0b 0000000000000000 0000"), {Date{0, 0}}},
      {"undefined", hex("06"), Value::undefined()},
      {"false", hex("01 00"), Value::boolean(false)},
      {"not a number", hex("00 7ff8000000000000"), n(std::numeric_limits<double>::quiet_NaN())},
      {"not a number, with a payload", hex("00 fff800000000beef"),
       n(std::bit_cast<double>(0xFFF800000000BEEFU))},
      {"infinity", hex("00 7ff0000000000000"), n(std::numeric_limits<double>::infinity())},
      {"minus zero", hex("00 8000000000000000"), n(-0.0)},
      {"empty string", hex("02 0000"), s("")},
      {"string that is not UTF-8, with a NUL", hex("02 0003 ff 00 e9"), s({"\xff\0\xe9", 3})},
      {"empty object", hex("03 0000 09"), Value::object({})},
      {"object with an empty key", hex("03 0000 05 0000 09"), Value::object({{"", {Null{}}}})},
      {"object with a repeated key", hex("03 0001 61 05 0001 61 06 0000 09"),
       Value::object({{"a", {Null{}}}, {"a", {Undefined{}}}})},
      {"ecma array with a wrong count", hex("08 ffffffff 0000 09"), {EcmaArray{0xFFFFFFFF, {}}}},
      {"empty strict array", hex("0a 00000000"), Value::array({})},
      {"date with a zone before 1970", hex("0b c08f400000000000 ffc4"), {Date{-1000, -60}}},
      {"long string for a short text", hex("0c 00000001 61"), {LongString{"a"}}},
      {"long string", long_string, s(long_text)},
      {"unsupported", hex("0d"), {Unsupported{}}},
      {"xml document", hex("0f 00000004 3c612f3e"), {Xml{"<a/>", false}}},
      {"typed object",
       hex("10 0003 6f7267 0001 61 05 0000 09"),
       {TypedObject{"org", {{"a", {Null{}}}}}}},
      {"reference to what encloses it", hex("0a 00000002 03 0000 09 07 0000"),
       Value::array({Value::object({}), {Reference{0}}})},
      {"references count every complex value",
       hex("0a 00000004 10 0000 0000 09 08 00000000 0000 09 03 0000 09 07 0003"),
       Value::array({{TypedObject{}}, {EcmaArray{}}, {Object{}}, {Reference{3}}})},
  };
}

}  // namespace so::amf
