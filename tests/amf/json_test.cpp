#include "amf/json.h"

#include <array>
#include <bit>
#include <limits>

#include <doctest/doctest.h>

#include "any_value.h"
#include "golden.h"

using namespace so;
using namespace so::amf;

namespace {

struct Case {
  Value value;
  std::string_view json;
};

void check_both_ways(const std::vector<Case>& cases) {
  for (const Case& c : cases) {
    CHECK(to_json(c.value) == c.json);
    const auto value = from_json(c.json);
    REQUIRE_MESSAGE(value, c.json << ": " << value.error().text);
    CHECK_MESSAGE(*value == c.value, c.json);
  }
}

Value read(std::string_view json) {
  const auto value = from_json(json);
  REQUIRE_MESSAGE(value, json << ": " << value.error().text);
  return *value;
}

Value null() {
  return Value::null();
}

}  // namespace

TEST_CASE("amf json: what JSON can say is itself") {
  check_both_ways({
      {null(), "null"},
      {Value::boolean(true), "true"},
      {Value::boolean(false), "false"},
      {Value::number(1.5), "1.5"},
      {Value::number(320), "320"},
      {Value::number(0), "0"},
      {Value::number(9007199254740991.0), "9007199254740991"},
      {Value::number(1e300), "1e+300"},
      {Value::number(5e-324), "5e-324"},
      {Value::string("a"), "\"a\""},
      {Value::string({"\0\"é", 4}), R"("\u0000\"é")"},
      {Value::array({Value::number(1), Value::array({})}), "[1,[]]"},
      {Value::object({}), "{}"},
      {Value::object({{"b", null()}, {"", null()}, {"a", null()}}),
       R"({"b":null,"":null,"a":null})"},
  });
}

TEST_CASE("amf json: numbers that JSON cannot say have names") {
  check_both_ways({
      {Value::number(std::numeric_limits<double>::quiet_NaN()), R"({"$num":"NaN"})"},
      {Value::number(std::numeric_limits<double>::infinity()), R"({"$num":"Infinity"})"},
      {Value::number(-std::numeric_limits<double>::infinity()), R"({"$num":"-Infinity"})"},
      {Value::number(-0.0), R"({"$num":"-0"})"},
      {Value::number(std::bit_cast<double>(0x7FF8000000000001U)),
       R"({"$num":"0x7ff8000000000001"})"},
      {Value::number(std::bit_cast<double>(0xFFF8000000000000U)),
       R"({"$num":"0xfff8000000000000"})"},
  });
}

TEST_CASE("amf json: the rest of AMF0 is an object with one key of ours") {
  check_both_ways({
      {Value::undefined(), R"({"$undef":true})"},
      {{Unsupported{}}, R"({"$unsup":true})"},
      {Value::string("\xff"), R"({"$str8":"/w=="})"},
      {{LongString{"a"}}, R"({"$lstr":"a"})"},
      {{LongString{"\xff"}}, R"({"$lstr":{"$str8":"/w=="}})"},
      {{Xml{"<a/>", false}}, R"({"$xml":"<a/>"})"},
      {{Xml{"\xff", true}}, R"({"$xmldoc":{"$str8":"/w=="}})"},
      {{Date{1700000000000.0, 0}}, R"({"$date":1700000000000,"tz":0})"},
      {{Date{-0.5, -60}}, R"({"$date":-0.5,"tz":-60})"},
      {{Date{std::numeric_limits<double>::quiet_NaN(), 0}}, R"({"$date":"NaN","tz":0})"},
      {{Date{-0.0, 0}}, R"({"$date":"-0","tz":0})"},
      {{EcmaArray{1, {{"w", Value::number(320)}}}}, R"({"$ecma":{"w":320}})"},
      {{EcmaArray{0, {{"w", Value::number(320)}}}}, R"({"$ecma":{"w":320},"n":0})"},
      {{EcmaArray{0xFFFFFFFF, {}}}, R"({"$ecma":{},"n":4294967295})"},
      {{TypedObject{"org.A", {{"a", null()}}}}, R"({"$class":"org.A","v":{"a":null}})"},
      {{TypedObject{"\xff", {}}}, R"({"$class":{"$str8":"/w=="},"v":{}})"},
      {{Reference{65535}}, R"({"$ref":65535})"},
  });
}

