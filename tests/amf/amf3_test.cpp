#include "amf/amf3.h"

#include <array>

#include <doctest/doctest.h>

#include "amf/amf0.h"
#include "golden.h"
#include "hex.h"

using namespace so;
using namespace so::amf;

namespace {

Value wrapped(Value value) {
  return {Amf3{{std::move(value)}}};
}

// The one value behind the first 0x11.
Value decoded(std::string_view bytes) {
  const auto values = decode(hex("11" + std::string{bytes}));
  REQUIRE_MESSAGE(values, bytes << ": " << values.error().text);
  REQUIRE(values->size() == 1);
  return std::get<Amf3>(values->front().is).value.at(0);
}

Error refused(std::string_view bytes, Limits limits = {}) {
  const auto values = decode(hex("11" + std::string{bytes}), limits);
  REQUIRE_MESSAGE(!values, bytes);
  return values.error();
}

Value strings(std::initializer_list<std::string_view> texts) {
  Array3 array;
  for (const std::string_view text : texts) array.dense.push_back(Value::string(text));
  return {std::move(array)};
}

}  // namespace

TEST_CASE("amf3: values and bytes correspond both ways") {
  for (const Golden& golden : golden_amf3()) {
    const auto values = decode(golden.bytes);
    REQUIRE_MESSAGE(values, golden.name << ": " << values.error().text);
    CHECK_MESSAGE(*values == Values{wrapped(golden.value)}, golden.name);
    CHECK_MESSAGE(encode(*values) == golden.bytes, golden.name);
  }
}

TEST_CASE("amf3: a truncated value is an error, whatever its type and wherever it is cut") {
  for (const Golden& golden : golden_amf3()) {
    for (std::size_t n = 1; n < golden.bytes.size(); ++n) {
      const auto values = decode(ByteView{golden.bytes}.first(n));
      REQUIRE_MESSAGE(!values, golden.name << " cut at " << n);
      const std::string& text = values.error().text;
      CHECK_MESSAGE((text.ends_with("the body ends too early") || text.ends_with(" bytes")), text);
    }
  }
}

TEST_CASE("amf3: what only AMF3 can say goes behind 0x11, wherever it stands") {
  for (const Value& value :
       {Value{Integer{5}}, Value{Array3{}}, Value{Object3{}}, Value{ByteArray{}}, Value{Vector3{}},
        Value{Dictionary{}}, Value{Xml{"", true}}}) {
    const auto again = decode(encode(Values{Value::object({{"a", value}})}));
    REQUIRE(again);
    CHECK(again->front() == Value::object({{"a", wrapped(value)}}));
  }
}

TEST_CASE("amf3: integers need not be in their shortest form") {
  CHECK(decoded("04 8005") == Value{Integer{5}});
  CHECK(decoded("04 808005") == Value{Integer{5}});
  CHECK(decoded("04 80808005") == Value{Integer{5}});
}

TEST_CASE("amf3: an integer of more than 29 bits is written as a double") {
  for (const std::int32_t value : {268435456, -268435457, 2147483647, -2147483647 - 1}) {
    const auto again = decode(encode(Values{wrapped({Integer{value}})}));
    CHECK(again->front() == wrapped(Value::number(value)));
  }
}

TEST_CASE("amf3: items of a vector that do not fit become the nearest that do") {
  const auto bytes = [](VectorKind kind, const Value& item) {
    return encode(Values{wrapped({Vector3{kind, false, "", {item}}})});
  };
  CHECK(bytes(VectorKind::kUint, Value::number(1e300)) == hex("11 0e 03 00 ffffffff"));
  CHECK(bytes(VectorKind::kInt, Value::number(-1e300)) == hex("11 0d 03 00 80000000"));
  CHECK(bytes(VectorKind::kInt, Value::string("")) == hex("11 0d 03 00 00000000"));
}

TEST_CASE("amf3: strings are known by index once they were said, the empty one never") {
  CHECK(decoded("09 07 01 06 03 61 06 01 06 00") == strings({"a", "", "a"}));
  CHECK(decoded("09 09 01 06 03 61 06 03 62 06 02 06 00") == strings({"a", "b", "b", "a"}));
  // Keys, class names and names of sealed members are in the same table.
  CHECK(decoded("0a 1b 03 43 03 61 06 02 03 62 06 04 01") ==
        Value{Object3{"C", true, {"a"}, {{"a", Value::string("a")}, {"b", Value::string("b")}}}});
}

