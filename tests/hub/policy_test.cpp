// What the hub makes of a policy: refusals, predefined objects, limits.
#include <array>
#include <string>
#include <vector>

#include <doctest/doctest.h>

#include "support/hub_test.h"
#include "support/rules.h"

using namespace so;
using namespace so::test;
using policy::Action;
using policy::Actions;
using policy::Glob;

namespace {

constexpr std::string_view kGuest = R"({"role":"guest"})";

policy::Policy::Tables objects(std::vector<policy::Predefined> list) {
  return {{}, {}, std::move(list)};
}
policy::Policy::Tables limits(std::vector<policy::Limit> list) {
  return {{}, std::move(list), {}};
}

// The body of a snapshot, without what differs from life to life.
std::string data_of(const Answer& answer) {
  const auto at = answer.text.find(R"("version":)");
  return at == std::string::npos ? answer.text : answer.text.substr(at);
}

}  // namespace

TEST_CASE("connect is asked for each scope, the application first, and create for what is new") {
  HubTest hub;
  hub.set_policy(rules({allow(Actions{Action::kConnect}, "/chat"),
                        for_role(allow(Actions{Action::kConnect}, "/chat/vip/**"), "host"),
                        deny(Actions{Action::kConnect}, "/chat/vip/**"),
                        deny(Actions{Action::kConnect}, "/live/**"),
                        deny(Actions{Action::kCreate}, "/chat/fixed/*")}));
  TestTool& a = hub.tool("a", kGuest);
  CHECK(a.join(1, "/live/a/b") == "denied: connect in /live is denied (policy, line 7)");
  CHECK(a.list("/live") == "denied: connect in /live is denied (policy, line 7)");
  CHECK(a.join(1, "/chat/vip/a") == "denied: connect in /chat/vip is denied (policy, line 7)");
  CHECK(a.list("/chat") == "not_found: no scope /chat");  // nothing is left of it
  CHECK(a.join(1, "/chat/fixed").ok);
  CHECK(a.join(1, "/chat/fixed/a") == "denied: create in /chat/fixed/a is denied (policy, line 7)");

  TestTool& operators = hub.tool("o");
  CHECK(operators.join(1, "/chat/fixed/a").ok);
  CHECK(operators.list("/live") == "not_found: no scope /live");  // nothing is left of it
  CHECK(operators.join(1, "/live/a").ok);
  CHECK(a.list("/live/a") == "denied: connect in /live is denied (policy, line 7)");
  CHECK(a.stat("/live/a") == "denied: connect in /live is denied (policy, line 7)");
  CHECK(a.join(1, "/chat/fixed/a").ok);  // it is there now
  CHECK(a.join(2, "/chat/vip/a", R"({"claims":{"role":["host"]}})").ok);
}

TEST_CASE("claims of a join are the member's, others have the tool's") {
  HubTest hub;
  hub.set_policy(rules({for_role(deny(Actions{Action::kWrite}), "guest")}));
  TestTool& a = hub.tool("a", kGuest);
  CHECK(a.join(1, "/chat").ok);
  CHECK(a.join(2, "/chat", R"({"claims":{"role":"host"}})").ok);
  CHECK(a.set(1, "/chat", "o", "k", "1") ==
        "denied: write of key k of object o in /chat is denied (policy, line 7)");
  CHECK(a.set(2, "/chat", "o", "k", "1").ok);
  CHECK(a.join(2, "/chat/a").ok);  // says nothing of claims: they stay
  CHECK(a.set(2, "/chat/a", "o", "k", "1").ok);
  CHECK(a.join(2, "/chat", R"({"claims":{"role":"guest"}})").ok);
  CHECK_FALSE(a.set(2, "/chat", "o", "k", "2").ok);
  CHECK_FALSE(a.set(9, "/chat", "o", "k", "2").ok);  // one that has not joined, too
  CHECK_FALSE(a.set(0, "/chat", "o", "k", "2").ok);

  TestTool& o = hub.tool("o");
  CHECK(o.join(1, "/chat", R"({"claims":{"role":"guest"}})").ok);
  CHECK_FALSE(o.set(1, "/chat", "o", "k", "2").ok);
  CHECK(o.set(0, "/chat", "o", "k", "2").ok);
}

