// What a tool may send that it should not. Each is refused by name, changes nothing and hurts
// nobody.
#include <array>
#include <limits>
#include <random>

#include <doctest/doctest.h>

#include "support/hub_test.h"

using namespace so;
using namespace so::test;

namespace {

std::string hello_body(std::string_view tool, std::string_view incarnation) {
  return fmt::format(R"({{"tool":"{}","incarnation":"{}"}})", tool, incarnation);
}

}  // namespace

TEST_CASE("every wrong body is refused with the field that is wrong") {
  using wire::Kind;
  struct Case {
    Kind kind;
    std::string body;
    std::string_view refusal;
  };
  const std::string deep = std::string(40, '[') + std::string(40, ']');
  HubTest hub;
  TestTool& a = hub.tool("a");
  CHECK(a.join(1, "/chat/room").ok);
  for (const Case& c : std::initializer_list<Case>{
           {Kind::kJoin, "[]", "bad_request: body is not an object"},
           {Kind::kJoin, "\xFF\xFE", "bad_request: body: json: "},
           {Kind::kJoin, R"({"info":"\uD800"})", "bad_request: body: json: "},
           {Kind::kJoin, R"({"info":)" + deep + "}", "bad_request: body: json is nested deeper"},
           {Kind::kJoin, R"({"info":"ann"})", "bad_request: info is not an object"},
           {Kind::kJoin, R"({"presence":1})", "bad_request: presence is not true or false"},
           {Kind::kBeat, "{", "bad_request: body: json: "},
           {Kind::kUse, R"({"persistent":"yes"})", "bad_request: persistent is not true or false"},
           {Kind::kUse, R"({"quiet":null})", "bad_request: quiet is not true or false"},
           {Kind::kChange, "", "bad_request: changes is missing"},
           {Kind::kChange, R"({"changes":{}})", "bad_request: changes is not an array"},
           {Kind::kChange, R"({"changes":[1]})", "bad_request: changes[0].op is missing"},
           {Kind::kChange, R"({"changes":[{"op":"clear"},{"op":"drop"}]})",
            "bad_request: changes[1].op is not set, delete, clear or send"},
           {Kind::kChange, R"({"changes":[{"op":"set","value":1}]})",
            "bad_request: changes[0].key is missing"},
           {Kind::kChange, R"({"changes":[{"op":"set","key":7,"value":1}]})",
            "bad_request: changes[0].key is not a string"},
           {Kind::kChange, R"({"changes":[{"op":"set","key":"k"}]})",
            "bad_request: changes[0].value is missing"},
           {Kind::kChange, R"({"changes":[{"op":"set","key":"","value":1}]})",
            "bad_path: changes[0].key is empty"},
           {Kind::kChange, R"({"changes":[{"op":"delete","key":"a\u0000b"}]})",
            "bad_path: changes[0].key has a control character"},
           {Kind::kChange, R"({"changes":[{"op":"send","args":[]}]})",
            "bad_request: changes[0].handler is missing"},
           {Kind::kChange, R"({"changes":[{"op":"send","handler":"h","args":{}}]})",
            "bad_request: changes[0].args is not an array"},
           {Kind::kChange, R"({"changes":[],"force":1})",
            "bad_request: force is not true or false"},
           {Kind::kChange, R"({"changes":[],"expect":-1})",
            "bad_request: expect is not a whole number of 0 or more"},
           {Kind::kChange, R"({"changes":[],"producer":"P"})", "bad_request: seq is missing"},
           {Kind::kChange, R"({"changes":[],"seq":1})", "bad_request: producer is missing"},
           {Kind::kChange, R"({"changes":[],"producer":"P","seq":0})",
            "bad_request: seq is 0: the first is 1"},
           {Kind::kChange, R"({"changes":[],"producer":"","seq":1})",
            "bad_request: producer is empty"},
           {Kind::kGet, R"({"key":1})", "bad_request: key is not a string"},
           {Kind::kPublish, R"({"endpoint":7})", "bad_request: endpoint is not a string"},
           {Kind::kPublish, R"({"video":""})", "bad_request: video is empty"},
           {Kind::kMeta, "", "bad_request: data is missing"},
           {Kind::kMeta, R"({"data":1,"timestamp":1.5})",
            "bad_request: timestamp is not a whole number of 0 or more"},
           {Kind::kFollow, R"({"latest":0})", "bad_request: latest is not true or false"},
           {Kind::kDrop, R"({"pattern":1})", "bad_request: pattern is not true or false"},
           {Kind::kServe, R"({"share":1})", "bad_request: share is not true or false"},
           {Kind::kServe, "", "bad_request: member is not 0: only the tool itself serves"},
           {Kind::kCall, R"({"args":{}})", "bad_request: args is not an array"},
           {Kind::kCall, R"({"timeout":"1s"})", "bad_request: timeout is not a whole number"},
           {Kind::kCall, R"({"timeout":0})", "bad_request: timeout is not 1 to 300000 millis"},
           {Kind::kCall, R"({"timeout":300001})", "bad_request: timeout is not 1 to 300000"},
           {Kind::kCall, R"({"to":1})", "bad_request: to is not a string"},
           {Kind::kCall, R"({"to":""})", "bad_request: to is empty"},
           {Kind::kCall, R"({"to":"me"})", "bad_request: this is no member's id"},
           {Kind::kCall, R"({"to":"00000000000000a0-01"})", "bad_request: this is no member's id"},
           {Kind::kResult, "", "bad_request: call is missing"},
           {Kind::kResult, R"({"call":7,"result":1})", "bad_request: call is not a string"},
           {Kind::kResult, R"({"call":"7","result":1})", "bad_request: call is no call's id"},
           {Kind::kResult, R"({"call":"7","error":1})", "bad_request: error is not an object"},
           {Kind::kResult, R"({"call":"7","error":{},"result":1})",
            "bad_request: error comes beside a result"},
           {Kind::kResult, R"({"call":"7","error":{"code":"denied"}})",
            "bad_request: error.code is not failed, no_method, limit, gone or timeout"},
           {Kind::kResult, R"({"call":"7","error":{"message":1}})",
            "bad_request: message is not a string"},
           {Kind::kKick, "", "bad_request: member is missing"},
           {Kind::kKick, R"({"member":"x"})", "bad_request: this is no member's id"},
           {Kind::kKick, R"({"member":"x","reason":"\n"})",
            "bad_request: reason has a control character"},
           {Kind::kHello, "", "bad_request: tool is missing"},
           {Kind::kHello, R"({"tool":"a"})", "bad_request: incarnation is missing"},
           {Kind::kHello, hello_body("", "0123456789abcdef"), "bad_request: tool is empty"},
           {Kind::kHello, hello_body("a", "0123456789ABCDEF"),
            "bad_request: incarnation is not 16 lower-case hex digits"},
           {Kind::kDone, "", "bad_request: kind 0x40 is not a request"},
           {Kind::kGap, "", "bad_request: kind 0x84 is not a request"},
           {Kind{0}, "", "bad_request: kind 0x00 is not a request"},
           {Kind{0xFF}, "", "bad_request: kind 0xff is not a request"},
       }) {
    const Answer answer = a.request({{.kind = c.kind, .member = 1}, "/chat/room", "chat", c.body});
    CHECK_MESSAGE(!answer.ok, c.body);
    CHECK_MESSAGE(answer.text.starts_with(c.refusal), c.body, " -> ", answer.text);
  }
  CHECK(a.list("/chat/room") ==
        R"({"scope":"/chat/room","members":1,"rooms":[],"objects":[],"streams":[]})");
}

