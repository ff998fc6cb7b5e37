#include "policy/policy.h"

#include <array>
#include <string>

#include <doctest/doctest.h>

#include "json/read.h"

using namespace so;
using policy::Action;
using policy::Actions;
using policy::Credentials;
using policy::Glob;
using policy::Policy;
using policy::Rule;
using policy::ScopeGlob;
using policy::Subject;

namespace {

Credentials claims(std::string_view text) {
  json::Parser parser;
  const auto value = parser.parse(text);
  REQUIRE(value);
  auto credentials = Credentials::read(*value);
  REQUIRE_MESSAGE(credentials, credentials.error().text);
  return *std::move(credentials);
}

ScopeGlob scope(std::string_view pattern) {
  auto glob = ScopeGlob::parse(pattern);
  REQUIRE(glob);
  return *std::move(glob);
}

Rule allow(Actions actions) {
  Rule rule;
  rule.allow = true;
  rule.actions = actions;
  return rule;
}
Rule deny(Actions actions) {
  Rule rule;
  rule.actions = actions;
  return rule;
}

Policy of(std::vector<Rule> rules) {
  return Policy{{std::move(rules), {}, {}}};
}

// The same question in both ways that there are to ask it.
bool write_allowed(const Policy& policy, std::string_view key, const Credentials& who) {
  const bool allowed =
      policy.decide(Action::kWrite, {.scope = "/chat", .object = "o", .key = key}, who).allowed;
  CHECK(policy.decide(policy.shortlist("/chat", "o"), Action::kWrite, key, who).allowed == allowed);
  return allowed;
}

}  // namespace

TEST_CASE("without a rule everything is allowed") {
  const auto decision = of({}).decide(Action::kConnect, {.scope = "/chat"}, {});
  CHECK(decision.allowed);
  CHECK_FALSE(decision.rule);
}

TEST_CASE("the first rule that covers it decides, and gives its reason") {
  auto vip = deny(Actions{Action::kConnect});
  vip.scope = scope("/chat/vip");
  vip.reason = "members only";
  auto host = allow(Actions{Action::kConnect});
  host.claims = {{"role", {"\"host\""}}};
  const Policy policy = of({host, vip, allow(Actions{Action::kConnect}), deny(Actions::all())});

  const auto refused = policy.decide(Action::kConnect, {.scope = "/chat/vip"}, {});
  CHECK_FALSE(refused.allowed);
  CHECK(refused.rule == 1);
  CHECK(refused.reason == "members only");
  CHECK(
      policy.decide(Action::kConnect, {.scope = "/chat/vip"}, claims(R"({"role":"host"})")).rule ==
      0);
  CHECK(policy.decide(Action::kConnect, {.scope = "/chat/a"}, {}).rule == 2);
  CHECK(policy.decide(Action::kPlay, {.scope = "/live", .name = "cam"}, {}).rule == 3);
}

TEST_CASE("every action has a name, and is decided for itself") {
  for (const std::string_view name : policy::kActionNames) {
    const auto action = policy::action_named(name);
    REQUIRE(action);
    CHECK(policy::to_text(*action) == name);
    const Policy policy = of({deny(Actions{*action})});
    for (const std::string_view other : policy::kActionNames) {
      CHECK(policy.decide(*policy::action_named(other), {.scope = "/a"}, {}).allowed ==
            (other != name));
    }
  }
  CHECK_FALSE(policy::action_named("Write"));
  CHECK_FALSE(policy::action_named(""));
}

TEST_CASE("a rule with a pattern speaks only of what has such a thing") {
  auto object = deny(Actions::all());
  object.object = Glob{"poll*"};
  auto key = deny(Actions::all());
  key.key = Glob{"votes.*"};
  auto name = deny(Actions::all());
  name.name = Glob{"cam*"};
  struct Case {
    Rule rule;
    Action action;
    Subject subject;
    bool allowed;
  };
  for (const Case& c : std::vector<Case>{
           {object, Action::kConnect, {.scope = "/a"}, true},
           {object, Action::kCreate, {.scope = "/a"}, true},
           {object, Action::kCreate, {.scope = "/a", .object = "poll1"}, false},
           {object, Action::kCreate, {.scope = "/a", .object = "chat"}, true},
           {object, Action::kRead, {.scope = "/a", .object = "poll1"}, false},
           {object, Action::kSend, {.scope = "/a", .object = "poll1", .name = "x"}, false},
           {object, Action::kPublish, {.scope = "/a", .name = "poll1"}, true},
           {key, Action::kWrite, {.scope = "/a", .object = "o", .key = "votes.1"}, false},
           {key, Action::kDelete, {.scope = "/a", .object = "o", .key = "votes.1"}, false},
           {key, Action::kWrite, {.scope = "/a", .object = "o", .key = "topic"}, true},
           {key, Action::kSend, {.scope = "/a", .object = "o", .name = "votes.1"}, true},
           {key, Action::kRead, {.scope = "/a", .object = "o"}, true},
           {name, Action::kPublish, {.scope = "/a", .name = "cam1"}, false},
           {name, Action::kPlay, {.scope = "/a", .name = "cam1"}, false},
           {name, Action::kMetadata, {.scope = "/a", .name = "mic1"}, true},
           {name, Action::kSend, {.scope = "/a", .object = "o", .name = "cam1"}, false},
           {name, Action::kCall, {.scope = "/a", .name = "cam1"}, false},
           {name, Action::kConnect, {.scope = "/a"}, true}}) {
    const Policy policy = of({c.rule});
    CAPTURE(policy::to_text(c.action));
    CHECK(policy.decide(c.action, c.subject, {}).allowed == c.allowed);
    const bool listed = c.action == Action::kRead || c.action == Action::kWrite ||
                        c.action == Action::kDelete || c.action == Action::kSend;
    if (!listed) continue;
    const auto what = c.subject.key ? c.subject.key : c.subject.name;
    const auto list = policy.shortlist(c.subject.scope, *c.subject.object);
    CHECK(policy.decide(list, c.action, what, {}).allowed == c.allowed);
  }
}

