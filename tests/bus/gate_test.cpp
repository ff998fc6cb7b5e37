// What waits for a hook, what goes on meanwhile, and what becomes of it.
#include "bus/gate.h"

#include <deque>
#include <string>
#include <string_view>
#include <vector>

#include <doctest/doctest.h>
#include <fmt/format.h>

#include "base/log.h"
#include "json/read.h"
#include "support/brief.h"

using namespace so;
using bus::Answer;
using bus::Gate;
using hub::ToolId;
using policy::Action;
using policy::Actions;
using wire::Kind;

namespace {

using Told = std::vector<std::string>;

/// A hook that remembers what it was asked.
struct FakeHook : bus::Decider {
  struct Asked {
    std::uint64_t ticket;
    std::string question;
  };
  bool down = false;
  std::deque<Asked> asked;
  std::vector<std::uint64_t> forgotten;

  bool ask(std::uint64_t ticket, std::string_view, std::string_view question) override {
    if (!down) asked.push_back({ticket, std::string{question}});
    return !down;
  }
  void forget(std::uint64_t ticket, bool) override { forgotten.push_back(ticket); }
};

policy::Hook hook(Actions on, std::string_view scope = "/**") {
  policy::Hook hook;
  hook.on = on;
  hook.scope = policy::ScopeGlob::parse(scope).value();
  hook.line = 3;
  return hook;
}

/// A hub with a gate in front of it, a clock, and two edges. What a tool is told comes out as text.
struct World {
  explicit World(Gate::Limits limits = {})
      : hub({}, {.incarnation = 1, .random = [this] { return ++epochs; }, .wall = wall_now}),
        gate(hub,
             {.admit =
                  [this](ToolId from, const wire::FrameView& request, hub::Hub::Wording wording) {
                    hub::Effects effects;
                    hub.apply(from, request, now, effects, wording);
                    deliver(effects);
                  },
              .turn_down =
                  [this](ToolId from, const wire::FrameView& request, const hub::Hub::Denial& why) {
                    hub::Effects effects;
                    hub.turn_down(from, request, why, now, effects);
                    deliver(effects);
                  }},
             limits) {
    for (const ToolId tool : {ToolId{1}, ToolId{2}}) {
      const std::string body =
          fmt::format(R"({{"tool":"edge","incarnation":"{:016x}","claims":{{"role":"guest"}}}})",
                      static_cast<unsigned>(tool));
      request(tool, {{.kind = Kind::kHello}, {}, {}, body});
      request(tool, {{.kind = Kind::kJoin, .member = 1}, "/chat/a", {}, {}});
      request(tool, {{.kind = Kind::kJoin, .member = 2}, "/chat/b", {}, {}});
    }
    told.clear();
  }

  void use(std::vector<policy::Hook> list) {
    std::vector<Gate::Entry> entries;
    while (hooks.size() < list.size()) hooks.emplace_back();
    for (std::size_t i = 0; i < list.size(); ++i) entries.push_back({list[i], &hooks[i]});
    gate.set(std::move(entries), now);
  }

  void request(ToolId from, wire::FrameView frame) {
    frame.header.request = ++requests;
    if (gate.take(from, frame, now)) return;
    hub::Effects effects;
    hub.apply(from, frame, now, effects);
    deliver(effects);
  }
  void change(std::uint64_t member, std::string_view scope, std::string_view changes,
              ToolId from = ToolId{1}) {
    request(from, {{.kind = Kind::kChange, .member = member},
                   scope,
                   "o",
                   fmt::format(R"({{"changes":[{}]}})", changes)});
  }
  void set(std::uint64_t member, std::string_view scope, std::string_view key, int value,
           ToolId from = ToolId{1}) {
    change(member, scope, fmt::format(R"({{"op":"set","key":"{}","value":{}}})", key, value), from);
  }
  void get(std::uint64_t member, std::string_view scope, std::string_view key) {
    request(ToolId{1}, {{.kind = Kind::kGet, .member = member},
                        scope,
                        "o",
                        fmt::format(R"({{"key":"{}"}})", key)});
  }

  void answer(const Answer& answer, std::size_t which = 0) {
    REQUIRE(!hooks[which].asked.empty());
    const std::uint64_t ticket = hooks[which].asked.front().ticket;
    hooks[which].asked.pop_front();
    gate.answer(ticket, answer, now);
  }
  void allow(std::size_t which = 0) { answer({Answer::Verdict::kAllow}, which); }
  void refuse(std::string reason, std::size_t which = 0) {
    answer({Answer::Verdict::kRefuse, std::move(reason)}, which);
  }
  Told take() { return std::exchange(told, {}); }

