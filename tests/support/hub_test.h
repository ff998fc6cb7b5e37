#pragma once

#include <cstdint>
#include <deque>
#include <iterator>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <doctest/doctest.h>
#include <fmt/format.h>

#include "hub/hub.h"
#include "support/brief.h"
#include "wire/member.h"

namespace so::test {

class HubTest;

/// An answer of the hub: what is asserted is mostly its text.
struct Answer {
  bool ok = false;
  std::string text;  // the body, "ok" for an empty one; of an error "code: message"
  wire::Header header;
  bool operator==(std::string_view expected) const { return text == expected; }
};
inline doctest::String toString(const Answer& answer) {
  return answer.text.c_str();
}

/// Events, each in one line.
struct Lines : std::vector<std::string> {
  using vector::vector;
};
inline doctest::String toString(const Lines& lines) {
  return fmt::format("{}", fmt::join(lines, "; ")).c_str();
}

/// A tool at the hub. Every request but call, and emit to one, is answered at once, exactly once
/// and before its events.
class TestTool {
 public:
  TestTool(HubTest& hub, hub::ToolId id, std::string name, std::uint64_t incarnation)
      : hub_(hub), id_(id), name_(std::move(name)), incarnation_(incarnation) {}

  Answer request(wire::FrameView frame);
  /// A request of number 0: what comes back to this tool, events apart.
  std::vector<wire::Frame> silent(const wire::FrameView& frame);

  /// `claims` is a JSON object; empty: the operator.
  Answer hello(std::string_view claims = "");
  Answer bye() {
    return request({.header = {.kind = wire::Kind::kBye}, .scope = {}, .name = {}, .body = {}});
  }
  Answer beat() {
    return request({.header = {.kind = wire::Kind::kBeat}, .scope = {}, .name = {}, .body = {}});
  }

  Answer join(std::uint64_t member, std::string_view scope, std::string_view body = "") {
    return request({{.kind = wire::Kind::kJoin, .member = member}, scope, {}, body});
  }
  Answer leave(std::uint64_t member, std::string_view scope) {
    return request({{.kind = wire::Kind::kLeave, .member = member}, scope, {}, {}});
  }
  Answer use(std::uint64_t member, std::string_view scope, std::string_view object,
             std::string_view body = "") {
    return request({{.kind = wire::Kind::kUse, .member = member}, scope, object, body});
  }
  Answer release(std::uint64_t member, std::string_view scope, std::string_view object) {
    return request({{.kind = wire::Kind::kRelease, .member = member}, scope, object, {}});
  }
  Answer change(std::uint64_t member, std::string_view scope, std::string_view object,
                std::string_view body) {
    return request({{.kind = wire::Kind::kChange, .member = member}, scope, object, body});
  }
  /// The changes of a batch, without the list's brackets.
  Answer batch(std::uint64_t member, std::string_view scope, std::string_view object,
               std::string_view changes) {
    return change(member, scope, object, fmt::format(R"({{"changes":[{}]}})", changes));
  }
  Answer set(std::uint64_t member, std::string_view scope, std::string_view object,
             std::string_view key, std::string_view value) {
    return batch(member, scope, object,
                 fmt::format(R"({{"op":"set","key":"{}","value":{}}})", key, value));
  }
  Answer get(std::string_view scope, std::string_view object, std::string_view body = "") {
    return request({{.kind = wire::Kind::kGet}, scope, object, body});
  }
  Answer drop(std::string_view scope, std::string_view object) {
    return request({{.kind = wire::Kind::kDrop}, scope, object, {}});
  }
  Answer ask(std::uint64_t member, std::string_view scope, std::string_view body) {
    return request({{.kind = wire::Kind::kAsk, .member = member}, scope, {}, body});
  }
  Answer stat(std::string_view scope, std::string_view object = "", std::string_view body = "") {
    return request({{.kind = wire::Kind::kStat}, scope, object, body});
  }
  Answer list(std::string_view scope) {
    return request({{.kind = wire::Kind::kList}, scope, {}, {}});
  }
  Answer members(std::string_view scope) {
    return request({{.kind = wire::Kind::kMembers}, scope, {}, {}});
  }
  Answer emit(std::uint64_t member, std::string_view scope, std::string_view name,
              std::string_view body) {
    return request({{.kind = wire::Kind::kEmit, .member = member}, scope, name, body});
  }
  Answer publish(std::uint64_t member, std::string_view stream, std::string_view body = "") {
    return request({{.kind = wire::Kind::kPublish, .member = member}, stream, {}, body});
  }
  Answer unpublish(std::uint64_t member, std::string_view stream) {
    return request({{.kind = wire::Kind::kUnpublish, .member = member}, stream, {}, {}});
  }
  Answer meta(std::string_view stream, std::string_view body) {
    return request({{.kind = wire::Kind::kMeta}, stream, {}, body});
  }
  Answer time(std::uint64_t member, std::string_view stream, std::string_view body) {
    return request({{.kind = wire::Kind::kTime, .member = member}, stream, {}, body});
  }
  Answer rates(std::uint64_t member, std::string_view stream, std::string_view body) {
    return request({{.kind = wire::Kind::kRates, .member = member}, stream, {}, body});
  }
  Answer follow(std::string_view stream, std::string_view body = "") {
    return request({{.kind = wire::Kind::kFollow}, stream, {}, body});
  }
  Answer unfollow(std::string_view stream) {
    return request({{.kind = wire::Kind::kUnfollow}, stream, {}, {}});
  }
  Answer serve(std::string_view scope, std::string_view method, std::string_view body = "") {
    return request({{.kind = wire::Kind::kServe}, scope, method, body});
  }
  Answer unserve(std::string_view scope, std::string_view method) {
    return request({{.kind = wire::Kind::kUnserve}, scope, method, {}});
  }
  /// "" while it is under way; then answers() has how it ends.
  Answer call(std::uint64_t member, std::string_view scope, std::string_view method,
              std::string_view body = "") {
    return request({{.kind = wire::Kind::kCall, .member = member}, scope, method, body});
  }
  Answer result(std::string_view body, std::uint64_t member = 0) {
    return request({{.kind = wire::Kind::kResult, .member = member}, {}, {}, body});
  }
  Answer kick(std::string_view body) {
    return request({{.kind = wire::Kind::kKick}, {}, {}, body});
  }

