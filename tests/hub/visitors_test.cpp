// Requests of those who are no members, and of those who may have asked before.
#include <doctest/doctest.h>
#include <fmt/format.h>

#include "support/hub_test.h"
#include "support/rules.h"

using namespace so;
using test::Answer;
using test::HubTest;
using test::Lines;
using test::TestTool;

namespace {

constexpr std::string_view kGuest = R"({"role":"guest"})";

std::string visit(std::string_view members, std::string_view claims = R"({"role":"host"})") {
  return fmt::format(R"({{{},"visit":true,"claims":{}}})", members, claims);
}
std::string set(std::string_view more = "", int value = 1) {
  return fmt::format(R"("changes":[{{"op":"set","key":"k","value":{}}}]{})", value, more);
}

}  // namespace

TEST_CASE("a visitor changes what is there and what is not, and nobody sees it come and go") {
  HubTest hub;
  TestTool& edge = hub.tool("edge", kGuest);
  TestTool& watcher = hub.tool("watcher");
  CHECK(watcher.join(1, "/chat/a", R"({"presence":true})").ok);
  watcher.events();
  CHECK(edge.change(7, "/chat/a", "o", "{" + set() + "}").text.starts_with("not_joined"));
  CHECK(edge.change(7, "/chat/a", "o", visit(set())) == R"({"status":"ok"})");
  CHECK(edge.change(7, "/chat/new/room", "o", visit(set())) == R"({"status":"ok"})");
  CHECK(edge.get("/chat/new/room", "o").ok);
  CHECK(watcher.events() == Lines{});
  CHECK(edge.list("/chat/a").text.find(R"("members":1)") != std::string::npos);
  CHECK(edge.list("/chat/new/room").text.find(R"("members":0)") != std::string::npos);
  CHECK(edge.beat().ok);
  hub.pass(Seconds{5});
  CHECK(edge.list("/chat/new").text.starts_with("not_found"));  // it lived for its object
}

TEST_CASE("what a visitor is refused leaves no room behind") {
  HubTest hub;
  TestTool& edge = hub.tool("edge", kGuest);
  CHECK(edge.change(7, "/chat/new", "o", visit(R"("changes":[{"op":"set","key":"","value":1}])"))
            .text.starts_with("bad_path"));
  CHECK(edge.list("/chat").text.starts_with("not_found"));
  const policy::Actions create{policy::Action::kCreate};
  hub.set_policy(test::rules({test::on_object(test::deny(create, "/chat/new"), "o")}));
  CHECK(edge.change(7, "/chat/new", "o", visit(set())).text.starts_with("denied"));
  CHECK(edge.list("/chat").text.starts_with("not_found"));
}

TEST_CASE("nobody looks into objects of a scope that it may not join") {
  HubTest hub;
  TestTool& edge = hub.tool("edge", kGuest);
  CHECK(edge.join(1, "/chat/a").ok);
  CHECK(edge.set(1, "/chat/a", "o", "k", "1").ok);
  const policy::Actions connect{policy::Action::kConnect};
  hub.set_policy(test::rules({test::for_role(test::deny(connect, "/chat/a"), "guest")}));
  const auto get = [&](std::uint64_t member, std::string_view scope, std::string_view body) {
    return edge.request({{.kind = wire::Kind::kGet, .member = member}, scope, "o", body}).text;
  };
  CHECK(get(7, "/chat/a", "").starts_with("denied: "));
  CHECK(get(7, "/chat/a", R"({"last":1})").starts_with("denied: "));
  CHECK(get(7, "/chat/a", R"({"claims":{"role":"host"}})").find(R"("k":1)") != std::string::npos);
  CHECK(get(7, "/chat/b", "").starts_with("not_found: "));
  CHECK(get(7, "chat", "").starts_with("bad_path: "));
  CHECK(get(1, "/chat/a", "").find(R"("k":1)") != std::string::npos);  // it was let in
  CHECK(edge.drop("/chat/a", "o").text.starts_with("denied: "));
  CHECK(edge.request({{.kind = wire::Kind::kDrop}, "/chat/a", "*", R"({"pattern":true})"})
            .text.starts_with("denied: "));
}

