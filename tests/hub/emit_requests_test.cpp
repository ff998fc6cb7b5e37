// Events between clients: who gets which, and what the sender of one is told.
#include <doctest/doctest.h>

#include "support/hub_test.h"
#include "support/rules.h"

using namespace so;
using namespace so::test;

namespace {

struct Emits {
  HubTest hub;
  TestTool& gw = hub.tool("gw");
  TestTool& other = hub.tool("other");
  TestTool& shell = hub.tool("shell");  // has no members

  Emits() {
    CHECK(gw.join(1, "/chat/room1").ok);
    CHECK(gw.join(2, "/chat/room2").ok);
    CHECK(other.join(1, "/chat/room1").ok);
  }
  static Answer emit(TestTool& tool, std::uint64_t member, std::string_view scope,
                     std::string_view body = "", std::string_view name = "tick") {
    return tool.request({{.kind = wire::Kind::kEmit, .member = member}, scope, name, body});
  }
  static std::string to(std::string_view id) { return fmt::format(R"({{"to":"{}"}})", id); }
  /// "2 of /chat: <body>", the number in the header first.
  static Lines got(TestTool& tool) {
    Lines lines;
    for (const wire::Frame& frame : tool.frames()) {
      lines.push_back(fmt::format("{} {}{}{}", frame.header.member, frame.scope,
                                  frame.name.empty() ? "" : ":", frame.name));
    }
    return lines;
  }
  /// The last unicast the tool got, answered.
  static Answer answer(TestTool& tool, std::string_view with = R"("result":null)") {
    const auto frames = tool.frames();
    REQUIRE(!frames.empty());
    const wire::Header& header = frames.back().header;
    REQUIRE(header.kind == wire::Kind::kMessage);
    return tool.result(
        fmt::format(R"({{"call":"{}",{}}})",
                    wire::to_text(wire::MemberId{header.epoch, header.version}), with),
        header.member);
  }
};

}  // namespace

TEST_CASE_FIXTURE(Emits, "an event of a scope goes once to each tool that has members there") {
  CHECK(emit(gw, 1, "/chat/room1", R"({"data":{ "a" : 1 }})") == "ok");
  const auto frames = gw.frames();
  REQUIRE(frames.size() == 1);
  CHECK(frames[0].header == wire::Header{.kind = wire::Kind::kBroadcast, .member = 1});
  CHECK(frames[0].body ==
        R"({"event":"message","name":"tick","scope":"/chat/room1","from":"00000000000000a0-1",)"
        R"("data":{"a":1}})");
  CHECK(other.frames().size() == 1);
  CHECK(shell.frames().empty());
  CHECK(emit(gw, 2, "/chat/room2") == "ok");
  CHECK(got(gw) == Lines{"2 /chat/room2"});
  CHECK(got(other) == Lines{});
  CHECK(emit(gw, 2, "/chat", R"({"route":"chat"})") == "ok");
  CHECK(got(gw) == Lines{"2 /chat:chat"});
  CHECK(got(other).size() == 1);
  CHECK(other.leave(1, "/chat/room1").ok);
  CHECK(emit(shell, 0, "/chat/room1") == "ok");
  CHECK(got(gw) == Lines{"0 /chat/room1"});
  CHECK(got(other) == Lines{});
  CHECK(emit(shell, 0, "/nowhere") == "ok");
}

TEST_CASE_FIXTURE(Emits, "what a tool says is a push, to everybody if it likes; no member can") {
  CHECK(emit(shell, 0, "/", R"({"data":"now"})") == "ok");
  const auto frames = gw.frames();
  REQUIRE(frames.size() == 1);
  CHECK(frames[0].header.member == 0);
  CHECK(frames[0].body == R"({"event":"push","name":"tick","scope":"/","data":"now"})");
  CHECK(other.frames().size() == 1);
  CHECK(emit(gw, 1, "/").text.starts_with("not_joined"));
  CHECK(emit(gw, 1, "/chat/room2").text.starts_with("not_joined"));
  CHECK(emit(gw, 9, "/chat/room1").text.starts_with("not_joined"));
}

TEST_CASE_FIXTURE(Emits, "one client: the sender is told when it is on its way") {
  CHECK(emit(gw, 1, "/chat/room1", to(other.member(1))) == "");
  const auto answered = answer(other);
  CHECK(answered == "ok");
  CHECK(gw.answers() == Lines{R"(4: {"result":null})"});
  CHECK(emit(gw, 1, "/chat/room1", to(gw.member(1))) == "");  // oneself
  CHECK(answer(gw) == "ok");
  CHECK(emit(shell, 0, "/", to(gw.member(2))) == "");
  CHECK(answer(gw, R"("error":{"code":"gone"})") == "ok");
  CHECK(shell.answers() == Lines{"2: gone: "});
}

TEST_CASE_FIXTURE(Emits, "one client that is not there, leaves, or whose tool is silent or ends") {
  const std::string id = other.member(1);
  CHECK(emit(gw, 1, "/chat/room1", to(other.member(7))) ==
        fmt::format("not_found: no member {}", other.member(7)));
  CHECK(emit(gw, 2, "/chat/room2", to(id)) ==
        fmt::format("not_found: no member {} in /chat/room2", id));
  CHECK(emit(gw, 1, "/chat/room1", to("x")) == "bad_request: this is no member's id");

  CHECK(emit(gw, 1, "/chat/room1", to(id)) == "");
  hub.pass(Millis{1899});
  CHECK(gw.answers() == Lines{});
  hub.pass(Millis{1});
  CHECK(gw.answers().at(0).ends_with("timeout: no answer in time"));
  CHECK(answer(other) == "gone: nobody waits for this answer");

  CHECK(emit(gw, 1, "/chat/room1", to(id)) == "");
  CHECK(other.leave(1, "/").ok);
  CHECK(gw.answers().at(0).ends_with("gone: whoever was called has left"));
  CHECK(other.join(2, "/chat/room1").ok);
  CHECK(emit(gw, 1, "/chat/room1", to(other.member(2))) == "");
  CHECK(other.bye().ok);
  CHECK(gw.answers().at(0).ends_with("gone: whoever was called has left"));
}

TEST_CASE_FIXTURE(Emits, "names are names, and a rule may close them") {
  CHECK(emit(gw, 1, "/chat/room1", "", "") == "bad_path: event name is empty");
  CHECK(emit(gw, 1, "/chat/room1", R"({"to":"x","route":"chat"})") ==
        "bad_request: route comes beside to");
  CHECK(emit(shell, 0, "bad").text.starts_with("bad_path"));
  CHECK(emit(gw, 1, "/chat/room1", fmt::format(R"({{"data":"{}"}})", std::string(65535, 'x'))) ==
        "limit: data of 65537 bytes is over the limit of 65536");
  policy::Rule quiet = deny(policy::Actions{policy::Action::kEmit}, "/chat/*");
  quiet.name = policy::Glob{"admin-*"};
  hub.set_policy(rules({quiet}));
  TestTool& guests = hub.tool("guests", R"({"role":"guest","sub":"eve"})");
  CHECK(guests.join(1, "/chat/room1").ok);
  CHECK(emit(guests, 1, "/chat/room1", "", "admin-x") ==
        "denied: emit of admin-x in /chat/room1 is denied (policy, line 7)");
  gw.frames();
  CHECK(emit(guests, 1, "/chat/room1", "", "typing") == "ok");
  CHECK(gw.frames().at(0).body.find(R"("user":"eve","data":null)") != std::string::npos);
}
