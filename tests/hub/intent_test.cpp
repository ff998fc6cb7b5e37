// What a hook is asked about: what a request would do, and what the refused author is told.
#include <string>
#include <string_view>

#include <doctest/doctest.h>
#include <fmt/format.h>

#include "support/hub_test.h"

using namespace so;
using namespace so::test;
using policy::Action;
using wire::Kind;

namespace {

constexpr std::string_view kGuest = R"({"role":"guest"})";

wire::FrameView frame(Kind kind, std::uint64_t member, std::string_view scope,
                      std::string_view name = {}, std::string_view body = {}) {
  return {{.kind = kind, .request = 9, .member = member}, scope, name, body};
}

// "write /chat/room1 chat" or "play /live /live/cam", and so on
std::string deeds(const hub::Intent& intent) {
  std::string out;
  for (const hub::Deed& each : intent.deeds) {
    out +=
        fmt::format("{}{} {}", out.empty() ? "" : ", ", policy::to_text(each.action), each.scope);
    if (each.object) out += ' ' + *each.object;
    if (!each.stream.empty()) out += ' ' + each.stream;
  }
  return out;
}

policy::Policy::Tables deny(Action action) {
  policy::Rule rule;
  rule.actions = policy::Actions{action};
  return {{rule}, {}, {}};
}

}  // namespace

TEST_CASE("a join would connect to what the member is not in, and create what is not there") {
  HubTest hub;
  TestTool& tool = hub.tool("edge", kGuest);
  const auto join = frame(Kind::kJoin, 1, "/chat/a/b", {}, R"({"info":{"nick":"ann"}})");
  const hub::Intent all = hub.examine(tool, join);
  CHECK(deeds(all) ==
        "connect /chat/a/b, connect /chat/a, connect /chat, "
        "create /chat/a/b, create /chat/a, create /chat");
  CHECK(all.claims == kGuest);
  CHECK(all.info == R"({"nick":"ann"})");
  CHECK(all.member == tool.member(1));

  tool.join(2, "/chat/a");
  CHECK(deeds(hub.examine(tool, join)) ==
        "connect /chat/a/b, connect /chat/a, connect /chat, create /chat/a/b");
  tool.join(1, "/chat/a");
  CHECK(deeds(hub.examine(tool, join)) == "connect /chat/a/b, create /chat/a/b");
  tool.join(1, "/chat/a/b");
  CHECK(deeds(hub.examine(tool, join)).empty());
}

TEST_CASE("objects and batches") {
  HubTest hub;
  TestTool& tool = hub.tool("edge", kGuest);
  const auto use = frame(Kind::kUse, 1, "/chat", "o");
  CHECK(deeds(hub.examine(tool, use)).empty());  // not joined, so refused
  tool.join(1, "/chat");
  CHECK(deeds(hub.examine(tool, use)) == "create /chat o");
  const auto change =
      frame(Kind::kChange, 1, "/chat", "o",
            R"({"changes":[{"op":"set","key":"k","value":[1, 2]},{"op":"send","handler":"h"},)"
            R"({"op":"set","key":"l","value":null},{"op":"set","key":"k","value":3}]})");
  const hub::Intent intent = hub.examine(tool, change);
  CHECK(deeds(intent) == "create /chat o, write /chat o, send /chat o, delete /chat o");
  CHECK(intent.changes ==
        R"([{"op":"set","key":"k","value":[1,2]},{"op":"send","handler":"h","args":[]},)"
        R"({"op":"delete","key":"l"},{"op":"set","key":"k","value":3}])");
  tool.use(1, "/chat", "o");
  CHECK(deeds(hub.examine(tool, use)).empty());
  CHECK(deeds(hub.examine(tool, change)) == "write /chat o, send /chat o, delete /chat o");
  CHECK(deeds(hub.examine(tool, frame(Kind::kChange, 1, "/chat", "o", "{}"))).empty());
  CHECK(deeds(hub.examine(tool, frame(Kind::kChange, 1, "/chat", "o", "{"))).empty());
}

TEST_CASE("who is not in a scope would connect to it by looking, and by changing what is there") {
  HubTest hub;
  TestTool& tool = hub.tool("edge", kGuest);
  tool.join(1, "/chat/a");
  tool.join(2, "/chat");
  tool.use(1, "/chat/a", "o");
  const auto deeds_of = [&](Kind kind, std::uint64_t member, std::string_view scope,
                            std::string_view body = {}) {
    return deeds(hub.examine(tool, frame(kind, member, scope, "o", body)));
  };
  for (const Kind kind : {Kind::kGet, Kind::kList, Kind::kMembers, Kind::kStat, Kind::kDrop}) {
    CHECK(deeds_of(kind, 1, "/chat/a").empty());
    CHECK(deeds_of(kind, 2, "/chat/a") == "connect /chat/a");
    CHECK(deeds_of(kind, 7, "/chat/a") == "connect /chat/a, connect /chat");
    CHECK(deeds_of(kind, 0, "/chat/a") == "connect /chat/a, connect /chat");
    CHECK(deeds_of(kind, 7, "/").empty());
  }
  constexpr std::string_view kSet = R"({"changes":[{"op":"set","key":"k","value":1}]})";
  CHECK(deeds_of(Kind::kChange, 1, "/chat/a", kSet) == "write /chat/a o");
  CHECK(deeds_of(Kind::kChange, 2, "/chat/a", kSet) == "connect /chat/a, write /chat/a o");
  CHECK(deeds_of(Kind::kChange, 2, "/chat", kSet) == "create /chat o, write /chat o");
  hub.set_policy(deny(Action::kConnect));
  CHECK(deeds_of(Kind::kGet, 2, "/chat/a").empty());
  TestTool& operators = hub.tool("so-ctl");
  CHECK(deeds(hub.examine(operators, frame(Kind::kGet, 7, "/chat/a", "o"))).empty());
}

