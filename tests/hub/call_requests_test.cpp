// Remote calls: who answers which, and how each ends.
#include <doctest/doctest.h>

#include "support/hub_test.h"

using namespace so;
using namespace so::test;

namespace {

// The id in the last call event that the tool got; its events are gone then.
std::string last_call(TestTool& tool) {
  const auto frames = tool.frames();
  REQUIRE(!frames.empty());
  json::Parser parser;
  return std::string{json::text(parser.parse(frames.back().body).value(), "call").value()};
}

Answer answer(TestTool& tool, std::string_view value, std::uint64_t member = 0) {
  return tool.result(fmt::format(R"({{"call":"{}","result":{}}})", last_call(tool), value), member);
}

constexpr std::string_view kNobodyWaits = "gone: nobody waits for this answer";
constexpr std::string_view kLeft = "gone: whoever was called has left";

struct Calls {
  HubTest hub;
  TestTool& shell = hub.tool("shell");  // serves
  TestTool& gw = hub.tool("gw");        // has members
};

}  // namespace

TEST_CASE_FIXTURE(Calls, "a call is answered by whoever serves the method") {
  CHECK(shell.serve("/chat", "sum") == "ok");
  CHECK(gw.join(1, "/chat").ok);
  CHECK(gw.call(1, "/chat", "sum", R"({"args":[1, {"a":[true,null]}]})") == "");
  const auto frames = shell.frames();
  REQUIRE(frames.size() == 1);
  CHECK(frames[0].header == wire::Header{.kind = wire::Kind::kCalled});
  CHECK(frames[0].scope == "/chat");
  CHECK(frames[0].name == "sum");
  CHECK(frames[0].body ==
        R"({"event":"call","call":"0000000000000001-1","scope":"/chat","method":"sum",)"
        R"("args":[1,{"a":[true,null]}],"from":"00000000000000a1-1","timeout":10000})");
  CHECK(gw.answers() == Lines{});
  CHECK(shell.result(R"({"call":"0000000000000001-1","result":{"s":3}})") == "ok");
  CHECK(gw.answers() == Lines{R"(3: {"result":{"s":3}})"});
  CHECK(shell.result(R"({"call":"0000000000000001-1","result":4})") == kNobodyWaits);
  CHECK(gw.answers() == Lines{});
}

TEST_CASE_FIXTURE(Calls, "what is called later may be answered earlier, each once") {
  CHECK(shell.serve("/chat", "a").ok);
  CHECK(gw.join(7, "/chat").ok);
  CHECK(gw.call(7, "/chat", "a") == "");
  CHECK(gw.call(0, "/chat/room", "a") == "");  // a tool calls from anywhere
  CHECK(gw.beat() == "ok");
  CHECK(shell.events() == Lines{"call /chat a[] from gw-7", "call /chat/room a[] from gw-0"});
  CHECK(shell.result(R"({"call":"0000000000000001-2"})") == "ok");
  CHECK(shell.result(R"({"call":"0000000000000001-1","result":"x"})") == "ok");
  CHECK(gw.answers() == Lines{R"(4: {"result":null})", R"(3: {"result":"x"})"});
}

TEST_CASE_FIXTURE(Calls, "an error is passed on with its message and data") {
  CHECK(shell.serve("/", "f").ok);
  const auto fail_with = [&](std::string_view error) {
    CHECK(gw.call(0, "/", "f") == "");
    return shell.result(fmt::format(R"({{"call":"{}","error":{}}})", last_call(shell), error));
  };
  CHECK(fail_with(R"({"message":"no \"x\"","data":{"at":[1]}})").ok);
  CHECK(fail_with("{}").ok);
  CHECK(fail_with(R"({"code":"no_method","message":"what?"})").ok);
  CHECK(gw.answers() == Lines{R"(2: failed: no "x")", "3: failed: ", "4: no_method: what?"});
}

TEST_CASE_FIXTURE(Calls, "the data of an error are in its body") {
  CHECK(shell.serve("/", "f").ok);
  hub::Hub core{{}, {1, [] { return 1U; }, [] { return WallMillis{0}; }}};
  hub::Effects effects;
  const auto ask = [&](wire::Kind kind, std::string_view name, std::string_view body) {
    effects.clear();
    core.apply(hub::ToolId{1}, {{.kind = kind, .request = 9}, "/", name, body}, {}, effects);
  };
  ask(wire::Kind::kHello, {}, R"({"tool":"t","incarnation":"0000000000000001"})");
  ask(wire::Kind::kServe, "f", {});
  ask(wire::Kind::kCall, "f", {});
  ask(wire::Kind::kResult, {},
      R"({"call":"0000000000000001-1","error":{"message":"m","data":[1, 2]}})");
  REQUIRE(effects.sends.size() == 2);
  CHECK(effects.sends[1].frame.body == R"({"error":{"code":"failed","message":"m","data":[1,2]}})");
}