TEST_CASE("amf3: traits are known by index once they were declared") {
  const Object3 one{"C", false, {"a"}, {{"a", {Integer{1}}}}};
  const Object3 two{"C", false, {"a"}, {{"a", {Integer{2}}}}};
  CHECK(decoded("09 05 01 0a 13 03 43 03 61 04 01 0a 01 04 02") ==
        Value{Array3{{}, {{one}, {two}}}});
  const std::string collection =
      "43 666c65782e6d6573736167696e672e696f2e4172726179436f6c6c656374696f6e";
  const Externalizable flex{"flex.messaging.io.ArrayCollection", {{Null{}}}};
  CHECK(decoded("09 05 01 0a 07 " + collection + " 01 0a 01 01") ==
        Value{Array3{{}, {{flex}, {flex}}}});
}

TEST_CASE("amf3: tables begin anew with each value") {
  const Bytes body = hex("11 09 03 01 06 03 61 | 11 09 05 01 06 03 62 06 00");
  const auto values = decode(body);
  REQUIRE(values);
  CHECK(values->at(1) == wrapped(strings({"b", "b"})));
  const auto traits = decode(hex("11 0a 13 03 43 01 01 | 11 09 05 01 0a 13 03 44 01 01 0a 01 01"));
  REQUIRE(traits);
  const Object3 second{"D", false, {""}, {{"", {Null{}}}}};
  CHECK(traits->at(1) == wrapped({Array3{{}, {{second}, {second}}}}));
}

TEST_CASE("amf3: an index too large for its value counts from the start of the body") {
  const auto values = decode(hex("11 06 03 61 | 11 06 03 62 | 11 09 03 01 06 02 | 11 06 00"));
  REQUIRE(values);
  CHECK(values->at(2) == wrapped(strings({"b"})));
  CHECK(values->at(3) == wrapped(Value::string("a")));
}

TEST_CASE("amf3: once one index has counted from the start of the body, all do") {
  const auto values = decode(hex("11 06 03 61 | 11 09 09 01 06 00 06 03 62 06 00 06 02"));
  REQUIRE(values);
  CHECK(values->at(1) == wrapped(strings({"a", "b", "a", "b"})));
  const auto objects = decode(hex("11 0a 13 03 43 03 61 04 01 | 11 0a 01 04 02 | 11 0a 00"));
  REQUIRE(objects);
  CHECK(objects->at(1) == wrapped({Object3{"C", false, {"a"}, {{"a", {Integer{2}}}}}}));
  CHECK(objects->at(2) == wrapped({Reference3{0}}));
  const auto proved_by_object =
      decode(hex("11 09 03 01 06 03 61 | 11 09 07 01 09 02 06 03 62 06 00"));
  REQUIRE(proved_by_object);
  CHECK(proved_by_object->at(1) ==
        wrapped({Array3{{}, {{Reference3{1, 9}}, Value::string("b"), Value::string("a")}}}));
}

TEST_CASE("amf3: a shared object message of Red5 refers back across its events") {
  const Bytes body =
      hex("00 0001 7a 00000004 00000000 00000000"
          "| 04 00000009 0001 73 11 06 07 737472"
          "| 04 0000000d 0001 6e 11 05 401c000000000000"
          "| 04 0000000d 0001 64 11 05 3ff8000000000000"
          "| 04 00000013 0001 6c 11 09 07 01 05 3ff0000000000000 06 00 01"
          "| 04 0000000a 0001 6f 11 0a 0b 01 00 03 01");
  Cursor in{body};
  in.skip(16);
  Decoder decoder{in};
  Members changes;
  while (!in.done()) {
    in.skip(5);
    std::string key{in.text(in.u16())};
    auto value = decoder.next();
    REQUIRE_MESSAGE(value, value.error().text);
    changes.push_back({std::move(key), std::move(*value)});
  }
  CHECK(changes ==
        Members{{"s", wrapped(Value::string("str"))},
                {"n", wrapped(Value::number(7))},
                {"d", wrapped(Value::number(1.5))},
                {"l", wrapped({Array3{{}, {Value::number(1), Value::string("str"), {Null{}}}}})},
                {"o", wrapped({Object3{"", true, {}, {{"str", Value::boolean(true)}}}})}});
}

TEST_CASE("amf3: our values refer to nothing, whatever a receiver does with its tables") {
  const Value value = wrapped(strings({"a", "a"}));
  CHECK(encode(Values{value, value}) ==
        hex("11 09 05 01 06 03 61 06 03 61 | 11 09 05 01 06 03 61 06 03 61"));
}

