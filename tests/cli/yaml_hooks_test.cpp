#include <array>
#include <string>

#include <doctest/doctest.h>

#include "cli/policy_show.h"
#include "cli/yaml_config.h"

using namespace so;
using cli::parse_config;
using policy::Action;
using policy::Topic;

namespace {

std::vector<policy::Hook> read(const std::string& text) {
  const auto config = parse_config(text, "a.yaml");
  REQUIRE_MESSAGE(config, config.error().text);
  REQUIRE(config->hooks);
  return *config->hooks;
}

constexpr auto kAll = R"(
hooks:
  - {on: [write, send], scope: /chat/**, object: "chat*", run: [./moderate.py, --strict], timeout: 500ms}
  - on: connect
    run: ./door
    on_failure: allow
  - {observe: [scope, change], run: [sh, -c, "cat >log"]}
  - {observe: object, object: o, run: ./audit}
  - {on: publish, call: may.publish}
  - {on: play, http: "http://127.0.0.1:8000/hook?of=play"}
)";

}  // namespace

TEST_CASE("hooks are read as they are written") {
  const auto hooks = read(kAll);
  REQUIRE(hooks.size() == 6);
  CHECK(hooks[0].on == policy::Actions{Action::kWrite, Action::kSend});
  CHECK(hooks[0].scope.pattern() == "/chat/**");
  CHECK(hooks[0].object->pattern() == "chat*");
  CHECK(hooks[0].run == std::vector<std::string>{"./moderate.py", "--strict"});
  CHECK(hooks[0].timeout == Millis{500});
  CHECK_FALSE(hooks[0].allow_on_failure);
  CHECK(hooks[0].line == 3);
  CHECK(hooks[1].on == policy::Actions{Action::kConnect});
  CHECK(hooks[1].scope.pattern() == "/**");
  CHECK(hooks[1].run == std::vector<std::string>{"./door"});
  CHECK(hooks[1].timeout == Millis{1000});
  CHECK(hooks[1].allow_on_failure);
  CHECK(hooks[2].observe.has(Topic::kScope));
  CHECK(hooks[2].observe.has(Topic::kChange));
  CHECK_FALSE(hooks[2].observe.has(Topic::kMember));
  CHECK(hooks[4].run.empty());
  CHECK(hooks[4].call == "may.publish");
  CHECK(hooks[5].http == "http://127.0.0.1:8000/hook?of=play");
  CHECK(read("hooks: []").empty());
  CHECK(parse_config("policy: {}", "a.yaml")->hooks == nullptr);
}

TEST_CASE("hooks that are shown are read back to the same") {
  const std::string shown = cli::show_hooks(read(kAll), "a.yaml");
  const std::string again = cli::show_hooks(read(shown), "a.yaml");
  const auto without_lines = [](std::string text) {
    for (auto at = text.find(" #"); at != std::string::npos; at = text.find(" #")) {
      text.erase(at, text.find('\n', at) - at);
    }
    return text;
  };
  CHECK(without_lines(shown) == without_lines(again));
  CHECK(cli::show_hooks({}, "a.yaml") == "hooks: []\n");
}

TEST_CASE("what is wrong with a hook is said, and where") {
  struct Case {
    const char* text;
    const char* error;
  };
  for (const Case& each : std::array{
           Case{"hooks: {}", "1: hooks is not a list"},
           Case{"hooks: [{run: x}]", "1: hooks[0] needs one of on and observe"},
           Case{"hooks:\n  - {on: write, observe: change, run: x}",
                "2: hooks[0] needs one of on and observe"},
           Case{"hooks: [{on: write}]", "1: hooks[0] needs one of run, call and http"},
           Case{"hooks: [{on: write, run: x, call: y}]",
                "1: hooks[0] needs one of run, call and http"},
           Case{"hooks: [{on: write, call: y, http: \"http://a/\"}]",
                "1: hooks[0] needs one of run, call and http"},
           Case{"hooks: [{on: write, http: \"https://a/\"}]",
                "1: hooks[0].http does not begin with http://"},
           Case{"hooks: [{on: write, http: a}]", "1: hooks[0].http: "},
           Case{"hooks: [{observe: change, call: y}]", "1: who observes has no call"},
           Case{"hooks: [{observe: change, http: \"http://a/\"}]", "1: who observes has no http"},
           Case{"hooks: [{on: write, call: \"\"}]", "1: hooks[0].call is empty"},
           Case{"hooks: [{on: [], run: x}]", "1: hooks[0].on is an empty list"},
           Case{"hooks: [{on: wirte, run: x}]",
                "1: unknown action \"wirte\", did you mean \"write\"?"},
           Case{
               "hooks: [{on: read, run: x}]",
               "1: no hook decides read: only connect, create, write, delete, send, publish, play"},
           Case{"hooks: [{observe: changes, run: x}]",
                "1: unknown topic \"changes\", did you mean \"change\"?"},
           Case{"hooks: [{on: [write, connect], object: o, run: x}]", "1: connect has no object"},
           Case{"hooks: [{observe: member, object: o, run: x}]", "1: member has no object"},
           Case{"hooks: [{observe: member, timeout: 1s, run: x}]",
                "1: who observes has no timeout"},
           Case{"hooks: [{on: write, run: x, timeout: 0}]",
                "1: hooks[0].timeout is not between 1ms and 1m"},
           Case{"hooks: [{on: write, run: x, timeout: 2m}]",
                "1: hooks[0].timeout is not between 1ms and 1m"},
           Case{"hooks: [{on: write, run: x, on_failure: ignore}]",
                "1: hooks[0].on_failure is not refuse or allow"},
           Case{"hooks: [{on: write, run: \"\"}]", "1: hooks[0].run names no program"},
           Case{"hooks: [{on: write, run: [x, [y]]}]", "1: hooks[0].run[1] has no value"},
           Case{"hooks: [{on: write, run: x, scope: chat}]", "1: hooks[0].scope: "},
           Case{"hooks: [{on: write, run: x, when: y}]", "1: unknown key \"when\""}}) {
    const auto config = parse_config(each.text, "a.yaml");
    REQUIRE_MESSAGE(!config, each.text);
    CHECK_MESSAGE(config.error().text.starts_with(std::string{"a.yaml:"} + each.error),
                  config.error().text);
  }
}