TEST_CASE_FIXTURE(Calls, "the method is looked for in the scope and above") {
  TestTool& room = hub.tool("room");
  TestTool& root = hub.tool("root");
  CHECK(gw.call(0, "/chat/a", "sum") == "no_method: no method sum in /chat/a");
  CHECK(root.serve("/", "sum").ok);
  CHECK(gw.call(0, "/chat/a", "sum") == "");
  CHECK(root.events() == Lines{"call /chat/a sum[] from gw-0"});
  CHECK(shell.serve("/chat", "sum").ok);
  CHECK(room.serve("/chat/a/b", "sum").ok);
  CHECK(gw.call(0, "/chat/a", "sum") == "");
  CHECK(gw.call(0, "/chat/a/b/c", "sum") == "");
  CHECK(gw.call(0, "/other", "sum") == "");
  CHECK(gw.call(0, "/", "sum") == "");
  CHECK(shell.events() == Lines{"call /chat/a sum[] from gw-0"});
  CHECK(room.events() == Lines{"call /chat/a/b/c sum[] from gw-0"});
  CHECK(root.events() == Lines{"call /other sum[] from gw-0", "call / sum[] from gw-0"});
  CHECK(gw.call(0, "/chat", "min") == "no_method: no method min in /chat");
  CHECK(room.unserve("/chat/a/b", "sum") == "ok");
  CHECK(room.unserve("/chat/a/b", "sum") == "ok");
  CHECK(gw.call(0, "/chat/a/b/c", "sum") == "");
  CHECK(shell.events() == Lines{"call /chat/a/b/c sum[] from gw-0"});
}

TEST_CASE_FIXTURE(Calls, "one tool serves a method, or several that share it take turns") {
  TestTool& other = hub.tool("other");
  CHECK(shell.serve("/chat", "sum") == "ok");
  CHECK(shell.serve("/chat", "sum") == "ok");
  CHECK(other.serve("/chat", "sum") == "in_use: method sum of /chat is served already");
  CHECK(other.serve("/chat", "sum", R"({"share":true})").text.starts_with("in_use"));
  CHECK(other.serve("/chat/a", "sum") == "ok");
  CHECK(shell.serve("/chat", "sum", R"({"share":true})") == "ok");
  CHECK(other.serve("/chat", "sum", R"({"share":true})") == "ok");
  CHECK(shell.serve("/chat", "sum").text.starts_with("in_use"));
  for (int i = 0; i < 4; ++i) CHECK(gw.call(0, "/chat", "sum") == "");
  CHECK(shell.events().size() == 2);
  CHECK(other.events().size() == 2);
  CHECK(shell.bye().ok);
  CHECK(gw.call(0, "/chat", "sum") == "");
  CHECK(other.events().size() == 1);
}

TEST_CASE_FIXTURE(Calls, "a call of one member's client goes to its tool and nowhere else") {
  TestTool& ingest = hub.tool("ingest");
  CHECK(ingest.join(5, "/chat/a").ok);
  CHECK(gw.join(1, "/chat").ok);
  CHECK(shell.serve("/chat", "ask").ok);
  const std::string body = fmt::format(R"({{"to":"{}","args":["?"]}})", ingest.member(5));
  CHECK(gw.call(1, "/chat", "ask", body) == "");
  const auto frames = ingest.frames();
  REQUIRE(frames.size() == 1);
  CHECK(frames[0].header.member == 5);
  const std::string result = R"({"call":"0000000000000001-1","result":1})";
  CHECK(shell.result(result, 5) == kNobodyWaits);
  CHECK(ingest.result(result) == kNobodyWaits);  // the tool itself is not the member
  CHECK(ingest.result(result, 4) == kNobodyWaits);
  CHECK(ingest.result(result, 5) == "ok");
  CHECK(gw.answers() == Lines{R"(3: {"result":1})"});
  CHECK(shell.events() == Lines{});

  CHECK(shell.call(0, "/", "ask", body) == "");
  CHECK(shell.call(0, "/other", "ask", body) ==
        "not_found: no member 00000000000000a2-5 in /other");
  CHECK(gw.call(1, "/chat", "ask", R"({"to":"00000000000000a2-6"})") ==
        "not_found: no member 00000000000000a2-6");
  CHECK(gw.call(1, "/chat", "ask", R"({"to":"00000000000000ff-5"})") ==
        "not_found: no member 00000000000000ff-5");
  CHECK(gw.call(1, "/chat/a", "ask", body) == "not_joined: member 1 has not joined /chat/a");
}

