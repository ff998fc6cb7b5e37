#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <tuple>
#include <utility>
#include <vector>

#include "hub/effects.h"
#include "hub/timers.h"

namespace so::hub {

/// Who is to answer a call: a member of a tool, or, with number 0, the tool itself.
struct Callee {
  ToolId tool{};
  std::uint64_t member = 0;
};

/// A call that nobody has answered yet. Its arguments are with the callee.
struct OpenCall : Timed {  // waits until nobody waits for its result any more
  std::uint64_t number = 0;
  Callee callee;
  ToolId caller{};
  std::uint64_t member = 0;   // of the caller's
  std::uint32_t request = 0;  // of the caller's; 0: no reply wanted
};

/// The calls under way. Memory: each is bounded in size, their number by whoever asks counts first.
class Calls {
 public:
  /// A call without number and due time; they are answered with its number, never 0.
  std::uint64_t add(OpenCall call, TimePoint due);
  /// nullptr: it is over.
  [[nodiscard]] const OpenCall* find(std::uint64_t number) const;
  /// The call is over. It must be there.
  OpenCall take(std::uint64_t number);

  /// The numbers of all that a tool is to answer, or of those of one member (0: itself).
  [[nodiscard]] std::vector<std::uint64_t> to(ToolId tool,
                                              std::optional<std::uint64_t> member) const;
  /// Nobody waits any more for what this tool has called.
  void forget(ToolId caller);

  [[nodiscard]] std::size_t size() const { return calls_.size(); }
  [[nodiscard]] std::size_t count(ToolId caller) const;
  [[nodiscard]] std::size_t count(ToolId caller, std::uint64_t member) const;

  [[nodiscard]] std::optional<TimePoint> deadline() const { return timers_.next(); }
  /// One that is due by now, over.
  std::optional<OpenCall> take_due(TimePoint now);

 private:
  using Key = std::tuple<ToolId, std::uint64_t, std::uint64_t>;  // tool, its member, the call
  static Key callee_key(const OpenCall& call);
  static Key caller_key(const OpenCall& call);

  std::map<std::uint64_t, OpenCall> calls_;
  std::set<Key> by_callee_;
  std::set<Key> by_caller_;
  std::map<ToolId, std::size_t> counts_;  // by caller
  std::map<std::pair<ToolId, std::uint64_t>, std::size_t> member_counts_;
  Timers<OpenCall> timers_;
  std::uint64_t last_ = 0;
};

}  // namespace so::hub