  hub::Hub hub;
  Gate gate;
  std::deque<FakeHook> hooks{1};
  TimePoint now{Seconds{100}};
  Told told;  // replies: the body, or code and message of an error; and "changed" to whom
  std::vector<wire::Frame> events;
  std::uint64_t epochs = 0;
  std::uint32_t requests = 0;

 private:
  void deliver(const hub::Effects& effects) {
    for (const hub::Send& send : effects.sends) {
      if (wire::is_reply(send.frame.header.kind)) {
        told.push_back(brief(send.frame));
      } else {
        events.push_back(send.frame);
      }
    }
    for (const ToolId tool : effects.gone) gate.forget(tool);
  }
  static std::string brief(const wire::Frame& frame) {
    if (frame.header.kind == Kind::kDone) return frame.body;
    json::Parser parser;
    const auto body = parser.parse(frame.body);
    const auto error = json::member(body.value(), "error").value();
    return fmt::format("{}: {}", json::text(error, "code").value(),
                       json::text(error, "message").value());
  }
};

const std::string kOk = R"({"status":"ok"})";

}  // namespace

TEST_CASE("gate: without a hook for it nothing waits") {
  World world;
  world.set(1, "/chat/a", "k", 1);
  world.use({hook(Actions{Action::kPublish}), hook(Actions{Action::kWrite}, "/other/**")});
  world.set(1, "/chat/a", "k", 2);
  CHECK(world.take() == Told{kOk, kOk});
  CHECK(world.gate.waiting() == 0);
}

TEST_CASE("gate: a member's requests keep their order, nobody else waits") {
  World world;
  world.use({hook(Actions{Action::kWrite}, "/chat/a")});
  world.set(1, "/chat/a", "k", 1);
  world.get(1, "/chat/a", "k");
  world.set(1, "/chat/b", "k", 1);  // the same member, elsewhere
  CHECK(world.take() == Told{});
  CHECK(world.gate.waiting() == 3);
  world.set(2, "/chat/b", "k", 5);
  CHECK(world.take() == Told{kOk});
  world.set(1, "/chat/a", "k", 7, ToolId{2});
  REQUIRE(world.hooks[0].asked.size() == 2);
  CHECK(world.hooks[0].asked[0].question ==
        fmt::format(R"({{"id":{},"hook":"write","scope":"/chat/a","object":"o",)"
                    R"("member":"0000000000000001-1","claims":{{"role":"guest"}},)"
                    R"("changes":[{{"op":"set","key":"k","value":1}}]}})",
                    world.hooks[0].asked[0].ticket));
  world.allow();
  CHECK(world.take() == Told{kOk, R"({"value":1})", kOk});
  world.allow();
  CHECK(world.take() == Told{kOk});
  CHECK(world.gate.waiting() == 0);
  CHECK(world.gate.counters().allowed == 2);
}

TEST_CASE("gate: a refusal has the hook's reason, the next request goes on") {
  World world;
  world.use({hook(Actions{Action::kWrite})});
  world.set(1, "/chat/a", "k", 1);
  world.get(1, "/chat/a", "k");
  world.refuse("no links");
  CHECK(world.take() == Told{"denied: no links", "not_found: no object o in /chat/a"});
  world.set(1, "/chat/a", "k", 1);
  world.refuse("");
  CHECK(world.take() == Told{"denied: write of o in /chat/a is denied (hook, line 3)"});
  CHECK(world.gate.counters().refused == 2);
}

TEST_CASE("gate: of several hooks the first refusal counts, in their order") {
  World world;
  world.use({hook(Actions{Action::kCreate, Action::kWrite}), hook(Actions{Action::kWrite})});
  world.set(1, "/chat/a", "k", 1);
  CHECK(world.hooks[0].asked.front().question.find(R"("hook":"create")") != std::string::npos);
  world.allow();
  CHECK(world.hooks[0].asked.front().question.find(R"("hook":"write")") != std::string::npos);
  CHECK(world.hooks[1].asked.empty());
  world.allow();
  CHECK(world.take() == Told{});
  world.refuse("second", 1);
  CHECK(world.take() == Told{"denied: second"});
}

TEST_CASE("gate: what the policy refuses is asked nobody") {
  World world;
  world.use({hook(Actions{Action::kWrite})});
  policy::Rule rule;
  rule.actions = Actions{Action::kWrite};
  rule.reason = "by rule";
  hub::Effects effects;
  world.hub.set_policy(
      std::make_shared<const policy::Policy>(policy::Policy::Tables{{rule}, {}, {}}), world.now,
      effects);
  world.set(1, "/chat/a", "k", 1);
  CHECK(world.take() == Told{"denied: by rule"});
  CHECK(world.hooks[0].asked.empty());
}

