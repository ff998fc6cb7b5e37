#include "amf/value.h"

#include <limits>

#include <doctest/doctest.h>

using namespace so::amf;

namespace {

Value wrapped(Value value) {
  return {Amf3{{std::move(value)}}};
}

}  // namespace

TEST_CASE("value: accessors look through types that mean the same, and through 0x11") {
  CHECK(Value::number(1.5).as_number() == 1.5);
  CHECK(wrapped({Integer{-7}}).as_number() == -7);
  CHECK(wrapped(Value::boolean(true)).as_boolean() == true);
  CHECK(Value::string("a").as_string() == "a");
  CHECK(Value{LongString{"a"}}.as_string() == "a");
  CHECK(Value::null().is_nothing());
  CHECK(wrapped(Value::undefined()).is_nothing());
}

TEST_CASE("value: accessors guess nothing") {
  CHECK_FALSE(Value::string("1").as_number());
  CHECK_FALSE(Value::boolean(true).as_number());
  CHECK_FALSE(Value::number(1).as_boolean());
  CHECK_FALSE(Value::number(1).as_string());
  CHECK_FALSE(Value::string("").is_nothing());
  CHECK_FALSE(Value{Xml{"a"}}.as_string());
  CHECK(Value::array({}).members() == nullptr);
}

TEST_CASE("value: members are found in everything that has names") {
  const Members members{{"a", Value::number(1)}, {"b", Value::null()}, {"a", Value::number(2)}};
  for (const Value& value :
       {Value::object(members), Value{EcmaArray{0, members}}, Value{TypedObject{"T", members}},
        wrapped({Object3{"", true, {}, members}}), wrapped({Array3{members, {}}})}) {
    REQUIRE(value.members() != nullptr);
    CHECK(*value.members() == members);
    REQUIRE(value.find("a") != nullptr);
    CHECK(*value.find("a") == Value::number(1));  // the first of two
    CHECK(value.find("c") == nullptr);
  }
  CHECK(Value::number(1).find("a") == nullptr);
}

TEST_CASE("value: equality is of types and bits") {
  const Value nan = Value::number(std::numeric_limits<double>::quiet_NaN());
  CHECK(nan == nan);
  CHECK_FALSE(Value::number(0.0) == Value::number(-0.0));
  CHECK_FALSE(Value::number(1) == Value{Integer{1}});
  CHECK_FALSE(Value::string("a") == Value{LongString{"a"}});
  CHECK_FALSE(Value::null() == Value::undefined());
}

TEST_CASE("value: every field counts for equality") {
  const Values different{
      {Date{1, 2}},
      {Date{1, 3}},
      {Date{2, 2}},
      {Xml{"a", false}},
      {Xml{"a", true}},
      {Object{{{"a", {Null{}}}}}},
      {Object{{{"b", {Null{}}}}}},
      {Object{{{"a", {Undefined{}}}}}},
      {EcmaArray{0, {}}},
      {EcmaArray{1, {}}},
      {TypedObject{"A", {}}},
      {TypedObject{"B", {}}},
      {Reference{0}},
      {Reference{1}},
      {Reference3{0}},
      {Reference3{1}},
      {Reference3{1, 0x09}},
      {Amf3{{{Null{}}}}},
      {Amf3{{{Undefined{}}}}},
      {ByteArray{{1}}},
      {ByteArray{{2}}},
      {Array3{{}, {{Null{}}}}},
      {Array3{{{"a", {Null{}}}}, {}}},
      {Object3{"", true, {}, {}}},
      {Object3{"", false, {}, {}}},
      {Object3{"A", true, {}, {}}},
      {Object3{"", true, {}, {{"a", {Null{}}}}}},
      {Object3{"", true, {"a"}, {{"a", {Null{}}}}}},
      {Externalizable{"A", {{Null{}}}}},
      {Externalizable{"B", {{Null{}}}}},
      {Vector3{VectorKind::kInt, false, "", {}}},
      {Vector3{VectorKind::kUint, false, "", {}}},
      {Vector3{VectorKind::kInt, true, "", {}}},
      {Vector3{VectorKind::kObject, false, "A", {}}},
      {Vector3{VectorKind::kObject, false, "", {{Null{}}}}},
      {Dictionary{false, {}}},
      {Dictionary{true, {}}},
      {Dictionary{false, {{{Null{}}, {Null{}}}}}},
      {Dictionary{false, {{{Null{}}, {Undefined{}}}}}},
  };
  for (std::size_t i = 0; i < different.size(); ++i) {
    for (std::size_t j = 0; j < different.size(); ++j) {
      CHECK_MESSAGE((different[i] == different[j]) == (i == j), i << " and " << j);
    }
  }
}