TEST_CASE("amf json: members that no JSON object can hold are pairs") {
  const Members repeated{{"a", null()}, {"b", null()}, {"a", null()}};
  check_both_ways({
      {Value::object(repeated), R"({"$obj":[["a",null],["b",null],["a",null]]})"},
      {Value::object({{"a", null()}, {"$b", null()}}), R"({"$obj":[["a",null],["$b",null]]})"},
      {Value::object({{"\xff", null()}}), R"({"$obj":[[{"$str8":"/w=="},null]]})"},
      {{EcmaArray{3, repeated}}, R"({"$ecma":[["a",null],["b",null],["a",null]]})"},
      {{TypedObject{"C", {{"$", null()}}}}, R"({"$class":"C","v":[["$",null]]})"},
      {{Array3{{{"$a", null()}}, {}}}, R"({"$array":[],"assoc":[["$a",null]]})"},
  });
}

TEST_CASE("amf json: AMF3 both ways") {
  const Value one = Value::number(1);
  check_both_ways({
      {{Amf3{{null()}}}, R"({"$amf3":null})"},
      {{Integer{5}}, R"({"$int":5})"},
      {{Integer{-268435456}}, R"({"$int":-268435456})"},
      {{ByteArray{{0xFF}}}, R"({"$bytes":"/w=="})"},
      {{Array3{{}, {one}}}, R"({"$array":[1]})"},
      {{Array3{{{"a", null()}}, {one}}}, R"({"$array":[1],"assoc":{"a":null}})"},
      {{Object3{}}, R"({"$obj3":{"class":"","dynamic":true,"sealed":[],"members":{}}})"},
      {{Object3{"C", false, {"a"}, {{"a", null()}}}},
       R"({"$obj3":{"class":"C","dynamic":false,"sealed":["a"],"members":{"a":null}}})"},
      {{Object3{"", true, {"\xff"}, {{"\xff", null()}, {"b", one}}}},
       R"({"$obj3":{"class":"","dynamic":true,"sealed":[{"$str8":"/w=="}],)"
       R"("members":[[{"$str8":"/w=="},null],["b",1]]}})"},
      {{Externalizable{"flex.messaging.io.ArrayList", {null()}}},
       R"({"$ext":"flex.messaging.io.ArrayList","v":null})"},
      {{Vector3{VectorKind::kInt, true, "", {{Integer{-2147483647 - 1}}}}},
       R"({"$vec":"int","fixed":true,"v":[-2147483648]})"},
      {{Vector3{VectorKind::kUint, false, "", {Value::number(4294967295.0)}}},
       R"({"$vec":"uint","fixed":false,"v":[4294967295]})"},
      {{Vector3{VectorKind::kDouble, false, "", {one, Value::number(-0.0)}}},
       R"({"$vec":"double","fixed":false,"v":[1,{"$num":"-0"}]})"},
      {{Vector3{VectorKind::kObject, false, "int", {{Integer{1}}, one}}},
       R"({"$vec":"object","fixed":false,"class":"int","v":[{"$int":1},1]})"},
      {{Dictionary{true, {{one, null()}}}}, R"({"$dict":[[1,null]],"weak":true})"},
      {{Reference3{268435455}}, R"({"$ref3":268435455})"},
      {{Reference3{0, 9}}, R"({"$ref3":0,"marker":9})"},
  });
}

TEST_CASE("amf json: a person may leave out what is usual, and use any order") {
  CHECK(read(R"({"$date":0})") == Value{Date{0, 0}});
  CHECK(read(R"({"tz":60,"$date":0})") == Value{Date{0, 60}});
  CHECK(read(R"({"$obj3":{"members":{"a":1}}})") ==
        Value{Object3{"", true, {}, {{"a", Value::number(1)}}}});
  CHECK(read(R"({"v":[],"$vec":"object"})") == Value{Vector3{VectorKind::kObject, false, "", {}}});
  CHECK(read(R"({"$dict":[]})") == Value{Dictionary{}});
}

TEST_CASE("amf json: a repeated key of a JSON object is kept") {
  CHECK(read(R"({"a":1,"a":2})") ==
        Value::object({{"a", Value::number(1)}, {"a", Value::number(2)}}));
}

TEST_CASE("amf json: every value of the golden tables comes back") {
  for (const auto& table : {golden_amf0(), golden_amf3()}) {
    for (const Golden& golden : table) {
      const auto value = from_json(to_json(golden.value));
      REQUIRE_MESSAGE(value, golden.name << ": " << value.error().text);
      CHECK_MESSAGE(*value == golden.value, golden.name);
    }
  }
}