TEST_CASE("claims are bounded and must be an object") {
  HubTest hub;
  TestTool& a = hub.tool("a");
  CHECK(a.join(1, "/chat", R"({"claims":[1]})") == "bad_request: claims is not an object");
  CHECK(a.join(1, "/chat", fmt::format(R"({{"claims":{{"a":"{:4096}"}}}})", "")) ==
        "limit: claims of 4104 bytes is over the limit of 4096");
  std::string many = "0";
  for (int i = 0; i < 256; ++i) many += ",0";
  CHECK(a.join(1, "/chat", fmt::format(R"({{"claims":{{"a":[{}]}}}})", many)) ==
        "limit: claims have too many values");
  CHECK(hub.stranger("b").hello("1") == "bad_request: claims is not an object");
}

TEST_CASE(
    "O17: who may not read an object may neither use, get nor change it, and learns nothing") {
  HubTest hub;
  auto secret = deny(Actions{Action::kRead});
  secret.object = Glob{"secret"};
  secret.reason = "not for you";
  hub.set_policy(rules({secret}));
  TestTool& o = hub.tool("o");
  CHECK(o.join(1, "/chat").ok);
  CHECK(o.set(1, "/chat", "secret", "k", "1").ok);
  TestTool& a = hub.tool("a", kGuest);
  CHECK(a.join(1, "/chat").ok);
  CHECK(a.use(1, "/chat", "secret") == "denied: not for you");
  CHECK(a.get("/chat", "secret") == "denied: not for you");
  CHECK(a.get("/chat", "secret", R"({"key":"k"})") == "denied: not for you");
  CHECK(a.set(1, "/chat", "secret", "k", "2") == "denied: not for you");
  CHECK(a.refusal.find("value") == std::string::npos);
  CHECK(a.get("/none", "secret") == "denied: not for you");  // nor whether it is there
  CHECK(a.use(1, "/chat", "open").ok);
  CHECK(o.get("/chat", "secret", R"({"key":"k"})") == R"({"value":1})");
}

TEST_CASE("O17: a refused change refuses its batch, and says the value that is there") {
  HubTest hub;
  hub.set_policy(rules({on_key(allow(Actions{Action::kWrite}), "votes.*"),
                        on_key(deny(Actions{Action::kDelete}), "topic"),
                        deny(Actions{Action::kWrite}), deny(Actions{Action::kSend})}));
  TestTool& o = hub.tool("o");
  CHECK(o.join(1, "/chat").ok);
  CHECK(o.use(1, "/chat", "poll").ok);
  CHECK(o.set(1, "/chat", "poll", "topic", R"({"a":1})").ok);
  TestTool& a = hub.tool("a", kGuest);
  CHECK(a.join(1, "/chat").ok);
  CHECK(a.set(1, "/chat", "poll", "votes.1", "3").ok);
  (void)o.events();

  CHECK(a.batch(1, "/chat", "poll",
                R"({"op":"set","key":"votes.2","value":1},{"op":"set","key":"topic","value":2})") ==
        "denied: write of key topic of object poll in /chat is denied (policy, line 7)");
  CHECK(a.refusal.ends_with(R"("action":"write","index":1,"key":"topic","value":{"a":1},)"
                            R"("values":{"votes.2":null,"topic":{"a":1}},"version":3}})"));
  CHECK(a.set(1, "/chat", "poll", "new", "2").text.starts_with("denied: "));
  CHECK(a.refusal.ends_with(R"("key":"new","value":null,"values":{"new":null},"version":3}})"));
  CHECK(a.batch(1, "/chat", "poll", R"({"op":"delete","key":"topic"})") ==
        "denied: delete of key topic of object poll in /chat is denied (policy, line 7)");
  CHECK(a.refusal.ends_with(
      R"("key":"topic","value":{"a":1},"values":{"topic":{"a":1}},"version":3}})"));
  CHECK(a.set(1, "/chat", "poll", "topic", "null").text.starts_with("denied: delete of key topic"));
  CHECK(a.batch(1, "/chat", "poll", R"({"op":"clear"})") ==
        "denied: delete of object poll in /chat is denied (policy, line 7)");
  CHECK(a.refusal.ends_with(R"("index":0,"values":{},"version":3}})"));
  CHECK(a.batch(1, "/chat", "poll", R"({"op":"send","handler":"go"})") ==
        "denied: send of go of object poll in /chat is denied (policy, line 7)");
  CHECK(a.refusal.ends_with(R"("index":0,"values":{},"version":3}})"));
  CHECK(a.drop("/chat", "poll").text.starts_with("denied: delete of object poll"));
  CHECK(o.events() == Lines{});
  CHECK(a.batch(1, "/chat", "poll", R"({"op":"delete","key":"votes.1"})").ok);
  CHECK(o.events().size() == 1);
}