TEST_CASE("every name that is none is refused, by every request that takes one") {
  using wire::Kind;
  HubTest hub;
  TestTool& a = hub.tool("a");
  CHECK(a.join(1, "/chat").ok);
  std::string deep;
  for (int i = 0; i < 17; ++i) deep += "/a";
  for (const std::string& scope :
       {std::string{}, std::string{"chat"}, std::string{"/chat/"}, std::string{"//chat"},
        std::string{"/chat/."}, std::string{"/chat/../x"}, std::string{"/chat/\n"},
        std::string{"/chat/\xFF"}, std::string{"/chat/\0x", 8}, deep,
        "/chat/" + std::string(256, 'x'), std::string(65535, '/')}) {
    for (const Kind kind :
         {Kind::kJoin,   Kind::kLeave,    Kind::kUse,     Kind::kRelease,   Kind::kChange,
          Kind::kGet,    Kind::kList,     Kind::kPublish, Kind::kUnpublish, Kind::kMeta,
          Kind::kFollow, Kind::kUnfollow, Kind::kDrop,    Kind::kAsk,       Kind::kStat,
          Kind::kServe,  Kind::kUnserve,  Kind::kCall,    Kind::kTime,      Kind::kRates}) {
      const std::string body =
          R"({"changes":[],"data":1,"action":"play","timestamp":1,"bytes_per_second":1})";
      const std::uint64_t member = kind == Kind::kServe ? 0 : 1;
      const Answer answer = a.request({{.kind = kind, .member = member}, scope, "o", body});
      CHECK_MESSAGE(answer.text.starts_with("bad_path: path "), static_cast<int>(kind), " ", scope,
                    " -> ", answer.text);
    }
  }
  for (const Kind kind : {Kind::kJoin, Kind::kUse, Kind::kChange, Kind::kGet, Kind::kPublish}) {
    CHECK(a.request({{.kind = kind, .member = 1}, "/", "o", R"({"changes":[]})"}) ==
          "bad_path: path is the root, which holds applications only");
  }
  for (const auto& [name, refusal] : std::initializer_list<std::pair<std::string, std::string>>{
           {std::string(257, 'n'), "bad_path: object name of 257 bytes is over the limit of 256"},
           {"a\x7F", "bad_path: object name has a control character"},
           {"\xC0\x80", "bad_path: object name is not UTF-8"}}) {
    CHECK(a.use(1, "/chat", name) == refusal);
    CHECK(a.change(1, "/chat", name, R"({"changes":[]})") == refusal);
  }
}