  /// The answers to calls since the last time, each "number of the request: text".
  Lines answers() { return std::exchange(answers_, {}); }

  /// The names of the scope's objects, in the order of its listing.
  std::vector<std::string> object_names(std::string_view scope);

  /// The events since the last call, brief.
  Lines events();
  /// The same as they came.
  std::vector<wire::Frame> frames() { return std::exchange(inbox_, {}); }

  /// How others know a member of this tool.
  [[nodiscard]] std::string member(std::uint64_t number) const {
    return wire::to_text(wire::MemberId{incarnation_, number});
  }
  [[nodiscard]] hub::ToolId id() const { return id_; }

  std::string refusal;  // the body of the last one

 private:
  friend class HubTest;

  HubTest& hub_;
  hub::ToolId id_;
  std::string name_;
  std::uint64_t incarnation_;
  std::uint32_t requests_ = 0;
  std::vector<wire::Frame> inbox_;
  Lines answers_;
  std::set<std::uint32_t> calling_;  // requests that were not answered at once
};

/// A hub, a clock, and tools: what a transport does, without one. Every frame that leaves is
/// written as bytes, so what cannot be sent is found.
///
///     HubTest hub;
///     TestTool& a = hub.tool("a");
///     a.join(1, "/chat/room1");
///     CHECK(a.events() == Lines{});
class HubTest {
 public:
  explicit HubTest(hub::Options options = {}) : options_(std::move(options)) { restart(); }

  /// A tool that has said hello.
  TestTool& tool(std::string name, std::string_view claims = "") {
    TestTool& added = stranger(std::move(name));
    const Answer hello = added.hello(claims);
    REQUIRE_MESSAGE(hello.ok, hello.text);
    return added;
  }
  /// A connection that has not.
  TestTool& stranger(std::string name) {
    const auto id = hub::ToolId{static_cast<std::uint32_t>(tools_.size() + 1)};
    return tools_.emplace_back(*this, id, std::move(name), 0xA0 + tools_.size());
  }
  /// Another connection of the same tool.
  TestTool& reconnected(const TestTool& tool) {
    const auto id = hub::ToolId{static_cast<std::uint32_t>(tools_.size() + 1)};
    return tools_.emplace_back(*this, id, tool.name_, tool.incarnation_);
  }

