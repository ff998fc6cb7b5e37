#include "translation.h"

#include <array>
#include <string>
#include <string_view>

#include <doctest/doctest.h>

#include "support/describe.h"

using namespace so;
namespace shared = rtmp::shared;
using Events = std::vector<shared::Event>;

namespace {

std::string words(const Result<Events>& events) {
  if (!events) return events.error().text;
  std::string text;
  for (const shared::Event& event : *events)
    text += (text.empty() ? "" : ", ") + std::visit(test::DescribeShared{}, event);
  return text;
}

amf::Value one() {
  return amf::Value::number(1);
}

}  // namespace

TEST_CASE("requests become changes, and what their author is told") {
  struct Case {
    Events requests;
    std::string_view changes, answers;
  };
  const std::array cases{
      Case{{shared::RequestChange{"k", one()}}, R"({"op":"set","key":"k","value":1})", "success k"},
      Case{{shared::RequestChange{"k", amf::Value::null()}},
           R"({"op":"delete","key":"k"})",
           "success k"},
      Case{{shared::RequestRemove{"k"}}, R"({"op":"delete","key":"k"})", "remove k"},
      Case{{shared::RequestClear{}}, R"({"op":"clear"})", "clear"},
      Case{{shared::SendMessage{"h", {one(), amf::Value::string("a")}}},
           R"({"op":"send","handler":"h","args":[1,"a"]})",
           "send h(1, 'a')"},
      Case{{shared::Use{}, shared::RequestChange{"a", one()}, shared::RequestRemove{"b"}},
           R"({"op":"set","key":"a","value":1},{"op":"delete","key":"b"})",
           "success a, remove b"},
  };
  for (const Case& c : cases) {
    CAPTURE(c.changes);
    CHECK(ingest::to_changes(c.requests) == R"({"changes":[)" + std::string{c.changes} + "]}");
    CHECK(words(ingest::to_answers(c.requests)) == c.answers);
  }
}

TEST_CASE("what asks for no change") {
  for (const Events& events :
       {Events{}, Events{shared::Use{}}, Events{shared::Release{}}, Events{shared::Success{"k"}}}) {
    CHECK(ingest::to_changes(events).empty());
    CHECK(ingest::to_answers(events).empty());
  }
}

TEST_CASE("changes become what everybody else is told") {
  struct Case {
    std::string_view changes, told;
  };
  constexpr std::array kCases{
      Case{"[]", ""},
      Case{R"([{"op":"set","key":"k","value":{"a":[1,null]}}])", "change k={a: [1, null]}"},
      Case{R"([{"op":"delete","key":"k"},{"op":"clear"}])", "remove k, clear"},
      Case{R"([{"op":"send","handler":"h","args":["a",true]}])", "send h('a', true)"},
      Case{R"([{"op":"send","handler":"h"}])", "send h()"},
      Case{R"([{"op":"fly"}])", "a change of unknown kind \"fly\""},
      Case{R"([{"op":"set","key":"k"}])", "a change of unknown kind \"set\""},
      Case{"{}", "changes are not an array"},
  };
  for (const Case& c : kCases) {
    CAPTURE(c.changes);
    json::Parser parser;
    CHECK(words(ingest::to_events(parser.parse(c.changes).value())) == c.told);
  }
}

TEST_CASE("a whole object, as it is told at each occasion") {
  json::Parser parser;
  const auto data = parser.parse(R"({"a":1,"b":"x"})").value();
  CHECK(words(ingest::to_sync(data, {.use_success = true, .clear = true})) ==
        "in use, clear, change a=1, change b='x'");
  CHECK(words(ingest::to_sync(data, {.use_success = true, .clear = false})) ==
        "in use, change a=1, change b='x'");
  CHECK(words(ingest::to_sync(data, {.use_success = false, .clear = true})) ==
        "clear, change a=1, change b='x'");
  json::Parser other;
  CHECK(words(ingest::to_sync(other.parse("[]").value(), {})) ==
        "the data of an object is no JSON object");
}

TEST_CASE("AMF3's own forms of common values become AMF0's, deep inside too") {
  const amf::Value integer{amf::Integer{7}};
  CHECK(ingest::common_form(integer) == amf::Value::number(7));
  CHECK(ingest::common_form(amf::Value{amf::LongString{"x"}}) == amf::Value::string("x"));
  CHECK(ingest::common_form(amf::Value::array({integer})) ==
        amf::Value::array({amf::Value::number(7)}));
  CHECK(ingest::common_form(amf::Value::object({{"n", integer}})) ==
        amf::Value::object({{"n", amf::Value::number(7)}}));
  amf::Array3 dense;
  dense.dense = {integer};
  CHECK(ingest::common_form(amf::Value{dense}) == amf::Value::array({amf::Value::number(7)}));
  dense.associative = {{"k", integer}};
  CHECK(ingest::common_form(amf::Value{dense}) == amf::Value{dense});  // AMF0 has no such thing
  amf::Object3 plain;
  plain.members = {{"n", integer}};
  CHECK(ingest::common_form(amf::Value{plain}) ==
        amf::Value::object({{"n", amf::Value::number(7)}}));
  plain.class_name = "Point";
  CHECK(ingest::common_form(amf::Value{plain}) == amf::Value{plain});
}

TEST_CASE("the values of a refused batch become updates, and removals of what is not there") {
  json::Parser parser;
  CHECK(words(ingest::to_values(parser.parse(R"({"topic":"old","new":null})").value())) ==
        "change topic='old', remove new");
  CHECK_FALSE(ingest::to_values(*parser.parse("[1]")));
}