TEST_CASE("a member that is none") {
  HubTest hub;
  TestTool& a = hub.tool("a");
  TestTool& b = hub.tool("b");
  CHECK(a.join(0, "/chat") == "bad_request: member is 0, which is the tool itself");
  const auto biggest = std::numeric_limits<std::uint64_t>::max();
  CHECK(a.join(biggest, "/chat") == R"({"member":"00000000000000a0-18446744073709551615"})");
  CHECK(a.use(1, "/chat", "o") == "not_joined: member 1 has not joined /chat");
  CHECK(b.use(biggest, "/chat", "o").text.starts_with("not_joined"));  // of another tool
  CHECK(b.leave(biggest, "/").ok);
  CHECK(a.list("/chat").ok);
}

TEST_CASE("a request of number 0 has its effect and no reply, unless the tool is unknown") {
  HubTest hub;
  TestTool& a = hub.tool("a");
  TestTool& b = hub.tool("b");
  CHECK(a.join(1, "/chat").ok);
  CHECK(b.join(1, "/chat").ok);
  CHECK(b.use(1, "/chat", "chat").ok);
  CHECK(a.set(1, "/chat", "chat", "k", "1").ok);
  CHECK(b.events() == Lines{"chat@2 k=1"});
  CHECK(a.silent({{.kind = wire::Kind::kChange, .member = 1},
                  "/chat",
                  "chat",
                  R"({"changes":[{"op":"set","key":"k","value":2}]})"})
            .empty());
  CHECK(b.events() == Lines{"chat@3 k=2"});
  CHECK(a.silent({{.kind = wire::Kind::kChange}, "/chat", "chat", "nonsense"}).empty());
  const auto told = hub.stranger("c").silent({{.kind = wire::Kind::kBeat}, {}, {}, {}});
  REQUIRE(told.size() == 1);
  CHECK(told[0].header.kind == wire::Kind::kError);
  CHECK(told[0].header.request == 0);
  CHECK(told[0].body.find("unknown_tool") != std::string::npos);
}

TEST_CASE("bytes that are no frame are answered too") {
  const Error garbage{Code::kPeer, "frame at byte 0: no magic"};
  CHECK(hub::malformed(garbage).header == wire::Header{.kind = wire::Kind::kError});
  CHECK(hub::malformed(garbage).body ==
        R"({"error":{"code":"bad_request","message":"frame at byte 0: no magic"}})");
  const Error other{Code::kRefused, "frame at byte 0: protocol version 2, this is 1"};
  CHECK(hub::malformed(other).body.find(R"("code":"version")") != std::string::npos);
}

TEST_CASE("quotes and backslashes in names leave as JSON") {
  HubTest hub;
  TestTool& a = hub.tool("a");
  const std::string scope = "/chat/\"\\";
  CHECK(a.join(1, scope, R"({"presence":true})").ok);
  CHECK(a.join(2, scope).ok);
  CHECK(a.use(1, scope, "\"o\"").ok);
  CHECK(a.set(1, scope, "\"o\"", R"(\"k\")", "1").ok);
  CHECK(a.publish(1, scope + "/\"cam").ok);
  CHECK(a.follow("/").text.find(R"("stream":"/chat/\"\\/\"cam")") != std::string::npos);
  CHECK(a.events() == Lines{"join /chat/\"\\ a-2 {}", "\"o\"@2 \"k\"=1"});
  json::Parser parser;
  CHECK(parser.parse(a.list(scope).text));
  CHECK(parser.parse(a.get(scope, "\"o\"").text));
  CHECK(a.list("/nosuch\"").text == "not_found: no scope /nosuch\"");
}
