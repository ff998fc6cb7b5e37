#include <array>
#include <string>

#include <doctest/doctest.h>

#include "cli/policy_show.h"
#include "cli/yaml_config.h"
#include "json/read.h"

using namespace so;
using cli::parse_config;
using policy::Action;

namespace {

policy::Policy::Tables read(const std::string& text) {
  const auto config = parse_config(text, "a.yaml");
  REQUIRE_MESSAGE(config, config.error().text);
  REQUIRE(config->policy);
  return config->policy->tables();
}

policy::Credentials claims(std::string_view text) {
  json::Parser parser;
  auto credentials = policy::Credentials::read(parser.parse(text).value());
  REQUIRE(credentials);
  return *std::move(credentials);
}

constexpr auto kAll = R"(
policy:
  rules:
    - allow: all
      role: host
    - deny: [write, delete]
      scope: /chat/**
      object: poll
      key: "votes.*"
      claims: {level: [1, "1"], member: false}
      reason: only the host counts
    - deny: publish
      name: cam*
      role: [anonymous, guest]
  limits:
    - {scope: /chat/*, members: 200, objects: 7}
    - object: poll
      attributes: 50
      bytes: 64K
  objects:
    - scope: /chat/*
      name: poll
      persistent: true
      values:
        question: "what?"
        votes: {a: 0, b: 1.50, none: , list: [true, "true", null, 1.2.3]}
    - {scope: /live, name: board}
)";

}  // namespace

TEST_CASE("a policy is read as it is written") {
  const auto tables = read(kAll);
  REQUIRE(tables.rules.size() == 3);
  CHECK(tables.rules[0].allow);
  CHECK(tables.rules[0].actions == policy::Actions::all());
  CHECK(tables.rules[0].scope.pattern() == "/**");
  CHECK(tables.rules[0].is_for(claims(R"({"role":"host"})")));
  CHECK_FALSE(tables.rules[0].is_for({}));
  CHECK(tables.rules[0].line == 4);

  const policy::Rule& votes = tables.rules[1];
  CHECK_FALSE(votes.allow);
  CHECK(votes.actions == policy::Actions{Action::kWrite, Action::kDelete});
  CHECK(votes.scope.pattern() == "/chat/**");
  CHECK(votes.object.value().pattern() == "poll");
  CHECK(votes.key.value().pattern() == "votes.*");
  CHECK(votes.reason == "only the host counts");
  CHECK(votes.is_for(claims(R"({"level":1,"member":false})")));
  CHECK(votes.is_for(claims(R"({"level":"1","member":false})")));
  CHECK_FALSE(votes.is_for(claims(R"({"level":1,"member":"false"})")));
  CHECK(tables.rules[2].name.value().pattern() == "cam*");

  REQUIRE(tables.limits.size() == 2);
  CHECK(tables.limits[0].bounds.members == 200);
  CHECK(tables.limits[0].bounds.objects == 7);
  CHECK(tables.limits[1].bounds.attributes == 50);
  CHECK(tables.limits[1].bounds.bytes == 65536);

  REQUIRE(tables.objects.size() == 2);
  CHECK(tables.objects[0].persistent);
  REQUIRE(tables.objects[0].values.size() == 2);
  CHECK(tables.objects[0].values[0].second == R"("what?")");
  CHECK(tables.objects[0].values[1].second ==
        R"({"a":0,"b":1.5,"none":null,"list":[true,"true",null,"1.2.3"]})");
  CHECK_FALSE(tables.objects[1].persistent);
  CHECK(tables.objects[1].line == 27);
}

TEST_CASE("a policy is shown as a file that reads back to the same") {
  const auto tables = read(kAll);
  const std::string shown = cli::show_policy(tables, "a.yaml");
  CHECK(shown.find(
            R"(    - {deny: [write, delete], scope: "/chat/**", object: "poll", key: "votes.*", )"
            R"(claims: {"level": [1, "1"], "member": [false]}, )"
            R"(reason: "only the host counts"} # a.yaml:6)") != std::string::npos);
  CHECK(shown.find(
            R"(    - {scope: "/**", object: "poll", attributes: 50, bytes: 64K} # a.yaml:17)") !=
        std::string::npos);
  auto again = read(shown);
  for (std::size_t i = 0; i < tables.rules.size(); ++i) again.rules[i].line = tables.rules[i].line;
  for (std::size_t i = 0; i < tables.limits.size(); ++i)
    again.limits[i].line = tables.limits[i].line;
  for (std::size_t i = 0; i < tables.objects.size(); ++i) {
    again.objects[i].line = tables.objects[i].line;
  }
  CHECK(cli::show_policy(again, "a.yaml") == shown);
}

TEST_CASE("an empty policy allows everything") {
  CHECK(read("policy: {}").rules.empty());
  CHECK(cli::show_policy({}, "a.yaml") == "policy: {}\n");
  const auto none = parse_config("log: {level: debug}", "a.yaml");
  REQUIRE(none);
  CHECK(none->policy == nullptr);
}

TEST_CASE("what is wrong in a policy is named with its line") {
  struct Case {
    std::string text, error;
  };
  const std::string rules = "policy:\n  rules:\n    - ";
  const std::string limits = "policy:\n  limits:\n    - ";
  const std::string objects = "policy:\n  objects:\n    - ";
  const std::string long_text(1025, 'a');
  for (const Case& c : std::array{
           Case{"policy: 1", "a.yaml:1: here belongs a map of rules, limits, objects"},
           Case{"policy:\n  rule: []", "a.yaml:2: unknown key \"rule\", did you mean \"rules\"?"},
           Case{"policy:\n  rules: {}", "a.yaml:2: policy.rules is not a list"},
           Case{rules + "deny",
                "a.yaml:3: here belongs a map of allow, deny, scope, object, key, "
                "name, role, claims, reason"},
           Case{rules + "{scope: /a}", "a.yaml:3: policy.rules[0] needs one of allow and deny"},
           Case{rules + "{allow: all, deny: all}",
                "a.yaml:3: policy.rules[0] needs one of allow and deny"},
           Case{rules + "deny: all\n    - deny: [wirte]",
                "a.yaml:4: unknown action \"wirte\", did you mean \"write\"?"},
           Case{rules + "deny: []", "a.yaml:3: policy.rules[0].deny is an empty list"},
           Case{rules + "deny: {}", "a.yaml:3: policy.rules[0].deny is not a list"},
           Case{rules + "deny: all\n      scope: chat",
                "a.yaml:4: policy.rules[0].scope: \"chat\" does not begin with /"},
           Case{rules + "deny: all\n      scope: [/a]",
                "a.yaml:4: policy.rules[0].scope has no value"},
           Case{rules + "deny: [write, publish]\n      key: a", "a.yaml:4: publish has no key"},
           Case{rules + "deny: read\n      key: a", "a.yaml:4: read has no key"},
           Case{rules + "deny: connect\n      name: a", "a.yaml:4: connect has no name"},
           Case{rules + "deny: play\n      object: a", "a.yaml:4: play has no object"},
           Case{rules + "{deny: all, key: a, name: b}",
                "a.yaml:3: no action has all of object, key and name that are here"},
           Case{rules + "deny: all\n      role: {a: 1}",
                "a.yaml:4: policy.rules[0].role is not one word or number"},
           Case{rules + "deny: all\n      claims: {a: [b, [c]]}",
                "a.yaml:4: policy.rules[0].claims.a[1] is not one word or number"},
           Case{rules + "deny: all\n      claims: [a]",
                "a.yaml:4: policy.rules[0].claims is not a map of claims and values"},
           Case{rules + "deny: all\n      role: []",
                "a.yaml:4: policy.rules[0].role is an empty list"},
           Case{rules + "deny: all\n      reason: " + long_text,
                "a.yaml:4: policy.rules[0].reason is over 1024 bytes"},
           Case{rules + "deny: all\n      reason: \"\xFF\"",
                "a.yaml:4: policy.rules[0].reason is not UTF-8"},
           Case{limits + "members: -1",
                "a.yaml:3: policy.limits[0].members: \"-1\" is not a number"},
           Case{limits + "object: a\n      members: 1", "a.yaml:4: an object has no members"},
           Case{limits + "bytes: 1M", "a.yaml:3: policy.limits[0].bytes is over 960K"},
           Case{objects + "name: a", "a.yaml:3: policy.objects[0] needs a scope"},
           Case{objects + "scope: /a", "a.yaml:3: policy.objects[0] needs a name"},
           Case{objects + "scope: /a\n      name: \"\"",
                "a.yaml:4: policy.objects[0].name is empty"},
           Case{objects + "{scope: /a, name: a, persistent: maybe}",
                "a.yaml:3: policy.objects[0].persistent is not true or false"},
           Case{objects + "{scope: /a, name: a, values: [1]}",
                "a.yaml:3: policy.objects[0].values is not a map of keys and values"},
           Case{objects + "{scope: /a, name: a, values: {\"\": 1}}",
                "a.yaml:3: a key of policy.objects[0].values is empty"},
           Case{objects + "{scope: /a, name: a, values: {b: null}}",
                "a.yaml:3: policy.objects[0].values.b has no value"},
           Case{objects + "{scope: /a, name: a, values: {b: 1, b: 2}}",
                "a.yaml:3: \"b\" is here twice"},
           Case{objects + "{scope: /a, name: a, values: {b: {[1]: 2}}}",
                "a.yaml:3: policy.objects[0].values.b has a key that is no word"}}) {
    const auto config = parse_config(c.text, "a.yaml");
    REQUIRE_MESSAGE(!config, c.text);
    CHECK(config.error().text == c.error);
  }
}

TEST_CASE("values that aliases make large or endless are refused") {
  std::string text = "policy: {objects: [{scope: /a, name: a, values: {v: [&x0 [a, a, a, a, a, a]";
  for (int i = 1; i < 25; ++i) {
    text += ", &x" + std::to_string(i) + " [";
    for (int n = 0; n < 6; ++n) text += (n == 0 ? "*x" : ", *x") + std::to_string(i - 1);
    text += "]";
  }
  const auto large = parse_config(text + "]}}]}", "a.yaml");
  REQUIRE_FALSE(large);
  CHECK(large.error().text == "a.yaml:1: policy.objects[0].values.v is over 65536 bytes as JSON");
  const auto endless =
      parse_config("policy: {objects: [{scope: /a, name: a, values: {v: &v [*v]}}]}", "a.yaml");
  REQUIRE_FALSE(endless);
  CHECK(endless.error().text == "a.yaml:1: policy.objects[0].values.v is nested over 30 deep");
}
