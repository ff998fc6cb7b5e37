#include "amf/data_message.h"

#include <doctest/doctest.h>

#include "amf/amf0.h"
#include "amf/json.h"

using namespace so;
using amf::Value;

namespace {

const Value kName = Value::string("onX");

std::string told(const amf::Values& values) {
  auto message = amf::read_data_message(amf::encode(values));
  return message ? amf::to_json(*std::move(message)) : "";
}

}  // namespace

TEST_CASE("data message: its name and what it says, one value or several") {
  const Value object = Value::object({{"a", Value::number(1)}});
  CHECK(told({kName}) == R"({"onX":null})");
  CHECK(told({kName, object}) == R"({"onX":{"a":1}})");
  CHECK(told({kName, Value::string("a"), object}) == R"({"onX":["a",{"a":1}]})");
  CHECK(amf::to_json(amf::said({.name = "onX", .values = {object}})) == R"({"a":1})");
}

TEST_CASE("data message: arrays with names, and AMF3, read as objects of AMF0") {
  const amf::Members members{{"a", Value::number(1)}};
  CHECK(told({kName, {amf::EcmaArray{1, members}}}) == R"({"onX":{"a":1}})");
  CHECK(told({kName, {amf::Amf3{{Value{amf::Integer{5}}}}}}) == R"({"onX":5})");
  CHECK(told({Value{amf::LongString{"onX"}}, Value::null()}) == R"({"onX":null})");
}

TEST_CASE("data message: without a name it is none, and what is broken ends it") {
  CHECK_FALSE(amf::read_data_message({}));
  CHECK_FALSE(amf::read_data_message(amf::encode({Value::number(1), kName})));
  CHECK_FALSE(amf::read_data_message(Bytes{0x02, 0x00, 0x09, 'x'}));
  Bytes body = amf::encode({kName, Value::number(1)});
  CHECK(amf::read_data_message(body)->whole);
  body.insert(body.end(), {0, 0, 9});
  const auto message = amf::read_data_message(body);
  REQUIRE(message);
  CHECK_FALSE(message->whole);
  CHECK(message->values == amf::Values{Value::number(1)});
}