TEST_CASE("O17: an object that may not be created is not left behind") {
  HubTest hub;
  auto fixed = deny(Actions{Action::kCreate});
  fixed.object = Glob{"*"};
  hub.set_policy(rules({fixed, on_key(deny(Actions{Action::kWrite}), "k")}));
  TestTool& a = hub.tool("a", kGuest);
  CHECK(a.join(1, "/chat/a").ok);  // a room is no object
  CHECK(a.use(1, "/chat/a", "o") ==
        "denied: create of object o in /chat/a is denied (policy, line 7)");
  CHECK(a.set(1, "/chat/a", "o", "x", "1") ==
        "denied: create of object o in /chat/a is denied (policy, line 7)");
  CHECK(a.get("/chat/a", "o") == "not_found: no object o in /chat/a");
  TestTool& o = hub.tool("o");
  CHECK(o.join(1, "/chat/a").ok);
  CHECK(o.use(1, "/chat/a", "o").ok);
  CHECK(a.use(1, "/chat/a", "o").ok);
  CHECK(a.set(1, "/chat/a", "o", "k", "1").text.starts_with("denied: write of key k"));
  CHECK(a.set(1, "/chat/a", "o", "x", "1").ok);
}

TEST_CASE("publish, play and metadata are asked for the stream") {
  HubTest hub;
  auto cams = deny(Actions{Action::kPublish, Action::kPlay, Action::kMetadata}, "/live");
  cams.name = Glob{"cam*"};
  hub.set_policy(rules({for_role(allow(Actions::all()), "host"), cams}));
  TestTool& a = hub.tool("a", kGuest);
  CHECK(a.join(1, "/live").ok);
  CHECK(a.publish(1, "/live/cam1") ==
        "denied: publish of cam1 in /live is denied (policy, line 7)");
  CHECK(a.publish(1, "/live/mic").ok);
  CHECK(a.meta("/live/cam1", R"({"data":1})") ==
        "denied: metadata of cam1 in /live is denied (policy, line 7)");
  CHECK(a.meta("/live/cam1", R"({"data":1,"claims":{"role":"host"}})").ok);
  CHECK(a.meta("/", R"({"data":1})").ok);  // only mic is up
  CHECK(a.follow("/live/cam9").ok);        // and now somebody would hear it as cam9's
  CHECK(a.meta("/", R"({"data":1})").text.starts_with("denied: metadata of cam9"));
  CHECK(a.unfollow("/live/cam9").ok);
  CHECK(a.join(2, "/live", R"({"claims":{"role":"host"}})").ok);
  CHECK(a.publish(2, "/live/cam1").ok);
  CHECK(a.meta("/", R"({"data":1})").text.starts_with("denied: metadata of cam1"));

  CHECK(a.ask(1, "/live", R"({"action":"play","name":"cam1"})") ==
        "denied: play of cam1 in /live is denied (policy, line 7)");
  CHECK(a.ask(1, "/live", R"({"action":"play","name":"mic"})").ok);
  CHECK(a.ask(2, "/live", R"({"action":"play","name":"cam1"})").ok);
  CHECK(a.ask(9, "/live", R"({"action":"play","name":"cam1","claims":{"role":"host"}})").ok);
  CHECK(a.ask(9, "/live", R"({"action":"play","name":"cam1"})").text.starts_with("denied: "));
  CHECK(a.ask(1, "/live", R"({"action":"watch"})") ==
        "bad_request: action is none that a rule can be about");
  CHECK(a.ask(1, "/live", "") == "bad_request: action is missing");
  CHECK(hub.tool("o").ask(1, "/live", R"({"action":"play","name":"cam1"})").ok);
  CHECK(a.ask(1, "/", R"({"action":"play","name":"cam1"})").ok);  // metadata of /cam1
  CHECK(a.ask(1, "live", R"({"action":"play","name":"cam1"})").text.starts_with("bad_path"));
}