  /// The hub dies and another starts: same tools, nothing known.
  void restart() {
    hub_ = std::make_unique<hub::Hub>(options_,
                                      hub::Sources{++incarnation_, [this] { return ++epochs_; },
                                                   [this] { return WallMillis{wall}; }});
  }

  /// Time passes; the hub is woken when it asked to be.
  void pass(Millis time) {
    const TimePoint end = now + time;
    for (auto due = hub_->deadline(); due && *due <= end; due = hub_->deadline()) {
      REQUIRE_MESSAGE(*due >= woken_, "the hub asks for the past");
      now = std::max(now, *due);
      woken_ = now;
      tick();
      const auto next = hub_->deadline();
      REQUIRE_MESSAGE((!next || *next > now), "the hub is never done");
    }
    now = end;
  }
  void tick() {
    hub::Effects effects;
    hub_->tick(now, effects);
    deliver(effects, {}, 0);
  }
  /// What a store has of an earlier hub.
  std::string restore(const hub::StoredObject& stored) {
    const auto restored = hub_->restore(stored, now);
    return restored ? "ok" : restored.error().text;
  }
  /// The store could not take a record of the object.
  void revert(hub::StoreId id, const std::optional<hub::StoredObject>& stored, bool shown) {
    hub::Effects effects;
    hub_->revert(id, stored, shown, now, effects);
    deliver(effects, {}, 0);
  }
  void set_policy(policy::Policy::Tables tables) {
    policy_ = std::make_shared<const policy::Policy>(std::move(tables));
    hub::Effects effects;
    hub_->set_policy(policy_, now, effects);
    deliver(effects, {}, 0);
  }
  /// What a request of the tool would do.
  hub::Intent examine(const TestTool& from, const wire::FrameView& frame) {
    return hub_->examine(from.id(), frame);
  }
  /// Somebody else refuses the request.
  Answer turn_down(TestTool& from, const wire::FrameView& frame, policy::Action action);
  /// An edited request.
  Answer edited(TestTool& from, const wire::FrameView& frame);
  void watch(policy::Topics topics) { hub_->watch(topics); }
  /// What those who watch were told, since the last call: the bodies.
  Lines seen() { return std::exchange(seen_, {}); }
  /// What is to be stored, since the last call.
  std::vector<hub::Record> records() { return std::exchange(records_, {}); }
  /// The tools that the hub let go, since the last call.
  std::vector<hub::ToolId> gone() { return std::exchange(gone_, {}); }

  TimePoint now{Seconds{1000}};
  std::int64_t wall = 1'700'000'000'000;

 private:
  friend class TestTool;

  Answer apply(TestTool& from, const wire::FrameView& frame);
  Answer deliver(hub::Effects& effects, hub::ToolId asker, std::uint32_t request);
  TestTool& find(hub::ToolId id) { return tools_.at(static_cast<std::uint32_t>(id) - 1); }
  static Answer read_answer(const wire::Frame& frame);