TEST_CASE("gate: a hook edits, its author hears of it, and what cannot be made is refused") {
  World world;
  world.request(ToolId{1}, {{.kind = Kind::kUse, .member = 1}, "/chat/a", "o", {}});
  world.take();
  world.use({hook(Actions{Action::kWrite}), hook(Actions{Action::kSend})});
  world.set(1, "/chat/a", "k", 1);
  world.answer({Answer::Verdict::kAllow, {}, R"([{"op":"set","key":"k","value":2}])"});
  CHECK(world.take() == Told{R"({"status":"ok","edited":true})"});
  REQUIRE(world.events.size() == 1);
  CHECK(world.events[0].header.member == 0);
  CHECK(world.events[0].body.find(R"("value":2)") != std::string::npos);
  // The next hook is asked about what the first made of it.
  world.set(1, "/chat/a", "k", 1);
  world.answer({Answer::Verdict::kAllow, {}, R"([{"op":"send","handler":"h","args":[]}])"});
  REQUIRE(world.hooks[1].asked.size() == 1);
  CHECK(world.hooks[1].asked[0].question.find(R"("handler":"h")") != std::string::npos);
  world.allow(1);
  CHECK(world.take() == Told{R"({"status":"ok","edited":true})"});
  // The same again is no edit.
  world.set(1, "/chat/a", "k", 3);
  world.answer({Answer::Verdict::kAllow, {}, R"([{"op":"set","key":"k","value":3}])"});
  CHECK(world.take() == Told{kOk});
  world.set(1, "/chat/a", "k", 4);
  log::set_level(log::Level::kError);
  world.answer({Answer::Verdict::kAllow, {}, R"([{"op":"sett"}])"});
  log::set_level(log::Level::kInfo);
  CHECK(world.take() == Told{"denied: write of o in /chat/a could not be decided (hook, line 3)"});
}

TEST_CASE("gate: no answer in time refuses, or allows where the file says so") {
  World world;
  auto lenient = hook(Actions{Action::kSend});
  lenient.allow_on_failure = true;
  lenient.timeout = Millis{50};
  world.use({hook(Actions{Action::kWrite}), lenient});
  world.set(1, "/chat/a", "k", 1);
  CHECK(world.gate.deadline() == world.now + Millis{1000});
  world.change(2, "/chat/b", R"({"op":"send","handler":"h"})");
  CHECK(world.gate.deadline() == world.now + Millis{50});
  world.now += Millis{50};
  world.gate.tick(world.now);
  CHECK(world.take() == Told{kOk});
  CHECK(world.hooks[1].forgotten.size() == 1);
  world.now += Millis{950};
  world.gate.tick(world.now);
  CHECK(world.take() == Told{"denied: write of o in /chat/a could not be decided (hook, line 3)"});
  CHECK(world.gate.deadline() == std::nullopt);
  world.allow();  // too late
  CHECK(world.take() == Told{});
  CHECK(world.gate.counters().late == 2);
}

TEST_CASE("gate: a hook that is down refuses at once, and so does one that dies") {
  World world;
  world.use({hook(Actions{Action::kWrite})});
  world.set(1, "/chat/a", "k", 1);
  world.answer({Answer::Verdict::kFailed});
  world.hooks[0].down = true;
  world.set(1, "/chat/a", "k", 2);
  const std::string refused = "denied: write of o in /chat/a could not be decided (hook, line 3)";
  CHECK(world.take() == Told{refused, refused});
  CHECK(world.gate.counters().failed == 2);
}

TEST_CASE("gate: what waits is bounded, for a member and for all") {
  World world{{.of_member = 2, .requests = 3, .bytes = 4096}};
  world.use({hook(Actions{Action::kWrite})});
  for (int i = 0; i < 3; ++i) world.set(1, "/chat/a", "k", i);
  const std::string limit = "limit: too many requests wait for hooks already";
  CHECK(world.take() == Told{limit});
  world.set(2, "/chat/b", "k", 1);
  world.set(2, "/chat/b", "k", 2);
  CHECK(world.take() == Told{limit});
  world.allow();
  world.allow();
  world.allow();
  CHECK(world.take() == Told{kOk, kOk, kOk});
  world.change(1, "/chat/a", fmt::format(R"({{"op":"set","key":"k","value":"{:4096}"}})", ""));
  CHECK(world.take() == Told{limit});
  CHECK(world.gate.waiting() == 0);
}