TEST_CASE("a predefined object is there with its scope, outlives its users, and begins anew") {
  HubTest hub;
  hub.set_policy(
      objects({{scope_glob("/chat/*"), "poll", false, {{"q", R"("what?")"}, {"n", "0"}}, 1}}));
  TestTool& a = hub.tool("a", kGuest);
  CHECK(a.join(1, "/chat/a").ok);
  CHECK(data_of(a.get("/chat/a", "poll")) ==
        R"("version":1,"persistent":false,"data":{"n":0,"q":"what?"}})");
  CHECK(a.get("/chat", "poll") == "not_found: no object poll in /chat");
  CHECK(a.use(1, "/chat/a", "poll").ok);
  CHECK(a.set(1, "/chat/a", "poll", "n", "5").ok);
  CHECK(a.release(1, "/chat/a", "poll").ok);
  hub.pass(Seconds{60});
  CHECK(a.beat().ok == false);  // the lease ran out meanwhile, so the room went
  TestTool& b = hub.tool("b", kGuest);
  CHECK(b.get("/chat/a", "poll") == "not_found: no object poll in /chat/a");
  CHECK(b.join(1, "/chat/a").ok);
  CHECK(b.set(1, "/chat/a", "poll", "n", "6").ok);
  for (int i = 0; i < 6; ++i) {  // longer than it would linger
    hub.pass(Seconds{10});
    CHECK(b.beat().ok);
  }
  CHECK(b.get("/chat/a", "poll", R"({"key":"n"})") == R"({"value":6})");
  CHECK(b.leave(1, "/").ok);
  CHECK(b.list("/chat") == "not_found: no scope /chat");  // it does not keep its room
  CHECK(b.join(1, "/chat/a").ok);
  CHECK(b.get("/chat/a", "poll", R"({"key":"n"})") == R"({"value":0})");
  CHECK(b.drop("/chat/a", "poll").ok);
  CHECK(b.get("/chat/a", "poll", R"({"key":"n"})") == R"({"value":0})");
}

TEST_CASE("rules hold for an object in every life") {
  HubTest hub;
  auto tables = objects({{scope_glob("/chat/*"), "poll", false, {{"q", "1"}}, 1}});
  tables.rules = {on_key(deny(Actions{Action::kWrite}), "q")};
  hub.set_policy(tables);
  TestTool& a = hub.tool("a", kGuest);
  for (int life = 0; life < 3; ++life) {
    CHECK(a.join(1, "/chat/a").ok);
    for (const char* object : {"poll", "other"}) {
      CHECK(a.set(1, "/chat/a", object, "q", "2").text.starts_with("denied: "));
      CHECK(a.set(1, "/chat/a", object, "x", "2").ok);
    }
    CHECK(a.leave(1, "/").ok);
    hub.pass(Seconds{6});
    CHECK(a.list("/chat/a").text.starts_with("not_found"));
  }
}

TEST_CASE("a persistent predefined object is stored, and found again") {
  const auto tables = objects({{scope_glob("/chat"), "poll", true, {{"n", "0"}}, 1}});
  hub::Options options;
  options.applications = {"chat"};
  HubTest hub{options};
  hub.set_policy(tables);
  TestTool& a = hub.tool("a");
  const auto records = hub.records();
  REQUIRE(records.size() == 2);
  CHECK(records[0].kind == hub::Record::Kind::kCreate);
  CHECK(records[0].name == "poll");
  CHECK(records[1].edits == std::vector<hub::Edit>{{hub::Edit::Kind::kSet, "n", "0"}});
  CHECK(records[1].version == 1);

  hub.restart();
  CHECK(hub.restore({.id = 1,
                     .scope = "/chat",
                     .name = "poll",
                     .epoch = 5,
                     .version = 9,
                     .attributes = {{"n", "7"}}}) == "ok");
  hub.set_policy(tables);
  CHECK(hub.records().empty());
  CHECK(a.hello().ok);
  CHECK(a.get("/chat", "poll", R"({"key":"n"})") == R"({"value":7})");
}