TEST_CASE("streams") {
  HubTest hub;
  TestTool& tool = hub.tool("edge", kGuest);
  tool.join(1, "/live");
  const auto publish = frame(Kind::kPublish, 1, "/live/cam");
  CHECK(deeds(hub.examine(tool, publish)) == "publish /live /live/cam");
  tool.publish(1, "/live/cam");
  CHECK(deeds(hub.examine(tool, publish)).empty());
  const auto ask = [&](std::string_view body) {
    return deeds(hub.examine(tool, frame(Kind::kAsk, 0, "/live", {}, body)));
  };
  CHECK(ask(R"({"action":"play","name":"cam"})") == "play /live /live/cam");
  CHECK(ask(R"({"action":"write","object":"o"})").empty());
}

TEST_CASE("the operator is never asked about, nor what the policy refuses, nor an unknown tool") {
  HubTest hub;
  TestTool& operators = hub.tool("so-ctl");
  TestTool& tool = hub.tool("edge", kGuest);
  const auto join = frame(Kind::kJoin, 1, "/chat");
  CHECK(deeds(hub.examine(operators, join)).empty());
  CHECK(!deeds(hub.examine(tool, join)).empty());
  hub.set_policy(deny(Action::kConnect));
  CHECK(deeds(hub.examine(tool, join)).empty());
  CHECK(deeds(hub.examine(hub.stranger("stranger"), join)).empty());
}

TEST_CASE("a refused author is told what there is, and what may not be read is kept from it") {
  HubTest hub;
  TestTool& tool = hub.tool("edge", kGuest);
  tool.join(1, "/chat");
  tool.use(1, "/chat", "o");
  tool.set(1, "/chat", "o", "k", "1");
  const auto change =
      frame(Kind::kChange, 1, "/chat", "o",
            R"({"changes":[{"op":"send","handler":"h"},{"op":"set","key":"k","value":2}]})");
  CHECK(hub.turn_down(tool, change, Action::kWrite) == "denied: not this");
  CHECK(tool.refusal ==
        R"({"error":{"code":"denied","message":"not this","action":"write","index":1,"key":"k",)"
        R"("value":1,"values":{"k":1},"version":2}})");
  CHECK(tool.get("/chat", "o", R"({"key":"k"})") == R"({"value":1})");
  hub.set_policy(deny(Action::kRead));
  CHECK(hub.turn_down(tool, change, Action::kWrite).text.starts_with("denied: read of"));
  CHECK(tool.refusal.find("values") == std::string::npos);
  CHECK(hub.turn_down(tool, frame(Kind::kJoin, 2, "/chat"), Action::kConnect) ==
        "denied: not this");
  CHECK(tool.refusal == R"({"error":{"code":"denied","message":"not this","action":"connect"}})");
}

TEST_CASE("what there is, is told to no refused author who is elsewhere") {
  HubTest hub;
  TestTool& tool = hub.tool("edge", kGuest);
  tool.join(1, "/chat");
  tool.set(1, "/chat", "o", "k", "1");
  const std::string body =
      R"({"changes":[{"op":"set","key":"k","value":2}],"visit":true,"claims":{"role":"guest"}})";
  const auto change = frame(Kind::kChange, 7, "/chat", "o", body);
  CHECK(hub.turn_down(tool, change, Action::kWrite) == "denied: not this");
  CHECK(tool.refusal.ends_with(R"("message":"not this","action":"write"}})"));
  hub.set_policy(deny(Action::kWrite));
  CHECK(tool.request(change).text.starts_with("denied: write of key k"));
  CHECK(tool.refusal.ends_with(R"(,"action":"write"}})"));
  CHECK(tool.set(1, "/chat", "o", "k", "2").text.starts_with("denied: write of key k"));
  CHECK(tool.refusal.find(R"("key":"k","value":1)") != std::string::npos);
}

TEST_CASE("of an edited change the author hears as all others do") {
  HubTest hub;
  TestTool& tool = hub.tool("edge", kGuest);
  tool.join(1, "/chat");
  tool.use(1, "/chat", "o");
  const auto change =
      frame(Kind::kChange, 1, "/chat", "o", R"({"changes":[{"op":"set","key":"k","value":2}]})");
  CHECK(hub.edited(tool, change) == R"({"status":"ok","edited":true})");
  const auto events = tool.frames();
  REQUIRE(events.size() == 1);
  CHECK(events.front().header.member == 0);
  CHECK(events.front().body.find(tool.member(1)) != std::string::npos);
}
