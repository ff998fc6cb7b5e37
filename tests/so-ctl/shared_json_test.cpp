#include "shared_json.h"

#include <array>
#include <string>
#include <string_view>

#include <doctest/doctest.h>

#include "support/describe.h"

using namespace so;
namespace shared = rtmp::shared;

namespace {

/// The requests, one after the other; or why there are none.
std::string requests(std::string_view changes) {
  const auto requests = ctl::to_requests(changes);
  if (!requests) return requests.error().text;
  std::string text;
  for (const shared::Event& event : *requests)
    text += (text.empty() ? "" : ", ") + std::visit(test::DescribeShared{}, event);
  return text;
}

rtmp::SharedObjectMessage message(std::vector<shared::Event> events, std::uint32_t flags = 0) {
  rtmp::SharedObjectMessage message;
  message.name = "so";
  message.version = 7;
  message.flags = flags;
  message.events = std::move(events);
  return message;
}

amf::Value one() {
  return amf::Value::number(1);
}

}  // namespace

TEST_CASE("changes in the words of RTMP") {
  struct Case {
    std::string_view changes, requests;
  };
  constexpr std::array kCases{
      Case{R"({"changes":[{"op":"set","key":"k","value":{"a":[1]}}]})", "request k={a: [1]}"},
      Case{R"({"changes":[{"op":"delete","key":"k"},{"op":"clear"}]})",
           "request remove k, request clear"},
      Case{R"({"changes":[{"op":"send","handler":"h","args":["a",true]}]})", "send h('a', true)"},
      Case{R"({"changes":[{"op":"send","handler":"h"}]})", "send h()"},
      Case{R"({"changes":[]})", ""},
      Case{R"({"changes":[{"op":"fly"}]})", "no change over RTMP: fly"},
      Case{R"({"changes":[{"op":"set","key":"k"}]})", "no change over RTMP: set"},
      Case{R"({"changes":7})", "there are no changes"},
      Case{"no JSON", "there are no changes"},
  };
  for (const Case& c : kCases) {
    CAPTURE(c.changes);
    CHECK(requests(c.changes) == c.requests);
  }
}

TEST_CASE("which message answers which request") {
  struct Case {
    shared::Event request, answer, other;
  };
  const std::array cases{
      Case{shared::RequestChange{"k", one()}, shared::Success{"k"}, shared::Success{"other"}},
      Case{shared::RequestChange{"k", one()}, shared::Success{"k"}, shared::Change{"k", one()}},
      Case{shared::RequestRemove{"k"}, shared::Remove{"k"}, shared::Remove{"other"}},
      Case{shared::SendMessage{"h", {one()}}, shared::SendMessage{"h", {one()}},
           shared::SendMessage{"h", {}}},
      Case{shared::RequestClear{}, shared::Clear{}, shared::Success{"k"}},
  };
  for (const Case& c : cases) {
    CAPTURE(std::visit(test::DescribeShared{}, c.request));
    CHECK(ctl::answers(c.request, message({c.other, c.answer})));
    CHECK_FALSE(ctl::answers(c.request, message({c.other})));
    CHECK_FALSE(ctl::answers(c.request, message({})));
  }
}

TEST_CASE("messages in the words of a browser") {
  CHECK(ctl::to_event("/chat", message({shared::UseSuccess{}, shared::Clear{},
                                        shared::Change{"k", one()}})) ==
        R"({"event":"sync","scope":"/chat","object":"so","version":7,"persistent":false,)"
        R"("data":{"k":1}})");
  CHECK(
      ctl::to_event("/chat", message({shared::UseSuccess{}}, 2)) ==
      R"({"event":"sync","scope":"/chat","object":"so","version":7,"persistent":true,"data":{}})");
  CHECK(ctl::to_event("/chat", message({shared::Change{"k", one()}, shared::Remove{"x"},
                                        shared::Clear{}, shared::SendMessage{"h", {one()}}})) ==
        R"({"event":"change","scope":"/chat","object":"so","version":7,"changes":[)"
        R"({"op":"set","key":"k","value":1},{"op":"delete","key":"x"},{"op":"clear"},)"
        R"({"op":"send","handler":"h","args":[1]}]})");
  CHECK(ctl::to_event("/chat", message({shared::Success{"k"}})).empty());
  CHECK(ctl::to_event("/chat", message({})).empty());
}