TEST_CASE("amf json: any value comes back, through JSON and through bytes") {
  AnyValue any{2026};
  for (int i = 0; i < 3000; ++i) {
    const Value value = any.amf0(4);
    const std::string text = to_json(value);
    const auto from_text = from_json(text);
    REQUIRE_MESSAGE(from_text, text << ": " << from_text.error().text);
    CHECK_MESSAGE(*from_text == value, text);
    const auto from_bytes = decode(encode(Values{value}));
    REQUIRE_MESSAGE(from_bytes, text << ": " << from_bytes.error().text);
    CHECK_MESSAGE(*from_bytes == Values{value}, text);
  }
}

TEST_CASE("amf json: errors name the key") {
  struct Bad {
    std::string_view json;
    std::string_view text;
  };
  const std::array cases{
      Bad{R"({"$foo":1})", R"(json key "$foo" is unknown)"},
      Bad{R"({"a":1,"$b":2})", R"(json key "$b" is unknown)"},
      Bad{R"([{"a":{"$":1}}])", R"(json key "$" is unknown)"},
      Bad{R"({"$undef":false})", R"(json key "$undef" is not true)"},
      Bad{R"({"$unsup":1})", R"(json key "$unsup" is neither true nor false)"},
      Bad{R"({"$undef":true,"a":1})", R"(json key "a" does not belong to "$undef")"},
      Bad{R"({"$undef":true,"":1})", R"(json key "" does not belong to "$undef")"},
      Bad{R"({"$int":1,"$int":2})", R"(json key "$int" is there twice)"},
      Bad{R"({"$int":1,"$num":2})", R"(json key "$num" does not belong to "$int")"},
      Bad{R"({"$num":"nan"})", R"(json key "$num" is no number)"},
      Bad{R"({"$num":"0x7ff000000000000g"})", R"(json key "$num" is no number)"},
      Bad{R"({"$num":"0x3ff0000000000000"})", R"(json key "$num" is no number)"},
      Bad{R"({"$num":null})", R"(json key "$num" is no number)"},
      Bad{R"({"$int":1.5})", R"(json key "$int" is no whole number from -268435456 to 268435455)"},
      Bad{R"({"$int":268435456})",
          R"(json key "$int" is no whole number from -268435456 to 268435455)"},
      Bad{R"({"$date":true})", R"(json key "$date" is no number)"},
      Bad{R"({"$date":0,"tz":32768})", R"(json key "tz" is no whole number from -32768 to 32767)"},
      Bad{R"({"$ecma":1})", R"(json key "$ecma" is no object)"},
      Bad{R"({"$ecma":{},"n":-1})", R"(json key "n" is no whole number from 0 to 4294967295)"},
      Bad{R"({"$ecma":{"$a":1}})", R"(json key "$a" may only stand in a list of pairs)"},
      Bad{R"({"$class":"C"})", R"(json key "v" is missing)"},
      Bad{R"({"$class":1,"v":{}})", R"(json key "$class" is no text)"},
      Bad{R"({"$str8":"?"})",
          R"(json key "$str8" is no base64: base64: length is not a multiple of four)"},
      Bad{R"({"$str8":{}})", R"(json key "$str8" is no base64)"},
      Bad{R"({"$lstr":{"$str9":""}})", R"(json key "$str9" does not belong to "$str8")"},
      Bad{R"({"$xml":{}})", R"(json key "$str8" is missing)"},
      Bad{R"({"$obj":{}})", R"(json key "$obj" is no array)"},
      Bad{R"({"$obj":[["a"]]})", R"(json key "$obj" has an item that is no pair)"},
      Bad{R"({"$obj":[1]})", R"(json key "$obj" has an item that is no pair)"},
      Bad{R"({"$obj":[[1,1]]})", R"(json key "$obj" is no text)"},
      Bad{R"({"$ref":65536})", R"(json key "$ref" is no whole number from 0 to 65535)"},
      Bad{R"({"$bytes":"!!!!"})",
          R"(json key "$bytes" is no base64: base64: character outside the alphabet)"},
      Bad{R"({"$array":{}})", R"(json key "$array" is no array)"},
      Bad{R"({"$array":[],"assoc":{"":1}})", R"(json key "" cannot be empty in AMF3)"},
      Bad{R"({"$array":[],"assoc":[["",1]]})", R"(json key "" cannot be empty in AMF3)"},
      Bad{R"({"$obj3":[]})", R"(json key "$obj3" is no object)"},
      Bad{R"({"$obj3":{}})", R"(json key "members" is missing)"},
      Bad{R"({"$obj3":{"members":{"":1}}})", R"(json key "" cannot be empty in AMF3)"},
      Bad{R"({"$obj3":{"members":{"a":1},"sealed":["b"]}})",
          R"(json key "sealed" does not name the first members)"},
      Bad{R"({"$obj3":{"members":{},"sealed":["b"]}})",
          R"(json key "sealed" does not name the first members)"},
      Bad{R"({"$obj3":{"members":{"a":1},"dynamic":false}})",
          R"(json key "sealed" does not name all members, and "dynamic" is false)"},
      Bad{R"({"$ext":"C","v":1})", R"(json key "$ext" is no class of Flex)"},
      Bad{R"({"$vec":"long","v":[]})", R"(json key "$vec" is none of int, uint, double, object)"},
      Bad{R"({"$vec":"int","v":[],"class":""})",
          R"(json key "class" belongs to vectors of objects)"},
      Bad{R"({"$vec":"int","v":[2147483648]})", R"(json key "v" has an item that does not fit)"},
      Bad{R"({"$vec":"int","v":[1.5]})", R"(json key "v" has an item that does not fit)"},
      Bad{R"({"$vec":"uint","v":[-1]})", R"(json key "v" has an item that does not fit)"},
      Bad{R"({"$vec":"uint","v":[{"$num":"-0"}]})",
          R"(json key "v" has an item that does not fit)"},
      Bad{R"({"$vec":"double","v":["1"]})", R"(json key "v" has an item that does not fit)"},
      Bad{R"({"$dict":[[1]]})", R"(json key "$dict" has an item that is no pair)"},
      Bad{R"({"$ref3":-1})", R"(json key "$ref3" is no whole number from 0 to 268435455)"},
      Bad{R"({"$ref3":0,"marker":6})", R"(json key "marker" is no whole number from 7 to 17)"},
      Bad{"[1,", "json: "},
  };
  for (const Bad& bad : cases) {
    const auto value = from_json(bad.json);
    REQUIRE_MESSAGE(!value, bad.json);
    CHECK(value.error().code == Code::kPeer);
    CHECK(value.error().text.starts_with(bad.text));
    CHECK((value.error().text.size() == bad.text.size() || bad.text == "json: "));
  }
}