TEST_CASE("nobody changes what is in a scope that it may not join, from outside") {
  HubTest hub;
  TestTool& edge = hub.tool("edge", kGuest);
  TestTool& staff = hub.tool("staff");
  CHECK(edge.join(1, "/chat/lobby").ok);
  CHECK(staff.join(1, "/chat/staff").ok);
  CHECK(staff.use(1, "/chat/staff", "o").ok);
  const policy::Actions connect{policy::Action::kConnect};
  hub.set_policy(test::rules({test::for_role(test::deny(connect, "/chat/staff"), "guest")}));
  for (const std::string_view change :
       {R"({"op":"set","key":"k","value":1})", R"({"op":"delete","key":"k"})", R"({"op":"clear"})",
        R"({"op":"send","handler":"h","args":[]})"}) {
    CHECK(edge.batch(1, "/chat/staff", "o", change).text.starts_with("denied: connect in"));
    CHECK(edge.batch(7, "/chat/staff", "o", change).text.starts_with("denied: connect in"));
    CHECK(edge.batch(7, "/chat/staff", "none", change).text.starts_with("denied: connect in"));
    const std::string body = fmt::format(R"({{"changes":[{}]}})", change);
    const wire::FrameView frame{
        {.kind = wire::Kind::kChange, .member = 1}, "/chat/staff", "o", body};
    CHECK(hub.examine(edge, frame).deeds.empty());  // so no hook is asked
  }
  CHECK(edge.change(7, "/chat/staff", "o", visit(set(), kGuest)).text.starts_with("denied"));
  CHECK(staff.events() == Lines{});
  // Who might join still may.
  CHECK(edge.change(7, "/chat/staff", "o", R"({"changes":[],"claims":{"role":"host"}})").ok);
  CHECK(edge.join(2, "/chat/open").ok);
  CHECK(edge.set(2, "/chat/open", "o", "k", "1").ok);
  CHECK(edge.set(1, "/chat/open", "o", "k", "2") == R"({"status":"ok"})");
  CHECK(staff.set(9, "/chat/staff", "o", "k", "1") == R"({"status":"ok"})");
}

TEST_CASE("rules decide by what a visitor claims") {
  HubTest hub;
  TestTool& edge = hub.tool("edge", kGuest);
  TestTool& other = hub.tool("other");
  CHECK(other.join(1, "/chat/a").ok);
  CHECK(other.set(1, "/chat/a", "o", "k", "1").ok);
  const policy::Actions connect{policy::Action::kConnect};
  hub.set_policy(test::rules({test::for_role(test::deny(connect, "/chat/**"), "guest")}));
  CHECK(edge.change(7, "/chat/a", "o", visit(set("", 2), kGuest)).text.starts_with("denied"));
  CHECK(edge.change(7, "/chat/a", "o", visit(set("", 2))) == R"({"status":"ok"})");
  CHECK(edge.emit(7, "/chat/a", "x", visit(R"("data":1)", kGuest)).text.starts_with("denied"));
  CHECK(edge.emit(7, "/chat/a", "x", visit(R"("data":1)")).ok);
  CHECK(edge.emit(7, "/chat/a", "x", R"({"data":1})").text.starts_with("not_joined"));
  const auto list = [&](std::string_view claims) {
    return edge.request({{.kind = wire::Kind::kList, .member = 7},
                         "/chat/a",
                         {},
                         fmt::format(R"({{"claims":{}}})", claims)});
  };
  CHECK(list(kGuest).text.starts_with("denied"));
  CHECK(list(R"({"role":"host"})").ok);
}

TEST_CASE("a hook on connect is asked about a visit") {
  HubTest hub;
  TestTool& edge = hub.tool("edge", kGuest);
  const std::string body = visit(set());
  const hub::Intent intent =
      hub.examine(edge, {{.kind = wire::Kind::kChange, .member = 7}, "/chat/a", "o", body});
  REQUIRE(intent.deeds.size() == 4);
  CHECK(intent.deeds[0].action == policy::Action::kConnect);
  CHECK(intent.deeds[0].scope == "/chat/a");
  CHECK(intent.deeds[1].scope == "/chat");
  CHECK(intent.deeds[2].action == policy::Action::kCreate);
  CHECK(intent.deeds[3].action == policy::Action::kWrite);
  CHECK(intent.claims == R"({"role":"host"})");
}

TEST_CASE("a change with a key is applied once, and says when that was") {
  HubTest hub;
  TestTool& a = hub.tool("a");
  CHECK(a.join(1, "/chat").ok);
  CHECK(a.use(1, "/chat", "o").ok);
  const auto once = [&](std::string_view key, int value) {
    return a.change(1, "/chat", "o", "{" + set(fmt::format(R"(,"once":"{}")", key), value) + "}");
  };
  CHECK(once("a", 1) == R"({"status":"ok"})");
  CHECK(once("b", 2) == R"({"status":"ok"})");
  const Answer again = once("a", 3);
  CHECK(again == R"({"status":"dup","applied":2})");
  CHECK(again.header.version == 3);
  for (int i = 0; i < 75; ++i) {
    CHECK(a.beat().ok);
    hub.pass(Seconds{4});
  }
  CHECK(once("a", 3) == R"({"status":"ok"})");
  CHECK(once(" 99 " + std::string(64, 'k'), 4) == R"({"status":"ok"})");  // of a list over HTTP
  CHECK(once("", 1).text.starts_with("bad_request"));
  CHECK(a.change(1, "/chat", "o", "{" + set(R"(,"once":"x","producer":"p","seq":1)") + "}")
            .text.starts_with("bad_request: once"));
}