TEST_CASE_FIXTURE(Calls, "a call that nobody answers times out") {
  CHECK(shell.serve("/chat", "slow").ok);
  CHECK(gw.call(0, "/chat", "slow", R"({"timeout":1500})") == "");
  CHECK(gw.call(0, "/chat", "slow") == "");
  hub.pass(Millis{1499});
  CHECK(gw.answers() == Lines{});
  hub.pass(Millis{1});
  CHECK(gw.answers() == Lines{"2: timeout: no answer in time"});
  CHECK(shell.result(R"({"call":"0000000000000001-1","result":1})") == kNobodyWaits);
  hub.pass(Millis{8500});
  CHECK(gw.answers() == Lines{"3: timeout: no answer in time"});
}

TEST_CASE_FIXTURE(Calls, "whoever should answer and leaves ends the call at once") {
  TestTool& ingest = hub.tool("ingest");
  CHECK(shell.serve("/chat", "sum").ok);
  CHECK(ingest.join(5, "/chat").ok);
  CHECK(ingest.join(6, "/chat").ok);
  const auto to = [&](int member) {
    return fmt::format(R"({{"to":"{}"}})", ingest.member(static_cast<std::uint64_t>(member)));
  };
  CHECK(gw.call(0, "/chat", "sum") == "");
  CHECK(gw.call(0, "/chat", "x", to(5)) == "");
  CHECK(gw.call(0, "/chat", "x", to(6)) == "");
  CHECK(ingest.leave(5, "/chat").ok);
  CHECK(gw.answers() == Lines{fmt::format("3: {}", kLeft)});
  CHECK(ingest.leave(4, "/").ok);
  CHECK(shell.bye().ok);
  CHECK(gw.answers() == Lines{fmt::format("2: {}", kLeft)});
  hub.pass(Seconds{5});
  CHECK(gw.beat().ok);
  hub.pass(Seconds{10});  // the lease of ingest, which said nothing
  CHECK(gw.answers() == Lines{"4: timeout: no answer in time"});
  CHECK(gw.call(0, "/chat", "sum").text.starts_with("no_method"));
}

TEST_CASE_FIXTURE(Calls, "a tool whose lease runs out ends the calls it was to answer") {
  CHECK(shell.serve("/chat", "sum").ok);
  hub.pass(Seconds{14});
  CHECK(gw.beat().ok);
  CHECK(gw.call(0, "/chat", "sum") == "");
  hub.pass(Seconds{1});
  CHECK(gw.answers() == Lines{fmt::format("3: {}", kLeft)});
}

TEST_CASE_FIXTURE(Calls, "a caller that is gone is not answered, and its call is over") {
  CHECK(shell.serve("/chat", "sum").ok);
  CHECK(gw.call(0, "/chat", "sum") == "");
  CHECK(gw.bye().ok);
  CHECK(answer(shell, "1") == kNobodyWaits);
  CHECK(gw.answers() == Lines{});
  CHECK(gw.hello().ok);
  CHECK(gw.answers() == Lines{});
}

TEST_CASE_FIXTURE(Calls, "a tool may answer its own call") {
  CHECK(shell.serve("/chat", "sum").ok);
  CHECK(shell.call(0, "/chat", "sum") == "");
  CHECK(answer(shell, "3") == "ok");
  CHECK(shell.answers() == Lines{R"(3: {"result":3})"});
  CHECK(shell.call(0, "/chat", "sum") == "");
  CHECK(shell.bye().ok);
  CHECK(shell.answers() == Lines{});
}

TEST_CASE_FIXTURE(Calls, "nothing said of a call of an earlier hub reaches one of this") {
  CHECK(shell.serve("/chat", "sum").ok);
  CHECK(gw.call(0, "/chat", "sum") == "");
  const std::string old = last_call(shell);
  hub.restart();
  for (TestTool* tool : {&shell, &gw}) CHECK(tool->hello().ok);
  CHECK(gw.call(0, "/chat", "sum").text.starts_with("no_method"));
  CHECK(shell.serve("/chat", "sum").ok);
  CHECK(gw.call(0, "/chat", "sum") == "");
  CHECK(shell.result(fmt::format(R"({{"call":"{}","result":"wrong"}})", old)) == kNobodyWaits);
  CHECK(answer(shell, R"("right")") == "ok");
  CHECK(gw.answers().back().ends_with(R"({"result":"right"})"));
}

TEST_CASE_FIXTURE(Calls, "a call of request number 0 is made and not answered") {
  CHECK(shell.serve("/chat", "note").ok);
  CHECK(gw.silent({{.kind = wire::Kind::kCall}, "/chat", "note", R"({"args":[1]})"}).empty());
  CHECK(answer(shell, "1") == "ok");
  CHECK(gw.silent({{.kind = wire::Kind::kCall}, "/chat", "nothing", {}}).empty());
  CHECK(gw.answers() == Lines{});
}

