#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

#include "base/result.h"
#include "base/time.h"
#include "bus/decider.h"
#include "hub/hub.h"
#include "policy/hook.h"

namespace so::bus {

/// Stands in front of a hub and has hooks decide what its policy allows.
///
/// A request that a hook is to decide waits here for the answer, and all later ones of the same
/// member behind it, in their order; everybody else goes on. A hook is asked once for each request
/// and thing: connecting, creating, changing, publishing, playing. Who does something in a scope
/// without being in it connects to it, each time. All hooks that match are asked, in their order,
/// and the first refusal counts. Nobody is asked about what the hub refuses anyway.
///
/// What waits has a bound of each member and of all (requests, bytes); over it a request is refused
/// (`limit`), but for those that take back what the member has: leave, release, unpublish and
/// unregister. Who leaves everything goes at once, and what waits of it is refused (`gone`). What a
/// tool asked is forgotten with the tool.
class Gate {
 public:
  struct Limits {
    std::size_t of_member = 256;   // requests
    std::size_t requests = 65536;  // as many as a tool has in flight
    std::size_t bytes = std::size_t{64} << 20U;
  };
  /// A hook and who is asked for it.
  struct Entry {
    policy::Hook hook;
    Decider* decider = nullptr;
  };
  struct Handlers {
    /// May be applied.
    std::function<void(hub::ToolId, const wire::FrameView&, hub::Hub::Wording)> admit{};
    /// Is to be refused, see Hub::turn_down().
    std::function<void(hub::ToolId, const wire::FrameView&, const hub::Hub::Denial&)> turn_down{};
  };
  struct Counters {
    std::uint64_t allowed = 0;
    std::uint64_t refused = 0;
    std::uint64_t late = 0;    // no answer in time
    std::uint64_t failed = 0;  // nobody to ask, or no answer for another reason
  };

  /// The hub outlives the gate.
  Gate(hub::Hub& hub, Handlers handlers) : Gate(hub, std::move(handlers), Limits{}) {}
  Gate(hub::Hub& hub, Handlers handlers, Limits limits)
      : hub_(hub), handlers_(std::move(handlers)), limits_(limits) {}

  /// Other hooks from now on. Who was asked before is told to forget it, and what waits is asked
  /// anew; so both the deciders before and these must be there during the call.
  void set(std::vector<Entry> entries, TimePoint now);

  /// Takes the request in, and maybe admits it at once; false: it need not wait.
  bool take(hub::ToolId from, const wire::FrameView& request, TimePoint now);
  /// What a decider says. A ticket that nobody waits for is ignored.
  void answer(std::uint64_t ticket, const Answer& answer, TimePoint now);
  /// The tool is gone.
  void forget(hub::ToolId tool);

  /// When tick() wants to be called: the next question runs out of time.
  [[nodiscard]] std::optional<TimePoint> deadline() const;
  void tick(TimePoint now);

  [[nodiscard]] const Counters& counters() const { return counters_; }
  [[nodiscard]] std::size_t waiting() const { return requests_; }

 private:
  struct Key {
    hub::ToolId tool{};
    std::uint64_t member = 0;
    std::uint64_t alone = 0;  // of a request of the tool itself that nothing waits behind; else 0
    // NOLINTNEXTLINE(modernize-use-nullptr): clang-tidy 14 sees a 0 in what the compiler writes.
    auto operator<=>(const Key&) const = default;
  };
  struct Waiting {
    wire::Frame request;
    std::size_t bytes = 0;
    hub::Hub::Wording wording = hub::Hub::Wording::kAsSent;
    std::set<std::pair<std::size_t, policy::Action>> asked{};  // which entry, what about
  };
  struct Lane {
    std::deque<Waiting> requests;  // never empty; the first is being decided
    std::uint64_t ticket = 0;      // of the open question
  };
  using Lanes = std::map<Key, Lane>;
  struct Open {
    Key lane;
    std::size_t entry = 0;
    hub::Deed deed;
    std::string changes;  // that it was asked about
    TimePoint due;
  };
  using Denial = hub::Hub::Denial;
  /// What becomes of the first request of a lane: it waits for an answer, or is refused, or may be.
  enum class Step { kWait, kRefuse, kAdmit };

  [[nodiscard]] bool concerns(hub::ToolId from, const wire::FrameView& request) const;
  [[nodiscard]] std::optional<Key> lane_of(hub::ToolId from, const wire::FrameView& request);
  [[nodiscard]] bool must_wait(hub::ToolId from, const wire::FrameView& request,
                               const Lane& lane) const;
  void park(const Key& key, const wire::FrameView& request);
  void advance(const Key& key, TimePoint now);
  Step ask(const Key& key, Lane& lane, TimePoint now, Denial& denial);
  std::optional<Open> close(std::uint64_t ticket);
  void close_lane(Lane& lane);
  Lane take_lane(Lanes::iterator at);
  void give_up(const Key& key);
  Waiting take_first(Lanes::iterator at);
  void turn_down_first(const Key& key, const Denial& denial);
  [[nodiscard]] Denial failure(std::size_t entry, const hub::Deed& deed) const;
  void fail_question(const Open& open, TimePoint now);
  [[nodiscard]] Status edit(Waiting& waiting, const Open& open, const std::string& changes);

  hub::Hub& hub_;
  Handlers handlers_;
  Limits limits_;
  std::vector<Entry> entries_;
  policy::Actions actions_;  // of all entries
  Lanes lanes_;
  std::unordered_map<std::uint64_t, Open> open_;
  std::set<std::pair<TimePoint, std::uint64_t>> due_;
  std::uint64_t last_ticket_ = 0;
  std::size_t requests_ = 0;
  std::size_t bytes_ = 0;
  Counters counters_;
};

}  // namespace so::bus