TEST_CASE("amf json: a key in an error is short and printable") {
  const std::string json = "{\"$\xc3\xa9\\n" + std::string(100, 'a') + "\":1}";
  CHECK(from_json(json).error().text ==
        "json key \"$???" + std::string(60, 'a') + "...\" is unknown");
}

TEST_CASE("amf json: keys and class names that AMF0 cannot say are refused") {
  const std::string fits(65535, 'k');
  const std::string over(65536, 'k');
  const auto object = [](const std::string& key) { return "{\"" + key + "\":1}"; };
  const auto typed = [](const std::string& name) {
    return R"({"$class":")" + name + R"(","v":{}})";
  };
  CHECK(from_json(object(fits)));
  CHECK(from_json(typed(fits)));
  CHECK(from_json(object(over)).error().text.ends_with("is over 65535 bytes"));
  CHECK(from_json(typed(over)).error().text == "json key \"$class\" is over 65535 bytes");
  CHECK(from_json(R"({"$obj3":{"members":)" + object(over) + "}}"));
}

TEST_CASE("amf json: depth is AMF's, whatever it takes in JSON") {
  const auto nested = [](std::string_view opening, std::string_view closing, int n) {
    std::string text;
    for (int i = 0; i < n; ++i) text += opening;
    text += "1";
    for (int i = 0; i < n; ++i) text += closing;
    return text;
  };
  struct Nest {
    std::string_view opening;
    std::string_view closing;
  };
  for (const Nest& nest : {Nest{"[", "]"}, Nest{R"({"$dict":[[)", ",1]]}"},
                           Nest{R"({"$obj3":{"members":[["a",)", "]]}}"}}) {
    CHECK(from_json(nested(nest.opening, nest.closing, 32)));
    const auto deeper = from_json(nested(nest.opening, nest.closing, 33));
    REQUIRE_FALSE(deeper);
    CHECK(deeper.error() == Error{Code::kLimit, "json value nested deeper than 32"});
  }
  CHECK(from_json(nested("[", "]", 1000)).error().code == Code::kLimit);
}

TEST_CASE("amf json: the number of values and of sealed names is bounded") {
  CHECK(from_json("[1,1]", {.nodes = 3}));
  CHECK(from_json("[1,1]", {.nodes = 2}).error() ==
        Error{Code::kLimit, "json of more than 2 values"});
  CHECK(from_json(R"({"$obj3":{"sealed":["a"],"members":{"a":1}}})", {.sealed = 0}).error() ==
        Error{Code::kLimit, "json key \"sealed\" has more than 0 names"});
}
