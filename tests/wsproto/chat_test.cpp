#include "wsproto/chat.h"

#include <doctest/doctest.h>

#include "wsproto/ems.h"

using namespace so;
using namespace so::wsproto;

namespace {
std::string change(std::string_view line) {
  json::Parser parser;
  const auto body = line_to_change(parser, line);
  REQUIRE(body);
  return *body;
}
std::vector<std::string> lines(std::string_view event) {
  json::Parser parser;
  const auto result = lines_of_event(parser, event);
  REQUIRE(result);
  return *result;
}
}  // namespace

TEST_CASE("a line sets the attribute message, by force") {
  CHECK(change(" he said \"hi\"\r\n") ==
        R"({"changes":[{"op":"set","key":"message","value":"he said \"hi\""}],"force":true})");
  CHECK(change("   ") == R"({"changes":[{"op":"set","key":"message","value":""}],"force":true})");
  CHECK(change("42") == R"({"changes":[{"op":"set","key":"message","value":"42"}],"force":true})");
}

TEST_CASE("a line that is not UTF-8 is none") {
  json::Parser parser;
  CHECK(line_to_change(parser, "caf\xe9").error().text == "a line that is not UTF-8");
  CHECK_FALSE(line_to_change(parser, "{\"a\":\"\xe9\"}"));
  CHECK(line_to_change(parser, "caf\xc3\xa9"));
}

TEST_CASE("a line that is an object is stored as one, compactly") {
  CHECK(change(R"({"a": 1,  "b":"x"})") ==
        R"({"changes":[{"op":"set","key":"message","value":{"a":1,"b":"x"}}],"force":true})");
  json::Parser parser;
  CHECK(line_to_change(parser, R"({"a": 1)").error().text.starts_with("json: "));
}

TEST_CASE("events become lines: values set, strings bare, the rest JSON") {
  CHECK(
      lines(
          R"({"event":"change","changes":[{"op":"set","key":"message","value":"a \"b\""},{"op":"set","key":"n","value":42},
       {"op":"delete","key":"n"},{"op":"clear"},{"op":"send","handler":"h","args":["x"]},{"op":"set","key":"o","value":{"x":[1]}}]})") ==
      std::vector<std::string>{"a \"b\"", "42", R"({"x":[1]})"});
  CHECK(lines(R"({"event":"sync","data":{"message":"hello","n":1}})") ==
        std::vector<std::string>{"hello", "1"});
  CHECK(
      lines(
          R"({"event":"resume","batches":[{"changes":[{"op":"set","key":"k","value":"a"}]},{"changes":[{"op":"set","key":"k","value":"b"}]}]})") ==
      std::vector<std::string>{"a", "b"});
}

TEST_CASE("metadata is wrapped as EvoStream does, once") {
  json::Parser parser;
  const auto plain = read_metadata(parser, R"({"lat": 48.2})");
  REQUIRE(plain);
  CHECK(plain->data == R"({"lat":48.2})");
  CHECK_FALSE(plain->timestamp);
  const auto wrapped = read_metadata(parser, R"({"EMS":{"type":"json","timestamp":5},"data":1})");
  REQUIRE(wrapped);
  CHECK(wrapped->data == R"({"EMS":{"type":"json","timestamp":5},"data":1})");
  CHECK(wrapped->timestamp == Millis{5});
  CHECK_FALSE(read_metadata(parser, "lat=48"));
  CHECK(*ems_message(
            parser,
            R"({"event":"meta","stream":"/live/cam","timestamp":46125,"data":{"lat":48.2}})") ==
        R"({"EMS":{"type":"json","timestamp":46125},"data":{"lat":48.2}})");
  CHECK(
      *ems_message(
          parser,
          R"({"event":"meta","timestamp":5,"data":{"EMS":{"type":"json","timestamp":5},"data":1}})") ==
      R"({"EMS":{"type":"json","timestamp":5},"data":1})");
}
