// Copies in place of references.
#include "amf/references.h"

#include <doctest/doctest.h>

#include "amf/amf0.h"
#include "amf/json.h"

using namespace so;
using namespace so::amf;

namespace {

Value n(double number) {
  return Value::number(number);
}
Value ref(std::uint32_t index) {
  return {Reference{index}};
}
Value ref3(std::uint32_t index) {
  return {Reference3{index}};
}
Value list3(Values items) {
  return {Array3{{}, std::move(items)}};
}
Value amf3(Value value) {
  return {Amf3{{std::move(value)}}};
}

}  // namespace

TEST_CASE("a reference becomes a copy of what it refers to, of all values that came before") {
  Values body{Value::string("call"), n(1), Value::object({{"a", n(1)}}),
              Value::array({Value::object({{"b", n(2)}}), ref(0), ref(2)}), ref(1)};
  CHECK(expand_references(body));
  const Value a = Value::object({{"a", n(1)}});
  const Value b = Value::object({{"b", n(2)}});
  const Value list = Value::array({b, a, b});
  CHECK(body == Values{Value::string("call"), n(1), a, list, list});
}

TEST_CASE("what can be referred to is counted as a decoder counts it") {
  Values written{Value::object({{"o", {TypedObject{"T", {}}}}}),
                 {EcmaArray{0, {}}},
                 {Date{1, 0}},
                 {Xml{"<a/>"}},
                 amf3(list3({})),
                 Value::array({}),
                 ref(3),
                 ref(2),
                 ref(1)};
  auto read = decode(encode(written));
  REQUIRE(read);
  CHECK(expand_references(*read));
  CHECK((*read)[6] == Value::array({}));
  CHECK((*read)[7] == Value{EcmaArray{0, {}}});
  CHECK((*read)[8] == Value{TypedObject{"T", {}}});
}

TEST_CASE("AMF3 counts from the current value, and dates and bytes as well") {
  Values body{amf3(list3({{Date{5, 0}}, {ByteArray{{1}}}, ref3(2), ref3(1)})),
              amf3(list3({{Xml{"x"}}, ref3(1)})), amf3({Date{7, 0}}), amf3(ref3(0))};
  CHECK(expand_references(body));
  CHECK(body[0] == amf3(list3({{Date{5, 0}}, {ByteArray{{1}}}, {ByteArray{{1}}}, {Date{5, 0}}})));
  CHECK(body[1] == amf3(list3({{Xml{"x"}}, {Xml{"x"}}})));
  CHECK(body[3] == amf3(list3({{Date{5, 0}}, {ByteArray{{1}}}, {ByteArray{{1}}}, {Date{5, 0}}})));
}

TEST_CASE("every place of AMF3 is looked into") {
  const Value bytes{ByteArray{{7}}};
  Values body{amf3(list3({bytes,
                          {Array3{{{"k", ref3(1)}}, {}}},
                          {Object3{"C", true, {}, {{"m", ref3(1)}}}},
                          {Dictionary{false, {{ref3(1), ref3(1)}}}},
                          {Vector3{VectorKind::kObject, false, "", {ref3(1)}}},
                          {Externalizable{"flex.messaging.io.ObjectProxy", {ref3(1)}}}}))};
  CHECK(has_reference(body[0]));
  CHECK(expand_references(body));
  CHECK_FALSE(has_reference(body[0]));
  CHECK(to_json(body[0]).find("ref3") == std::string::npos);
}

TEST_CASE("a cycle stays, and what refers to it") {
  Values body{Value::object({{"self", ref(0)}, {"n", n(1)}}), ref(0), Value::array({}), ref(1)};
  CHECK_FALSE(expand_references(body));
  CHECK(body[0] == Value::object({{"self", ref(0)}, {"n", n(1)}}));
  CHECK(body[1] == ref(0));
  CHECK(body[3] == Value::array({}));
  Values nothing{ref(0)};
  CHECK_FALSE(expand_references(nothing));
  Values cycle3{amf3(list3({ref3(0)}))};
  CHECK_FALSE(expand_references(cycle3));
  CHECK(has_reference(cycle3[0]));
}

TEST_CASE("copies keep the bounds of a body") {
  SUBCASE("nodes: each list twice the one before") {
    Values body{Value::array({n(1), n(2)})};
    for (std::uint32_t i = 0; i < 30; ++i) body.push_back(Value::array({ref(i), ref(i)}));
    CHECK_FALSE(expand_references(body));
    CHECK(to_json(Value::array(body)).size() < 1'000'000);
  }
  SUBCASE("depth: each list one deeper") {
    Values body{Value::array({})};
    for (std::uint32_t i = 0; i < 100; ++i) body.push_back(Value::array({ref(i)}));
    CHECK_FALSE(expand_references(body));
    CHECK_FALSE(has_reference(body[30]));
    CHECK(has_reference(body[40]));
  }
  SUBCASE("bytes") {
    Values body{Value::array({Value::string(std::string(1000, 'x'))})};
    for (int i = 0; i < 2000; ++i) body.push_back(ref(0));
    CHECK_FALSE(expand_references(body));
    CHECK_FALSE(has_reference(body[1000]));
    CHECK(has_reference(body[2000]));
  }
}
