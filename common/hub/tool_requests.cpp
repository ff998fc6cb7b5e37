#include <algorithm>
#include <vector>

#include <fmt/format.h>

#include "hub/requests.h"
#include "hub/state.h"

namespace so::hub {

// An incarnation has one connection. The same hello again on the same connection is a beat.
Outcome<Hub::State::Reply> Hub::State::hello(ToolId from, json::Element body, TimePoint now,
                                             Effects& out) {
  const auto hello = Hello::read(body, options_);
  if (!hello) return fail(hello.error());
  const auto other = std::find_if(tools_.begin(), tools_.end(), [&](const auto& each) {
    return each.first != from && each.second.incarnation == hello->incarnation;
  });
  auto own = tools_.find(from);
  if (own == tools_.end() && other == tools_.end() && tools_.size() >= options_.tools) {
    return refuse(Why::kLimit, fmt::format("tools: {} is the limit", options_.tools));
  }
  if (other != tools_.end()) {
    out.gone.push_back(other->first);
    end(other->second, now, out);
  }
  if (own != tools_.end() && own->second.incarnation != hello->incarnation) {
    end(own->second, now, out);
    own = tools_.end();
  }
  if (own == tools_.end()) {
    tools_.emplace(from, Tool{from, hello->incarnation, now + options_.lease, hello->claims, {}});
  }
  constexpr int kBeatsOfLease = 3;
  return Reply{fmt::format(R"({{"hub":"{:016x}","beat":{},"lease":{}}})", sources_.incarnation,
                           Millis{options_.lease}.count() / kBeatsOfLease,
                           Millis{options_.lease}.count())};
}

Hub::State::Reply Hub::State::bye(const Call& call) {
  call.out.gone.push_back(call.tool.id);
  end(call.tool, call.now, call.out);
  return {};
}

// First the tool stops listening, then its members leave: it does not hear its own end.
void Hub::State::end(Tool& tool, TimePoint now, Effects& out) {
  follows_.remove_all(tool.id);
  methods_.remove_all(tool.id);
  calls_.forget(tool.id);
  end_calls_to(tool.id, std::nullopt, out);
  std::vector<std::uint64_t> numbers;
  for (auto& [number, member] : tool.members) {
    numbers.push_back(number);
    for (Scope* scope : member.scopes) watch(member, *scope, false);
  }
  std::sort(numbers.begin(), numbers.end());
  for (const std::uint64_t number : numbers) {
    leave_all_within(tool.members.at(number), "/", now, out);
    mailboxes_.remove_all({tool.incarnation, number}, now);
  }
  mailboxes_.remove_all({tool.incarnation, 0}, now);
  tools_.erase(tool.id);
}

}  // namespace so::hub