TEST_CASE("every bound of calls is refused by name, and let go of again") {
  hub::Options options;
  options.methods_per_tool = 2;
  options.calls = 4;
  options.calls_per_tool = 3;
  options.calls_per_member = 2;
  options.call_bytes = 20;
  HubTest hub{options};
  TestTool& shell = hub.tool("shell");
  TestTool& a = hub.tool("a");
  TestTool& b = hub.tool("b");
  CHECK(shell.serve("/chat", "m1").ok);
  CHECK(shell.serve("/chat", "m2").ok);
  CHECK(shell.serve("/chat", "m3") == "limit: methods of the tool: 2 is the limit");
  CHECK(shell.serve("/chat", "m2").ok);
  CHECK(shell.unserve("/chat", "m2").ok);
  CHECK(shell.serve("/chat", "m3").ok);

  CHECK(a.join(1, "/chat").ok);
  CHECK(a.call(1, "/chat", "m1") == "");
  CHECK(a.call(1, "/chat", "m1") == "");
  CHECK(a.call(1, "/chat", "m1") == "limit: calls of the member: 2 is the limit");
  CHECK(a.call(0, "/chat", "m1") == "");
  CHECK(a.call(0, "/chat", "m1") == "limit: calls of the tool: 3 is the limit");
  CHECK(b.call(0, "/chat", "m1") == "");
  CHECK(b.call(0, "/chat", "m1") == "limit: calls: 4 is the limit");
  CHECK(shell.result(R"({"call":"0000000000000001-1"})").ok);
  CHECK(b.call(0, "/chat", "m1", R"({"args":["0123456789abcdef"]})") == "");
  CHECK(b.call(0, "/chat", "m1", R"({"args":["0123456789abcdefg"]})") ==
        "limit: args of 21 bytes is over the limit of 20");
  const auto result = [&](std::string_view body) {
    return shell.result(fmt::format(R"({{"call":"0000000000000001-2",{}}})", body)).text;
  };
  CHECK(result(R"("result":"0123456789abcdefghi")") ==
        "limit: result of 21 bytes is over the limit of 20");
  CHECK(result(R"("error":{"message":"0123456789abcdefghijk"})") ==
        "limit: error.message is over the limit");
  CHECK(result(R"("error":{"message":"0123456789","data":"0123456789"})") ==
        "limit: error.data of 12 bytes is over the limit of 10");
  CHECK(result(R"("result":1)") == "ok");
  CHECK(a.bye().ok);
  CHECK(b.bye().ok);
  for (int i = 0; i < 3; ++i) CHECK(shell.call(0, "/chat", "m1") == "");
}

TEST_CASE_FIXTURE(Calls, "names of methods keep the rules of names, and scopes must be there") {
  CHECK(shell.serve("/chat", "") == "bad_path: method is empty");
  CHECK(shell.serve("/chat", "a\nb") == "bad_path: method has a control character");
  CHECK(shell.serve("/chat", std::string(257, 'm')) ==
        "bad_path: method of 257 bytes is over the limit of 256");
  CHECK(gw.call(0, "/chat", "") == "bad_path: method is empty");
  CHECK(shell.serve("/chat", "service.method") == "ok");
  HubTest configured{{.applications = {{"chat"}}}};
  TestTool& a = configured.tool("a");
  CHECK(a.serve("/other", "m") == "no_application: application other is not configured");
  CHECK(a.call(0, "/other", "m") == "no_application: application other is not configured");
  CHECK(a.serve("/", "m") == "ok");
  CHECK(a.list("/") == R"({"scope":"/","members":0,"rooms":["chat"],"objects":[],"streams":[]})");
}

TEST_CASE_FIXTURE(Calls, "a kick is told to the tool that has the member") {
  CHECK(gw.join(3, "/chat").ok);
  const std::string id = gw.member(3);
  CHECK(shell.kick(fmt::format(R"({{"member":"{}","reason":"be \"nice\""}})", id)) == "ok");
  const auto frames = gw.frames();
  REQUIRE(frames.size() == 1);
  CHECK(frames[0].header == wire::Header{.kind = wire::Kind::kKicked, .member = 3});
  CHECK(frames[0].body == R"({"event":"kick","member":"00000000000000a1-3",)"
                          R"("reason":"be \"nice\""})");
  CHECK(shell.kick(fmt::format(R"({{"member":"{}"}})", id)) == "ok");
  CHECK(gw.events() == Lines{R"(kick gw-3 "")"});
  CHECK(gw.leave(3, "/").ok);
  CHECK(shell.kick(fmt::format(R"({{"member":"{}"}})", id)) ==
        "not_found: no member 00000000000000a1-3");
  CHECK(shell.kick(fmt::format(R"({{"member":"{}","reason":"{}"}})", id, std::string(1025, 'x'))) ==
        "bad_request: reason of 1025 bytes is over the limit of 1024");
}