TEST_CASE("a clear is the delete of every key") {
  const auto clear = [](const Policy& policy) {
    CHECK(policy.decide(Action::kDelete, {.scope = "/a", .object = "o"}, {}).allowed ==
          policy.decide(policy.shortlist("/a", "o"), Action::kDelete, {}, {}).allowed);
    return policy.decide(Action::kDelete, {.scope = "/a", .object = "o"}, {}).allowed;
  };
  auto some = deny(Actions{Action::kDelete});
  some.key = Glob{"topic"};
  CHECK_FALSE(clear(of({some})));
  some.allow = true;
  CHECK_FALSE(clear(of({some, deny(Actions{Action::kDelete})})));
  some.key = Glob{"*"};
  CHECK(clear(of({some, deny(Actions{Action::kDelete})})));
}

TEST_CASE("claims are equal, or contained where the client has several") {
  auto rule = deny(Actions{Action::kWrite});
  rule.claims = {{"role", {"\"guest\"", "\"anonymous\""}}, {"level", {"3"}}};
  const Policy policy = of({rule});
  struct Case {
    std::string claims;
    bool allowed;
  };
  for (const Case& c :
       std::array{Case{R"({"role":"guest","level":3})", false},
                  Case{R"({"role":"anonymous","level":3.0})", false},
                  Case{R"({"role":["host","guest"],"level":[1,2,3]})", false},
                  Case{R"({"role":"guest","level":"3"})", true}, Case{R"({"role":"guest"})", true},
                  Case{R"({"role":"guests","level":3})", true},
                  Case{R"({"role":["host"],"level":3})", true},
                  Case{R"({"role":[["guest"]],"level":3})", true},
                  Case{R"({"role":{"guest":true},"level":3})", true},
                  Case{R"({"role":"\u0067uest","level":3e0})", false},
                  Case{R"({"ROLE":"guest","level":3})", true}, Case{R"({})", true}}) {
    CHECK_MESSAGE(write_allowed(policy, "k", claims(c.claims)) == c.allowed, c.claims);
  }
}

TEST_CASE("claims are an object of a bounded number of values") {
  json::Parser parser;
  const auto list = parser.parse("[1]");
  REQUIRE(list);
  CHECK_FALSE(Credentials::read(*list));
  std::string many = "0";
  for (std::size_t i = 1; i < Credentials::kMaxValues; ++i) many += ",0";
  CHECK(claims("{\"a\":[" + many + "]}").has("a", "0"));
  const auto more = parser.parse("{\"a\":[" + many + "],\"b\":1}");
  REQUIRE(more);
  CHECK_FALSE(Credentials::read(*more));
}

TEST_CASE("an object on which no rule speaks has an empty shortlist") {
  auto rule = deny(Actions{Action::kWrite});
  rule.scope = scope("/chat/*");
  rule.object = Glob{"poll"};
  const Policy policy = of({deny(Actions{Action::kConnect, Action::kCreate}), rule});
  CHECK(policy.shortlist("/chat/a", "chat").empty());
  CHECK(policy.shortlist("/chat", "poll").empty());
  CHECK_FALSE(policy.shortlist("/chat/a", "poll").empty());
}

TEST_CASE("of each bound the first that covers the place counts") {
  const Policy policy{{{},
                       {{scope("/chat/*"), Glob{"poll"}, {.attributes = 5}},
                        {scope("/chat/*"), {}, {.objects = 7, .attributes = 9}},
                        {scope("/**"), {}, {.members = 100, .objects = 1, .bytes = 1024}}},
                       {}}};
  CHECK(policy.of_scope("/chat/a").members == 100);
  CHECK(policy.of_scope("/chat/a").objects == 7);
  CHECK(policy.of_scope("/chat").objects == 1);
  CHECK(policy.of_object("/chat/a", "poll").attributes == 5);
  CHECK(policy.of_object("/chat/a", "o").attributes == 9);
  CHECK(policy.of_object("/chat", "poll").attributes == std::nullopt);
  CHECK(policy.of_object("/chat", "poll").bytes == 1024);
}
