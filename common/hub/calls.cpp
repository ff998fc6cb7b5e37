#include "hub/calls.h"

namespace so::hub {
namespace {

template <class Counts, class Key>
std::size_t count_of(const Counts& counts, const Key& key) {
  const auto at = counts.find(key);
  return at == counts.end() ? 0 : at->second;
}

template <class Counts, class Key>
void count_down(Counts& counts, const Key& key) {
  const auto at = counts.find(key);
  if (--at->second == 0) counts.erase(at);
}

}  // namespace

Calls::Key Calls::callee_key(const OpenCall& call) {
  return {call.callee.tool, call.callee.member, call.number};
}

Calls::Key Calls::caller_key(const OpenCall& call) {
  return {call.caller, call.member, call.number};
}

std::uint64_t Calls::add(OpenCall call, TimePoint due) {
  call.number = ++last_;
  by_callee_.insert(callee_key(call));
  by_caller_.insert(caller_key(call));
  ++counts_[call.caller];
  ++member_counts_[{call.caller, call.member}];
  timers_.arm(calls_.emplace(last_, call).first->second, due);
  return last_;
}

const OpenCall* Calls::find(std::uint64_t number) const {
  const auto at = calls_.find(number);
  return at == calls_.end() ? nullptr : &at->second;
}

OpenCall Calls::take(std::uint64_t number) {
  OpenCall& call = calls_.at(number);
  timers_.disarm(call);
  by_callee_.erase(callee_key(call));
  by_caller_.erase(caller_key(call));
  count_down(counts_, call.caller);
  count_down(member_counts_, std::pair{call.caller, call.member});
  return calls_.extract(number).mapped();
}

std::vector<std::uint64_t> Calls::to(ToolId tool, std::optional<std::uint64_t> member) const {
  std::vector<std::uint64_t> numbers;
  for (auto at = by_callee_.lower_bound({tool, member.value_or(0), 0}); at != by_callee_.end();
       ++at) {
    const auto [to, number_of_member, call] = *at;
    if (to != tool || (member && number_of_member != *member)) break;
    numbers.push_back(call);
  }
  return numbers;
}

void Calls::forget(ToolId caller) {
  for (auto at = by_caller_.lower_bound({caller, 0, 0});
       at != by_caller_.end() && std::get<ToolId>(*at) == caller;
       at = by_caller_.lower_bound({caller, 0, 0})) {
    take(std::get<2>(*at));
  }
}

std::size_t Calls::count(ToolId caller) const {
  return count_of(counts_, caller);
}

std::size_t Calls::count(ToolId caller, std::uint64_t member) const {
  return count_of(member_counts_, std::pair{caller, member});
}

std::optional<OpenCall> Calls::take_due(TimePoint now) {
  const OpenCall* call = timers_.take(now);
  if (call == nullptr) return std::nullopt;
  return take(call->number);
}

}  // namespace so::hub