TEST_CASE("gate: who leaves everything goes at once, and what it asked for is not done") {
  World world{{.of_member = 2}};
  world.use({hook(Actions{Action::kWrite})});
  for (int i = 0; i < 3; ++i) world.set(1, "/chat/a", "k", i);
  world.set(2, "/chat/b", "k", 1);
  CHECK(world.take() == Told{"limit: too many requests wait for hooks already"});
  world.request(ToolId{1}, {{.kind = Kind::kLeave, .member = 1}, "/", {}, {}});
  CHECK(world.take() == Told{"gone: the member has left", "gone: the member has left", ""});
  CHECK_FALSE(world.hub.is_inside(ToolId{1}, {{.member = 1}, "/chat/a", {}, {}}));
  CHECK(world.hooks[0].forgotten.size() == 1);
  CHECK(world.gate.waiting() == 1);
  world.allow();  // too late
  CHECK(world.take() == Told{});
  world.allow();
  CHECK(world.take() == Told{kOk});
  CHECK(world.gate.deadline() == std::nullopt);
}

TEST_CASE("gate: what takes something back has a place where nothing else has one") {
  const std::string limit = "limit: too many requests wait for hooks already";
  for (const Gate::Limits limits :
       {Gate::Limits{.of_member = 2}, Gate::Limits{.requests = 2}, Gate::Limits{.bytes = 800}}) {
    World world{limits};
    const auto ask = [&](Kind kind, std::string_view scope, std::string_view name = {}) {
      world.request(ToolId{1}, {{.kind = kind, .member = 1}, scope, name, {}});
    };
    ask(Kind::kUse, "/chat/a", "o");
    ask(Kind::kPublish, "/chat/a/cam");
    ask(Kind::kJoin, "/chat/c");
    world.take();
    world.use({hook(Actions{Action::kWrite})});
    world.set(1, "/chat/a", "k", 1);
    ask(Kind::kJoin, "/chat/d");
    world.set(1, "/chat/a", "k", 2);
    ask(Kind::kJoin, "/chat/e");
    CHECK(world.take() == Told{limit, limit});
    // Each once, and nothing that there is not.
    for (int i = 0; i < 2; ++i) {
      ask(Kind::kUnpublish, "/chat/a/cam");
      ask(Kind::kRelease, "/chat/a", "o");
      ask(Kind::kLeave, "/chat/d");
      ask(Kind::kLeave, "/chat/a");
    }
    CHECK(world.take() == Told{limit, limit, limit, limit});
    ask(Kind::kUnpublish, "/chat/a/other");
    ask(Kind::kRelease, "/chat/a", "other");
    ask(Kind::kLeave, "/chat/e");
    ask(Kind::kUnregister, {}, "ann");
    CHECK(world.take() == Told{limit, limit, limit, limit});
    CHECK(world.gate.waiting() == 6);
    world.allow();
    const Told told = world.take();  // in their order
    REQUIRE(told.size() == 6);
    CHECK(told[0] == kOk);
    CHECK(told[1].find("member") != std::string::npos);
    CHECK(Told(told.begin() + 2, told.end()) == Told{"", "", "", ""});
    for (const std::string_view scope : {"/chat/a", "/chat/d"}) {
      CHECK_FALSE(world.hub.is_inside(ToolId{1}, {{.member = 1}, scope, {}, {}}));
    }
    CHECK(world.hub.is_inside(ToolId{1}, {{.member = 1}, "/chat/c", {}, {}}));
    CHECK(world.gate.waiting() == 0);
  }
}

TEST_CASE("gate: what a tool asked is forgotten with it") {
  World world;
  world.use({hook(Actions{Action::kWrite})});
  world.set(1, "/chat/a", "k", 1);
  world.set(1, "/chat/a", "k", 2);
  world.set(1, "/chat/a", "k", 3, ToolId{2});
  world.request(ToolId{1}, {{.kind = Kind::kBye}, {}, {}, {}});
  CHECK(world.gate.waiting() == 1);
  CHECK(world.hooks[0].forgotten.size() == 1);
  world.allow();  // the dead tool's
  world.take();
  world.allow();
  CHECK(world.take() == Told{kOk});
}

TEST_CASE("gate: other hooks are asked anew about what waits") {
  World world;
  world.use({hook(Actions{Action::kWrite})});
  world.set(1, "/chat/a", "k", 1);
  world.set(2, "/chat/b", "k", 1);
  world.use({hook(Actions{Action::kWrite}, "/chat/a")});
  CHECK(world.take() == Told{kOk});
  CHECK(world.hooks[0].forgotten.size() == 2);
  world.hooks[0].asked.pop_front();
  world.hooks[0].asked.pop_front();
  world.allow();
  CHECK(world.take() == Told{kOk});
}