  hub::Options options_;
  std::unique_ptr<hub::Hub> hub_;
  std::deque<TestTool> tools_;
  std::shared_ptr<const policy::Policy> policy_;
  std::string refusal_;
  std::vector<hub::ToolId> gone_;
  std::vector<hub::Record> records_;
  Lines seen_;
  std::vector<wire::Frame> unasked_;  // replies to requests of number 0
  std::uint64_t incarnation_ = 0;
  std::uint64_t epochs_ = 0;
  TimePoint woken_{};
};

inline Answer TestTool::request(wire::FrameView frame) {
  if (frame.header.request == 0) frame.header.request = ++requests_;
  return hub_.apply(*this, frame);
}

inline std::vector<wire::Frame> TestTool::silent(const wire::FrameView& frame) {
  const std::size_t before = hub_.unasked_.size();
  hub_.apply(*this, frame);
  return {hub_.unasked_.begin() + static_cast<std::ptrdiff_t>(before), hub_.unasked_.end()};
}

inline Answer TestTool::hello(std::string_view claims) {
  const std::string body = fmt::format(R"({{"tool":"{}","incarnation":"{:016x}"{}{}}})", name_,
                                       incarnation_, claims.empty() ? "" : R"(,"claims":)", claims);
  return request({{.kind = wire::Kind::kHello}, {}, {}, body});
}

inline std::vector<std::string> TestTool::object_names(std::string_view scope) {
  json::Parser parser;
  const Answer listing = list(scope);
  std::vector<std::string> names;
  const json::Array objects =
      json::member(parser.parse(listing.text).value(), "objects")->get_array().value();
  for (const json::Element object : objects) {
    names.emplace_back(json::text(object, "name").value());
  }
  return names;
}

inline Lines TestTool::events() {
  Lines lines;
  for (const wire::Frame& frame : frames()) {
    std::string line = brief(frame.body);
    for (const TestTool& tool : hub_.tools_) {
      const std::string id = wire::hex64(tool.incarnation_);
      for (auto at = line.find(id); at != std::string::npos; at = line.find(id)) {
        line.replace(at, id.size(), tool.name_);
      }
    }
    lines.push_back(line);
  }
  return lines;
}

inline Answer HubTest::apply(TestTool& from, const wire::FrameView& frame) {
  hub::Effects effects;
  hub_->apply(from.id_, frame, now, effects);
  Answer answer = deliver(effects, from.id_, frame.header.request);
  if (!answer.ok) from.refusal = std::exchange(refusal_, {});
  if (frame.header.request == 0) return answer;
  const bool waits =
      frame.header.kind == wire::Kind::kCall || frame.header.kind == wire::Kind::kEmit;
  if (waits && answer.header.kind == wire::Kind{}) {
    from.calling_.insert(frame.header.request);
    return answer;
  }
  CHECK(answer.header.member == frame.header.member);
  return answer;
}

inline Answer HubTest::turn_down(TestTool& from, const wire::FrameView& frame,
                                 policy::Action action) {
  hub::Effects effects;
  hub_->turn_down(from.id_, frame, {{hub::Why::kDenied, "not this"}, action}, now, effects);
  Answer answer = deliver(effects, from.id_, frame.header.request);
  if (!answer.ok) from.refusal = std::exchange(refusal_, {});
  return answer;
}

inline Answer HubTest::edited(TestTool& from, const wire::FrameView& frame) {
  hub::Effects effects;
  hub_->apply(from.id_, frame, now, effects, hub::Hub::Wording::kEdited);
  return deliver(effects, from.id_, frame.header.request);
}

inline Answer HubTest::deliver(hub::Effects& effects, hub::ToolId asker, std::uint32_t request) {
  Answer answer;
  for (std::size_t i = 0; i < effects.sends.size(); ++i) {
    hub::Send& send = effects.sends[i];
    REQUIRE(!send.to.empty());
    Bytes bytes;
    wire::write_frame(send.frame.view(), bytes);
    if (wire::is_reply(send.frame.header.kind)) {
      REQUIRE(send.to.size() == 1);
      TestTool& to = find(send.to.front());
      if (to.calling_.erase(send.frame.header.request) > 0) {
        to.answers_.push_back(
            fmt::format("{}: {}", send.frame.header.request, read_answer(send.frame).text));
        continue;
      }
      CHECK(i == 0);
      CHECK(send.to == std::vector{asker});
      CHECK(send.frame.header.request == request);
      answer = read_answer(send.frame);
      if (!answer.ok) refusal_ = send.frame.body;
      if (request == 0) unasked_.push_back(send.frame);
      continue;
    }
    REQUIRE(wire::is_event(send.frame.header.kind));
    REQUIRE(send.origin);
    for (const hub::ToolId to : send.to) {
      wire::Frame& got = find(to).inbox_.emplace_back(send.frame);
      if (to != *send.origin) got.header.member = 0;
    }
  }
  for (const hub::Observation& each : effects.seen) seen_.push_back(each.body);
  gone_.insert(gone_.end(), effects.gone.begin(), effects.gone.end());
  std::move(effects.records.begin(), effects.records.end(), std::back_inserter(records_));
  return answer;
}

inline Answer HubTest::read_answer(const wire::Frame& frame) {
  const bool ok = frame.header.kind == wire::Kind::kDone;
  if (ok) return {true, frame.body.empty() ? "ok" : frame.body, frame.header};
  json::Parser parser;
  const auto body = parser.parse(frame.body);
  const auto error = json::member(body.value(), "error").value();
  return {false,
          fmt::format("{}: {}", json::text(error, "code").value(),
                      json::text(error, "message").value()),
          frame.header};
}

}  // namespace so::test