TEST_CASE("another policy takes the place of the one before, for members that are there too") {
  HubTest hub;
  hub.set_policy(objects({{scope_glob("/chat"), "old", false, {{"n", "0"}}, 1}}));
  TestTool& a = hub.tool("a", kGuest);
  CHECK(a.join(1, "/chat").ok);
  CHECK(a.set(1, "/chat", "old", "n", "1").ok);
  auto tables = objects({{scope_glob("/chat"), "new", false, {{"n", "0"}}, 1}});
  tables.rules = {deny(Actions{Action::kConnect, Action::kWrite})};
  tables.limits = {{scope_glob("/**"), {}, {.attributes = 1}, 1}};
  hub.set_policy(tables);
  CHECK(a.set(1, "/chat", "old", "n", "2").text.starts_with("denied: "));
  const auto get = [&](std::string_view object) {
    return a.request({{.kind = wire::Kind::kGet, .member = 1}, "/chat", object, R"({"key":"n"})"});
  };
  CHECK(get("new") == R"({"value":0})");
  hub.pass(Seconds{6});
  CHECK(get("old") == "not_found: no object old in /chat");  // as any other unused one
  CHECK(hub.tool("o").set(0, "/chat", "new", "m", "2") ==
        "limit: attributes of the object: 2 is over the limit of 1");
  hub.set_policy({});
  CHECK(a.set(1, "/chat", "new", "m", "2").ok);
}

TEST_CASE("who may not look back is told what there is, not what it was") {
  HubTest hub;
  TestTool& a = hub.tool("a", kGuest);
  CHECK(a.join(1, "/chat").ok);
  CHECK(a.set(1, "/chat", "o", "k", "1").ok);
  const std::uint64_t epoch = a.get("/chat", "o").header.epoch;
  CHECK(a.set(1, "/chat", "o", "k", "2").ok);
  const auto since = [&](wire::Kind kind) {
    return a.request({{.kind = kind, .member = 1, .epoch = epoch, .version = 2}, "/chat", "o", {}})
        .text;
  };
  const auto last = [&] { return a.get("/chat", "o", R"({"last":9})").text; };
  const auto resumes = [&](bool wanted) {
    CHECK((since(wire::Kind::kUse).find(R"("event":"resume")") != std::string::npos) == wanted);
    CHECK((since(wire::Kind::kGet).find(R"("batches")") != std::string::npos) == wanted);
    CHECK(last().starts_with("denied: ") == !wanted);
  };
  resumes(true);
  hub.set_policy(rules({allow(Actions{Action::kRead, Action::kConnect}), deny(Actions::all())}));
  resumes(true);  // it goes with read
  hub.set_policy(rules({on_object(deny(Actions{Action::kHistory}), "o")}));
  resumes(false);
  CHECK(a.get("/chat", "o").text.find(R"("k":2)") != std::string::npos);
  hub.set_policy(rules({on_object(deny(Actions{Action::kHistory}), "other")}));
  resumes(true);
}

TEST_CASE("who may not see who is there is told nothing of it") {
  HubTest hub;
  TestTool& a = hub.tool("a", kGuest);
  hub.set_policy(rules({deny(Actions{Action::kPresence}, "/chat/quiet")}));
  CHECK(a.join(1, "/chat/quiet").ok);
  CHECK(a.join(2, "/chat/quiet", R"({"presence":true})").text.starts_with("denied: presence"));
  CHECK(a.join(2, "/chat/loud", R"({"presence":true})").ok);
  const auto ask = [&](wire::Kind kind, std::string_view scope) {
    return a.request({{.kind = kind}, scope, {}, R"({"list":true})"}).text;
  };
  CHECK(ask(wire::Kind::kMembers, "/chat/quiet").starts_with("denied: "));
  CHECK(ask(wire::Kind::kMembers, "/chat/loud").find(R"("members":[{)") != std::string::npos);
  CHECK(ask(wire::Kind::kStat, "/chat/quiet").find("member_list") == std::string::npos);
  CHECK(ask(wire::Kind::kStat, "/chat/loud").find(R"("member_list":[{)") != std::string::npos);
}