TEST_CASE("gate: joins, streams and questions of a tool") {
  World world;
  world.use({hook(Actions{Action::kConnect, Action::kPublish, Action::kPlay}, "/live/**")});
  world.request(ToolId{1}, {{.kind = Kind::kJoin, .member = 9}, "/live/a", {}, R"({"info":{}})"});
  world.request(ToolId{1}, {{.kind = Kind::kPublish, .member = 9}, "/live/a/cam", {}, {}});
  CHECK(world.hooks[0].asked.front().question.find(
            R"("hook":"connect","scope":"/live/a","member")") != std::string::npos);
  world.allow();
  CHECK(world.hooks[0].asked.front().question.find(
            R"("hook":"publish","scope":"/live/a","stream":"/live/a/cam")") != std::string::npos);
  world.allow();
  CHECK(world.take().size() == 2);
  // Nothing of the tool itself waits behind a question.
  const std::string_view play = R"({"action":"play","name":"cam"})";
  world.request(ToolId{1}, {{.kind = Kind::kAsk}, "/live/a", {}, play});
  world.request(ToolId{1}, {{.kind = Kind::kBeat}, {}, {}, {}});
  world.request(ToolId{1}, {{.kind = Kind::kFollow}, "/", {}, {}});
  world.request(ToolId{1}, {{.kind = Kind::kAsk}, "/live/a", {}, play});
  CHECK(world.take().size() == 2);
  world.refuse("members only");
  world.allow();
  CHECK(world.take() == Told{"denied: members only", ""});
}

TEST_CASE("gate: who decides who joins decides who looks and reaches in from outside") {
  World world;
  world.set(2, "/chat/b", "k", 1);
  world.take();
  world.use({hook(Actions{Action::kConnect}, "/chat/b")});
  const auto ask = [&](Kind kind, std::uint64_t member, std::string_view body = {}) {
    world.request(ToolId{1}, {{.kind = kind, .member = member}, "/chat/b", "o", body});
  };
  constexpr std::string_view kSet = R"({"changes":[{"op":"set","key":"k","value":2}]})";
  for (const Kind kind :
       {Kind::kGet, Kind::kList, Kind::kMembers, Kind::kStat, Kind::kDrop, Kind::kChange}) {
    const std::string_view body = kind == Kind::kChange ? kSet : std::string_view{};
    for (const std::uint64_t member : {1U, 9U}) {
      CAPTURE(kind);
      ask(kind, member, body);
      REQUIRE(world.hooks[0].asked.size() == 1);
      CHECK(world.hooks[0].asked[0].question.find(R"("hook":"connect","scope":"/chat/b")") !=
            std::string::npos);
      world.refuse("members only");
      CHECK(world.take() == Told{"denied: members only"});
    }
  }
  world.get(1, "/chat/b", "k");
  world.allow();
  CHECK(world.take() == Told{R"({"value":1})"});
  world.get(1, "/chat/b", "k");  // no answer is kept
  CHECK(world.hooks[0].asked.size() == 1);
  world.refuse("members only");
  // The tool itself, where it speaks for somebody.
  ask(Kind::kList, 0);
  world.refuse("members only");
  CHECK(world.take() == Told{"denied: members only", "denied: members only"});
  // Who is in was asked about; elsewhere nobody is.
  world.get(2, "/chat/b", "k");
  world.set(2, "/chat/b", "k", 3);
  world.set(1, "/chat/a", "k", 3);
  world.get(9, "/chat/a", "k");
  CHECK(world.take() == Told{R"({"value":1})", kOk, kOk, R"({"value":3})"});
  CHECK(world.gate.waiting() == 0);
}

TEST_CASE("whoever decides who plays a stream decides who reads what was said of it") {
  World world;
  world.use({hook(Actions{Action::kPlay}, "/live/**")});
  const auto ask = [&](std::string_view stream) {
    world.request(ToolId{1}, {{.kind = Kind::kHistory, .member = 9}, stream, {}, {}});
  };
  ask("/open/cam");
  CHECK(world.take().size() == 1);
  ask("/live/cam");
  CHECK(world.hooks[0].asked.front().question.find(
            R"("hook":"play","scope":"/live","stream":"/live/cam")") != std::string::npos);
  world.refuse("members only");
  CHECK(world.take() == Told{"denied: members only"});
}