TEST_CASE("amf3: AMF0 types become their nearest relatives behind 0x11") {
  const Members members{{"a", Value::number(1)}, {"", Value::null()}};
  const auto again = [](Value value) {
    const auto values = decode(encode(Values{wrapped(std::move(value))}));
    REQUIRE_MESSAGE(values, values.error().text);
    CHECK(values->size() == 1);
    return std::get<Amf3>(values->front().is).value.at(0);
  };
  const Members named{{"a", Value::number(1)}};
  CHECK(again(Value::object(members)) == Value{Object3{"", true, {}, named}});
  CHECK(again({TypedObject{"C", members}}) == Value{Object3{"C", true, {}, named}});
  CHECK(again({EcmaArray{7, members}}) == Value{Array3{named, {}}});
  CHECK(again(Value::array({Value::null()})) == Value{Array3{{}, {{Null{}}}}});
  CHECK(again({LongString{"a"}}) == Value::string("a"));
  CHECK(again({Date{1, 60}}) == Value{Date{1, 0}});
  CHECK(again({Unsupported{}}) == Value::undefined());
  CHECK(again({Reference{0}}) == Value::undefined());
  CHECK(again(wrapped(Value::null())) == Value::null());
}

TEST_CASE("amf3: errors say what, where and why") {
  struct Case {
    std::string_view bytes;
    std::string_view text;
  };
  const std::array cases{
      Case{"", "amf3 value at offset 1: the body ends too early"},
      Case{"04 ff", "amf3 integer at offset 1: the body ends too early"},
      Case{"06 07 61", "amf3 string at offset 1: the body ends too early"},
      Case{"06 ffffffff 61", "amf3 string at offset 1: the body ends too early"},
      Case{"0c 07 61", "amf3 byte array at offset 1: the body ends too early"},
      Case{"06 00", "amf3 string at offset 1: reference to string 0, which is not there"},
      Case{"09 01 02", "amf3 array at offset 1: reference to string 1, which is not there"},
      Case{"0a 00", "amf3 object at offset 1: reference to object 0, which is not there"},
      Case{"09 03 01 08 02", "amf3 date at offset 4: reference to object 1, which is not there"},
      Case{"0a 01", "amf3 object at offset 1: reference to traits 0, which are not there"},
      Case{"0a 07 03 43", "amf3 object at offset 1: externalizable class \"C\" is unknown"},
      Case{"09 ffffffff 01", "amf3 array at offset 1: 268435455 items in 0 bytes"},
      Case{"0d 05 00 00000000 000000", "amf3 vector of int at offset 1: 2 items in 7 bytes"},
      Case{"0e 03 00 000000", "amf3 vector of uint at offset 1: 1 items in 3 bytes"},
      Case{"0f 03 00 00000000 000000", "amf3 vector of double at offset 1: 1 items in 7 bytes"},
      Case{"10 05 00 01 01", "amf3 vector of objects at offset 1: 2 items in 1 bytes"},
      Case{"11 05 00 01 01 01", "amf3 dictionary at offset 1: 2 items in 3 bytes"},
      Case{"12", "amf3 value at offset 1: marker 0x12 is no value"},
      Case{"09 03 01 ff", "amf3 value at offset 4: marker 0xff is no value"},
  };
  for (const Case& c : cases) CHECK(refused(c.bytes) == Error{Code::kPeer, std::string{c.text}});
}

TEST_CASE("amf3: depth and number of values are bounded together with AMF0's") {
  std::string deep = "0a 00000001 11";  // an array and the wrapper around the rest
  for (int i = 0; i < 31; ++i) deep += "09 03 01";
  CHECK(decode(hex(deep + "01")).error() ==
        Error{Code::kLimit, "amf3 value at offset 99: nested deeper than 32"});
  CHECK(decode(hex(deep + "01"), {.depth = 33}));
  CHECK(decode(hex("05 11 09 05 01 01 01"), {.nodes = 5}));
  CHECK(decode(hex("05 11 09 05 01 01 01"), {.nodes = 4}).error().code == Code::kLimit);
  CHECK(refused("0d 05 00 00000000 00000000", {.nodes = 3}) ==
        Error{Code::kLimit, "amf3 vector of int at offset 8: more than 3 values"});
}

TEST_CASE("amf3: references cannot make many bytes of few") {
  CHECK(decode(hex("11 09 07 01 06 05 6161 06 00 06 00"), {.repeated = 4}));
  CHECK(refused("09 07 01 06 05 6161 06 00 06 00", {.repeated = 3}) ==
        Error{Code::kLimit, "amf3 string at offset 10: references to more than 3 bytes"});
  CHECK(refused("09 05 01 0a 13 03 43 03 61 01 0a 01 01", {.repeated = 1}) ==
        Error{Code::kLimit, "amf3 object at offset 11: references to more than 1 bytes"});
}

TEST_CASE("amf3: the members that a class declares are bounded") {
  CHECK(refused("0a a003 01", {.sealed = 1}).text ==
        "amf3 object at offset 1: a class of more than 1 members");
  CHECK(refused("0a fffffffb 01").code == Code::kLimit);
}
