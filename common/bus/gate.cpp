#include "bus/gate.h"

#include <algorithm>
#include <array>

#include <fmt/format.h>

#include "base/log.h"
#include "bus/question.h"
#include "wire/path.h"

namespace so::bus {

using hub::Deed;
using hub::ToolId;
using policy::Action;
using policy::Actions;
using wire::Kind;

namespace {

constexpr std::size_t kOverhead = 256;  // of a request that waits
constexpr std::size_t kShown = 200;     // bytes of an answer in the log

Actions actions_of(Kind kind) {
  static const std::map<Kind, Actions> all{
      {Kind::kJoin, Actions{Action::kConnect, Action::kCreate}},
      {Kind::kUse, Actions{Action::kCreate}},
      {Kind::kChange, Actions{Action::kCreate, Action::kWrite, Action::kDelete, Action::kSend}},
      {Kind::kPublish, Actions{Action::kPublish}},
      {Kind::kHistory, Actions{Action::kPlay}},
      {Kind::kAsk, Actions{Action::kPlay}}};
  const auto at = all.find(kind);
  return at == all.end() ? Actions{} : at->second;
}

// A batch is one thing, whatever is in it.
Action thing(Action action) {
  return action == Action::kDelete || action == Action::kSend ? Action::kWrite : action;
}

bool matches(const policy::Hook& hook, const Deed& deed) {
  if (!hook.on.has(deed.action) || !hook.scope.matches(deed.scope)) return false;
  return !hook.object || (deed.object && hook.object->matches(*deed.object));
}

std::string what(const Deed& deed) {
  std::string text{policy::to_text(deed.action)};
  if (deed.object && !deed.object->empty()) text += " of " + *deed.object;
  if (!deed.stream.empty()) return text + " of " + deed.stream;
  return text + (deed.action == Action::kConnect ? " to " : " in ") + deed.scope;
}

std::size_t bytes_of(const wire::FrameView& frame) {
  return kOverhead + frame.scope.size() + frame.name.size() + frame.body.size();
}

// What may be done in a scope without having joined it, by those who might.
bool may_come_from_outside(Kind kind) {
  constexpr std::array kAll{Kind::kChange,  Kind::kGet,  Kind::kDrop, Kind::kList,
                            Kind::kMembers, Kind::kStat, Kind::kEmit, Kind::kCall};
  return std::find(kAll.begin(), kAll.end(), kind) != kAll.end();
}

struct Undo {
  Kind kind;
  Kind of;
};
constexpr std::array kUndos{Undo{Kind::kLeave, Kind::kJoin}, Undo{Kind::kRelease, Kind::kUse},
                            Undo{Kind::kUnpublish, Kind::kPublish},
                            Undo{Kind::kUnregister, Kind::kRegister}};

// What it takes back; nullopt: nothing.
std::optional<Kind> undone_by(Kind kind) {
  const auto* const at = std::find_if(kUndos.begin(), kUndos.end(),
                                      [&](const Undo& each) { return each.kind == kind; });
  return at == kUndos.end() ? std::nullopt : std::optional{at->of};
}

bool same_thing(const wire::FrameView& a, const wire::FrameView& b) {
  return a.scope == b.scope && a.name == b.name;
}

// What a tool says of itself never waits, nor what somebody else waits for: it may be a hook's.
bool never_waits(Kind kind) {
  return kind == Kind::kHello || kind == Kind::kBeat || kind == Kind::kBye || kind == Kind::kResult;
}

}  // namespace

void Gate::set(std::vector<Entry> entries, TimePoint now) {
  std::vector<Key> keys;
  for (auto& [key, lane] : lanes_) {
    close_lane(lane);
    lane.requests.front().asked.clear();
    keys.push_back(key);
  }
  entries_ = std::move(entries);
  actions_ = {};
  for (const Entry& each : entries_) actions_.add(each.hook.on);
  for (const Key& key : keys) advance(key, now);
}

bool Gate::take(ToolId from, const wire::FrameView& request, TimePoint now) {
  const auto key = lane_of(from, request);
  if (!key) return false;
  if (request.header.kind == Kind::kLeave && request.scope == "/") {
    give_up(*key);
    return false;
  }
  const auto lane = lanes_.find(*key);
  const bool behind = lane != lanes_.end();
  if (!behind && !concerns(from, request)) return false;
  const std::size_t before = behind ? lane->second.requests.size() : 0;
  const bool full = before >= limits_.of_member || requests_ >= limits_.requests ||
                    bytes_ + bytes_of(request) > limits_.bytes;
  if (full && !(behind && must_wait(from, request, lane->second))) {
    handlers_.turn_down(
        from, request,
        {{hub::Why::kLimit, "too many requests wait for hooks already"}, Action::kConnect});
    return true;
  }
  park(*key, request);
  if (!behind) advance(*key, now);
  return true;
}

// What is to be taken back would stay for ever if that were refused. It waits once for each thing
// that the member has, or asks for in line: both have bounds.
bool Gate::must_wait(ToolId from, const wire::FrameView& request, const Lane& lane) const {
  const Kind kind = request.header.kind;
  const auto undone = undone_by(kind);
  if (!undone) return false;
  bool there = hub_.has(from, request);
  for (const Waiting& each : lane.requests) {
    const wire::FrameView before = each.request.view();
    const bool is_it = kind == Kind::kLeave ? wire::is_within(before.scope, request.scope)
                                            : same_thing(before, request);
    if (before.header.kind == *undone && is_it) there = true;
    if (before.header.kind == kind && same_thing(before, request)) there = false;
  }
  return there;
}

// Whether a hook might have to decide it.
bool Gate::concerns(ToolId from, const wire::FrameView& request) const {
  const Kind kind = request.header.kind;
  const bool from_outside = actions_.has(Action::kConnect) && may_come_from_outside(kind) &&
                            !hub_.is_inside(from, request);
  if (from_outside) return true;
  const Actions actions = actions_of(kind);
  if (actions_.both(actions).empty()) return false;
  if (kind == Kind::kJoin || kind == Kind::kPublish || kind == Kind::kHistory) return true;
  return std::any_of(entries_.begin(), entries_.end(), [&](const Entry& each) {
    return !each.hook.on.both(actions).empty() && each.hook.scope.matches(request.scope) &&
           (!each.hook.object || each.hook.object->matches(request.name));
  });
}

// Where the request has its place in line; nullopt: it never waits. Of the tool itself only what is
// done to objects and seen of scopes is in line, and questions stand alone.
std::optional<Gate::Key> Gate::lane_of(ToolId from, const wire::FrameView& request) {
  const Kind kind = request.header.kind;
  if (never_waits(kind)) return std::nullopt;
  if (request.header.member != 0) return Key{from, request.header.member};
  if (kind == Kind::kAsk) return Key{from, 0, ++last_ticket_};
  const bool in_line = kind == Kind::kChange || kind == Kind::kUse || kind == Kind::kRelease ||
                       kind == Kind::kGet || kind == Kind::kDrop || kind == Kind::kList ||
                       kind == Kind::kMembers || kind == Kind::kStat;
  return in_line ? std::optional{Key{from, 0}} : std::nullopt;
}

void Gate::park(const Key& key, const wire::FrameView& request) {
  const std::size_t bytes = bytes_of(request);
  lanes_[key].requests.push_back({wire::Frame::copy(request), bytes});
  ++requests_;
  bytes_ += bytes;
}

void Gate::advance(const Key& key, TimePoint now) {
  for (auto at = lanes_.find(key); at != lanes_.end(); at = lanes_.find(key)) {
    Denial denial;
    const Step step = ask(key, at->second, now, denial);
    if (step == Step::kWait) return;
    if (step == Step::kRefuse) {
      turn_down_first(key, denial);
      continue;
    }
    const Waiting first = take_first(at);
    handlers_.admit(key.tool, first.request.view(), first.wording);
  }
}

// Asks the next hook, if one is left that has not been asked.
Gate::Step Gate::ask(const Key& key, Lane& lane, TimePoint now, Denial& denial) {
  Waiting& first = lane.requests.front();
  const hub::Intent intent = hub_.examine(key.tool, first.request.view());
  for (std::size_t i = 0; i < entries_.size(); ++i) {
    const Entry& entry = entries_[i];
    for (const Deed& deed : intent.deeds) {
      if (!matches(entry.hook, deed) || !first.asked.emplace(i, thing(deed.action)).second)
        continue;
      const std::uint64_t ticket = ++last_ticket_;
      if (entry.decider->ask(ticket, deed.scope, question(ticket, intent, deed))) {
        const TimePoint due = now + entry.hook.timeout;
        open_.emplace(ticket, Open{key, i, deed, intent.changes, due});
        due_.emplace(due, ticket);
        lane.ticket = ticket;
        return Step::kWait;
      }
      ++counters_.failed;
      if (entry.hook.allow_on_failure) continue;
      denial = failure(i, deed);
      return Step::kRefuse;
    }
  }
  return Step::kAdmit;
}

void Gate::answer(std::uint64_t ticket, const Answer& answer, TimePoint now) {
  const auto open = close(ticket);
  if (!open) return;
  Lane& lane = lanes_.at(open->lane);
  lane.ticket = 0;
  if (answer.verdict == Answer::Verdict::kFailed) {
    ++counters_.failed;
    return fail_question(*open, now);
  }
  if (answer.verdict == Answer::Verdict::kRefuse) {
    ++counters_.refused;
    const policy::Hook& hook = entries_[open->entry].hook;
    std::string text = answer.reason;
    if (text.empty())
      text = fmt::format("{} is denied (hook, line {})", what(open->deed), hook.line);
    turn_down_first(open->lane, {{hub::Why::kDenied, std::move(text)}, open->deed.action});
    return advance(open->lane, now);
  }
  if (auto good = edit(lane.requests.front(), *open, answer.changes); !good) {
    ++counters_.failed;
    log::warn("the hook of line {} has changes that cannot be made: {}",
              entries_[open->entry].hook.line, good.error().text);
    return fail_question(*open, now);
  }
  ++counters_.allowed;
  advance(open->lane, now);
}

// What the hub would refuse stays as it was.
Status Gate::edit(Waiting& waiting, const Open& open, const std::string& changes) {
  if (changes.empty() || open.changes.empty() || changes == open.changes) return {};
  auto body = with_changes(waiting.request.body, changes);
  if (!body) return fail(body.error());
  waiting.request.body.swap(*body);
  if (hub_.examine(open.lane.tool, waiting.request.view()).deeds.empty()) {
    waiting.request.body.swap(*body);
    return fail(Code::kPeer, changes.substr(0, kShown));
  }
  waiting.wording = hub::Hub::Wording::kEdited;
  return {};
}

void Gate::fail_question(const Open& open, TimePoint now) {
  if (!entries_[open.entry].hook.allow_on_failure) {
    turn_down_first(open.lane, failure(open.entry, open.deed));
  }
  advance(open.lane, now);
}

Gate::Denial Gate::failure(std::size_t entry, const Deed& deed) const {
  return {{hub::Why::kDenied, fmt::format("{} could not be decided (hook, line {})", what(deed),
                                          entries_[entry].hook.line)},
          deed.action};
}

// Nobody asks any more: neither the hook nor whoever is behind is to go on with it.
Gate::Lane Gate::take_lane(Lanes::iterator at) {
  Lane lane = std::move(at->second);
  lanes_.erase(at);
  close_lane(lane);
  for (const Waiting& each : lane.requests) bytes_ -= each.bytes;
  requests_ -= lane.requests.size();
  return lane;
}

void Gate::forget(ToolId tool) {
  for (auto at = lanes_.lower_bound(Key{tool}); at != lanes_.end() && at->first.tool == tool;) {
    (void)take_lane(at++);
  }
}

void Gate::give_up(const Key& key) {
  const auto at = lanes_.find(key);
  if (at == lanes_.end()) return;
  const Lane over = take_lane(at);
  for (const Waiting& each : over.requests) {
    handlers_.turn_down(key.tool, each.request.view(),
                        {{hub::Why::kGone, "the member has left"}, Action::kConnect});
  }
}

std::optional<TimePoint> Gate::deadline() const {
  if (due_.empty()) return std::nullopt;
  return due_.begin()->first;
}

void Gate::tick(TimePoint now) {
  while (!due_.empty() && due_.begin()->first <= now) {
    const std::uint64_t ticket = due_.begin()->second;
    const auto open = close(ticket);
    lanes_.at(open->lane).ticket = 0;
    ++counters_.late;
    entries_[open->entry].decider->forget(ticket, true);
    fail_question(*open, now);
  }
}

std::optional<Gate::Open> Gate::close(std::uint64_t ticket) {
  auto node = open_.extract(ticket);
  if (node.empty()) return std::nullopt;
  due_.erase({node.mapped().due, ticket});
  return std::move(node.mapped());
}

void Gate::close_lane(Lane& lane) {
  const std::uint64_t ticket = std::exchange(lane.ticket, 0);
  if (const auto open = close(ticket)) entries_[open->entry].decider->forget(ticket, false);
}

// An empty lane ends: the member's next request need not wait.
Gate::Waiting Gate::take_first(Lanes::iterator at) {
  std::deque<Waiting>& requests = at->second.requests;
  Waiting first = std::move(requests.front());
  requests.pop_front();
  if (requests.empty()) lanes_.erase(at);
  --requests_;
  bytes_ -= first.bytes;
  return first;
}

void Gate::turn_down_first(const Key& key, const Denial& denial) {
  const Waiting first = take_first(lanes_.find(key));
  handlers_.turn_down(key.tool, first.request.view(), denial);
}

}  // namespace so::bus
