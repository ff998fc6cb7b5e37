#pragma once

#include <bit>
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

// Canonical AMF0, a value each; from the first ten one learns the rest.
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

// AMF3 as our encoder writes it, behind its 0x11: what has no parts.
inline std::vector<Golden> golden_amf3_scalars() {
  const auto n = Value::number;
  const auto s = Value::string;
  const auto i = [](std::int32_t value) { return Value{Integer{value}}; };
  return {
      {"undefined", hex("11 00"), Value::undefined()},
      {"null", hex("11 01"), Value::null()},
      {"false", hex("11 02"), Value::boolean(false)},
      {"true", hex("11 03"), Value::boolean(true)},
      {"integer 5", hex("11 04 05"), i(5)},
      {"integer 0", hex("11 04 00"), i(0)},
      {"integer 127", hex("11 04 7f"), i(127)},
      {"integer 128", hex("11 04 8100"), i(128)},
      {"integer 16383", hex("11 04 ff7f"), i(16383)},
      {"integer 16384", hex("11 04 818000"), i(16384)},
      {"integer 2097151", hex("11 04 ffff7f"), i(2097151)},
      {"integer 2097152", hex("11 04 80c08000"), i(2097152)},
      {"largest integer", hex("11 04 bfffffff"), i(268435455)},
      {"integer -1", hex("11 04 ffffffff"), i(-1)},
      {"smallest integer", hex("11 04 c0808000"), i(-268435456)},
      {"double", hex("11 05 3ff8000000000000"), n(1.5)},
      {"double that is not a number", hex("11 05 fff800000000beef"),
       n(std::bit_cast<double>(0xFFF800000000BEEFU))},
      {"string", hex("11 06 07 737472"), s("str")},
      {"empty string", hex("11 06 01"), s("")},
      {"string that is not UTF-8", hex("11 06 05 ff00"), s({"\xff\0", 2})},
      {"xml document", hex("11 07 09 3c612f3e"), {Xml{"<a/>", true}}},
      {"date", hex("11 08 01 c08f400000000000"), {Date{-1000, 0}}},
      {"xml", hex("11 0b 09 3c612f3e"), {Xml{"<a/>", false}}},
      {"byte array", hex("11 0c 07 00ff80"), {ByteArray{{0x00, 0xFF, 0x80}}}},
  };
}

inline std::vector<Golden> golden_amf3_containers() {
  const auto n = Value::number;
  const auto s = Value::string;
  const auto i = [](std::int32_t value) { return Value{Integer{value}}; };
  return {
      {"array", hex("11 09 05 01 04 01 06 03 61"), {Array3{{}, {i(1), s("a")}}}},
      {"array with names",
       hex("11 09 03 03 6b 01 01 02"),
       {Array3{{{"k", {Null{}}}}, {Value::boolean(false)}}}},
      {"anonymous object",
       hex("11 0a 0b 01 03 6b 04 05 03 6b 01 01"),
       {Object3{"", true, {}, {{"k", i(5)}, {"k", {Null{}}}}}}},
      {"sealed object",
       hex("11 0a 23 05 4f43 03 61 01 04 01 04 02"),
       {Object3{"OC", false, {"a", ""}, {{"a", i(1)}, {"", i(2)}}}}},
      {"sealed and dynamic object",
       hex("11 0a 1b 01 03 61 01 03 62 00 01"),
       {Object3{"", true, {"a"}, {{"a", {Null{}}}, {"b", {Undefined{}}}}}}},
      {"vector of int",
       hex("11 0d 05 00 ffffffff 7fffffff"),
       {Vector3{VectorKind::kInt, false, "", {i(-1), i(0x7FFFFFFF)}}}},
      {"vector of uint",
       hex("11 0e 03 01 ffffffff"),
       {Vector3{VectorKind::kUint, true, "", {n(4294967295.0)}}}},
      {"vector of double",
       hex("11 0f 03 00 8000000000000000"),
       {Vector3{VectorKind::kDouble, false, "", {n(-0.0)}}}},
      {"vector of objects",
       hex("11 10 05 00 03 54 01 0a 0b 01 01"),
       {Vector3{VectorKind::kObject, false, "T", {{Null{}}, {Object3{}}}}}},
      {"dictionary",
       hex("11 11 05 01 06 03 61 02 04 01 03"),
       {Dictionary{true, {{s("a"), Value::boolean(false)}, {i(1), Value::boolean(true)}}}}},
      {"reference to what encloses it",
       hex("11 09 03 01 09 00"),
       {Array3{{}, {{Reference3{0, 9}}}}}},
      {"references count every complex value",
       hex("11 09 11 01 08 01 0000000000000000 0c 01 0b 01 07 01 0d 01 00 11 01 00 0a 0b 01 01"
           " 0a 0e"),
       {Array3{{},
               {{Date{}},
                {ByteArray{}},
                {Xml{}},
                {Xml{"", true}},
                {Vector3{}},
                {Dictionary{}},
                {Object3{}},
                {Reference3{7}}}}}},
  };
}

inline std::vector<Golden> golden_amf3_externalizable() {
  std::vector<Golden> table;
  for (const std::string_view name : {"ArrayCollection", "ObjectProxy", "ArrayList"}) {
    const std::string class_name = "flex.messaging.io." + std::string{name};
    Bytes bytes = hex("11 0a 07");
    bytes.push_back(static_cast<std::uint8_t>(class_name.size() << 1U | 1U));
    bytes.insert(bytes.end(), class_name.begin(), class_name.end());
    bytes.insert(bytes.end(), {0x09, 0x01, 0x01});
    table.push_back({name, bytes, {Externalizable{class_name, {{Array3{}}}}}});
  }
  return table;
}

inline std::vector<Golden> golden_amf3() {
  std::vector<Golden> table = golden_amf3_scalars();
  for (Golden& golden : golden_amf3_containers()) table.push_back(std::move(golden));
  for (Golden& golden : golden_amf3_externalizable()) table.push_back(std::move(golden));
  return table;
}

}  // namespace so::amf