TEST_CASE("limits of a scope and of an object are refused by name") {
  HubTest hub;
  hub.set_policy(limits({{scope_glob("/chat/*"), Glob{"poll"}, {.attributes = 2, .bytes = 60}, 1},
                         {scope_glob("/chat/*"), {}, {.members = 2, .objects = 2}, 1}}));
  TestTool& a = hub.tool("a", kGuest);
  CHECK(a.join(1, "/chat/a").ok);
  CHECK(a.join(2, "/chat/a").ok);
  CHECK(a.join(3, "/chat/a") == "limit: members of /chat/a: 2 is the limit");
  CHECK(a.join(1, "/chat/a").ok);
  CHECK(a.join(3, "/chat/b").ok);
  CHECK(hub.tool("o").join(1, "/chat/a").ok);  // the operator always comes in

  CHECK(a.set(1, "/chat/a", "poll", "a", "1").ok);
  CHECK(a.set(1, "/chat/a", "poll", "b", "1").ok);
  CHECK(a.set(1, "/chat/a", "poll", "c", "1") ==
        "limit: attributes of the object: 3 is over the limit of 2");
  CHECK(a.set(1, "/chat/a", "poll", "b", R"("0123456789012345678901234567890123456789012345678")")
            .text.starts_with("limit: bytes of the object: "));
  CHECK(a.set(1, "/chat/a", "x", "c", "1").ok);
  CHECK(a.use(1, "/chat/a", "y") == "limit: objects of /chat/a: 2 is the limit");
  CHECK(a.use(3, "/chat/b", "y").ok);

  // What is over a limit that came later may shrink.
  hub.set_policy(limits({{scope_glob("/chat/*"), {}, {.attributes = 1}, 1}}));
  CHECK(a.set(1, "/chat/a", "poll", "a", "2").ok);
  CHECK_FALSE(a.set(1, "/chat/a", "poll", "c", "2").ok);
  CHECK(a.batch(1, "/chat/a", "poll", R"({"op":"delete","key":"b"})").ok);
  CHECK_FALSE(a.set(1, "/chat/a", "poll", "b", "2").ok);
}

TEST_CASE("a rule says who may call which method, and tools may always") {
  HubTest hub;
  policy::Rule no_admin = for_role(deny(Actions{Action::kCall}), "guest");
  no_admin.name = Glob{"admin.*"};
  hub.set_policy(rules({no_admin}));
  TestTool& a = hub.tool("a");
  CHECK(a.serve("/chat", "admin.ban").ok);
  CHECK(a.serve("/chat", "sum").ok);
  CHECK(a.join(1, "/chat", fmt::format(R"({{"claims":{}}})", kGuest)).ok);
  CHECK(a.call(1, "/chat", "admin.ban") ==
        "denied: call of admin.ban in /chat is denied (policy, line 7)");
  CHECK(a.call(1, "/chat", "sum") == "");
  CHECK(a.call(0, "/chat", "admin.ban") == "");
  CHECK(a.events() == Lines{"call /chat sum[] from a-1", "call /chat admin.ban[] from a-0"});
}

TEST_CASE("a rule says who may serve which method, and who may kick whom") {
  HubTest hub;
  policy::Rule no_admin = for_role(deny(Actions{Action::kServe}), "guest");
  no_admin.name = Glob{"admin.*"};
  hub.set_policy(rules({no_admin, for_role(allow(Actions{Action::kKick}, "/chat/**"), "mod"),
                        deny(Actions{Action::kKick})}));
  TestTool& guest = hub.tool("guest", kGuest);
  TestTool& mod = hub.tool("mod", R"({"role":"mod"})");
  TestTool& shell = hub.tool("shell");
  CHECK(guest.serve("/chat", "admin.ban") ==
        "denied: serve of admin.ban in /chat is denied (policy, line 7)");
  CHECK(guest.serve("/chat", "sum").ok);
  CHECK(mod.serve("/chat", "admin.ban").ok);

  TestTool& gw = hub.tool("gw");
  CHECK(gw.join(1, "/chat/room1").ok);
  CHECK(gw.join(2, "/chat/room1").ok);
  CHECK(gw.join(2, "/live").ok);
  const auto order = [&](std::uint64_t member) {
    return fmt::format(R"({{"member":"{}"}})", gw.member(member));
  };
  CHECK(guest.kick(order(1)) == "denied: kick in /chat is denied (policy, line 7)");
  CHECK(mod.kick(order(1)) == "ok");
  // It would leave /live too.
  CHECK(mod.kick(order(2)) == "denied: kick in /live is denied (policy, line 7)");
  CHECK(gw.events() == Lines{R"(kick gw-1 "")"});
  CHECK(shell.kick(order(2)) == "ok");
}