TEST_CASE("the keys of a hub have a bound, over which who has most forgets its own") {
  hub::Options options;
  options.receipts = 3;
  HubTest hub{options};
  TestTool& a = hub.tool("a");
  CHECK(a.join(1, "/chat").ok);
  const auto once = [&](std::uint64_t member, std::string_view key) {
    return a.change(member, "/chat", "o", "{" + set(fmt::format(R"(,"once":"{}")", key)) + "}");
  };
  CHECK(once(1, "mine").ok);
  for (int i = 0; i < 9; ++i) CHECK(once(2, std::to_string(i)) == R"({"status":"noop"})");
  CHECK(once(1, "mine").text.starts_with(R"({"status":"dup")"));
  CHECK(once(3, "new").ok);
  CHECK(once(1, "mine").text.starts_with(R"({"status":"dup")"));
  CHECK(once(2, "8").text.starts_with(R"({"status":"dup")"));
  CHECK(once(2, "7") == R"({"status":"noop"})");
}

TEST_CASE("who is there has a version, which is that of the last event") {
  HubTest hub;
  TestTool& a = hub.tool("a");
  const Answer joined = a.join(
      1, "/chat", R"({"presence":true,"info":{"n":1},"claims":{"role":"user","sub":"ann"}})");
  CHECK(joined.header.version == 1);
  CHECK(joined.text.find(R"("user":"ann","info":{"n":1}})") != std::string::npos);
  CHECK(a.join(2, "/chat", R"({"claims":{"role":"user","sub":"bob"},"info":{"user":"ann"}})").ok);
  CHECK(a.leave(2, "/").ok);
  const auto frames = a.frames();
  REQUIRE(frames.size() == 2);
  CHECK(frames[0].body.find(R"("user":"bob","info":{"user":"ann"},"epoch":)") != std::string::npos);
  CHECK(frames[1].body.find(R"("user":"bob","epoch":)") != std::string::npos);
  CHECK(frames[1].header.version == 3);
  const Answer members = a.members("/chat");
  CHECK(members.header.epoch == frames[1].header.epoch);
  CHECK(members.header.version == 3);
  CHECK(members == fmt::format(R"({{"scope":"/chat","members":[{{"member":"{}","user":"ann",)"
                               R"("info":{{"n":1}}}}]}})",
                               a.member(1)));
  CHECK(a.members("/none").text.starts_with("not_found"));
  CHECK(a.members("/").text.starts_with("bad_path"));
}

TEST_CASE("a scope that begins anew has other versions of who is there") {
  HubTest hub;
  TestTool& a = hub.tool("a");
  const Answer first = a.join(1, "/chat", R"({"presence":true})");
  CHECK(a.leave(1, "/").ok);
  const Answer second = a.join(1, "/chat", R"({"presence":true})");
  CHECK(second.header.epoch != first.header.epoch);
  CHECK(second.header.version == 1);
}

TEST_CASE("the past of an object is there to be read") {
  HubTest hub;
  TestTool& a = hub.tool("a");
  CHECK(a.join(1, "/chat").ok);
  for (int i = 1; i <= 3; ++i) CHECK(a.set(1, "/chat", "o", "k", std::to_string(i)).ok);
  const auto get = [&](std::string_view body, std::uint64_t version = 0) {
    return a.request({{.kind = wire::Kind::kGet,
                       .epoch = version == 0 ? 0U : a.get("/chat", "o").header.epoch,
                       .version = version},
                      "/chat",
                      "o",
                      body});
  };
  const auto values = [](const Answer& answer) {
    std::string found;
    for (char value : {'1', '2', '3'}) {
      if (answer.text.find(fmt::format(R"("value":{})", value)) != std::string::npos)
        found += value;
    }
    return found;
  };
  CHECK(values(get(R"({"last":2})")) == "23");
  CHECK(values(get(R"({"last":99})")) == "123");
  CHECK(get(R"({"last":0})").text.ends_with(R"("version":4,"batches":[]})"));
  CHECK(values(get("", 3)) == "3");
  CHECK(get("", 9).text.starts_with(R"({"event":"sync")"));
  CHECK(get("").text.starts_with(R"({"event":"sync")"));
  CHECK(get(R"({"last":1,"key":"k"})").text.starts_with("bad_request"));
}
