#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>

#include "base/result.h"
#include "base/time.h"
#include "hub/counters.h"
#include "hub/effects.h"
#include "hub/intent.h"
#include "hub/options.h"
#include "hub/records.h"
#include "hub/refusal.h"
#include "policy/policy.h"
#include "wire/frame.h"

namespace so::hub {

/// What the hub must be given because it has no world of its own.
struct Sources {
  std::uint64_t incarnation = 0;          // random, new with every start
  std::function<std::uint64_t()> random;  // epochs; never zero
  std::function<WallMillis()> wall;  // when things began, and metadata that came without a time
};

/// The authority: scopes, members, shared objects, streams, metadata, leases. A state machine
/// without socket, clock, thread or file: so-hub wraps it with ZeroMQ, ws-gateway --standalone with
/// nothing. What a request means is in man/scopewire-bus.7. Every bound is in Options; reaching one
/// refuses the request by name. Nothing a tool sends is more than refused.
class Hub {
 public:
  Hub(Options options, Sources sources);
  ~Hub();
  Hub(const Hub&) = delete;
  Hub& operator=(const Hub&) = delete;
  Hub(Hub&&) = delete;
  Hub& operator=(Hub&&) = delete;

  /// Applies one request of a tool. All effects of one request are appended together, the reply
  /// first, so nothing of another request comes between a reply and its event. The frame is only
  /// borrowed. `now` never goes back from one call to the next.
  /// What is edited is not what its author believes: of a change it hears as all others do.
  enum class Wording { kAsSent, kEdited };
  void apply(ToolId from, const wire::FrameView& request, TimePoint now, Effects& out,
             Wording wording = Wording::kAsSent);

  /// What the request would do. Nothing, where the hub would refuse it, and where the operator
  /// asks. Changes nothing.
  [[nodiscard]] Intent examine(ToolId from, const wire::FrameView& request);
  /// Whether the member that asks is in the scope of the request.
  [[nodiscard]] bool is_inside(ToolId from, const wire::FrameView& request) const;
  /// Whether the member has what the request, a leave, release, unpublish or unregister, takes
  /// back.
  [[nodiscard]] bool has(ToolId from, const wire::FrameView& undo) const;
  /// Why somebody else, a hook, refuses a request, and what that is about.
  struct Denial {
    Refusal refusal;
    policy::Action action{};
  };
  /// Answers the request with that. A refusal that is kDenied comes as the policy's do, with the
  /// values that the author must believe again.
  void turn_down(ToolId from, const wire::FrameView& request, const Denial& why, TimePoint now,
                 Effects& out);

  /// What Effects::seen is to have from now on; nothing at first.
  void watch(policy::Topics topics);

  /// When tick() wants to be called: leases, lingering objects, rooms kept alive. nullopt: nothing
  /// waits. Calling early or late is harmless.
  [[nodiscard]] std::optional<TimePoint> deadline() const;
  void tick(TimePoint now, Effects& out);

  /// What there is and what has been done, of all.
  [[nodiscard]] Totals totals() const;

  /// Who may do what from now on; nullptr: everybody everything. Members that are connected stay,
  /// objects that are there too. The first policy comes after restore().
  void set_policy(std::shared_ptr<const policy::Policy> policy, TimePoint now, Effects& out);

  /// What the store has from an earlier hub, before the first apply(). A refusal leaves that object
  /// out: its application is not configured any more, or a bound is reached.
  Outcome<void> restore(const StoredObject& stored, TimePoint now);
  /// The store could not take a record of the object: it is what the store has; nullopt: there is
  /// none, and nobody uses it. Where somebody was shown what is undone it has another epoch, and
  /// its users are told to look again.
  void revert(StoreId id, const std::optional<StoredObject>& stored, bool shown, TimePoint now,
              Effects& out);

 private:
  class State;
  std::unique_ptr<State> state_;
};

/// The answer to bytes that wire::read_frame() refused, for the tool that sent them: an error with
/// request 0, its code `version` for another version of the protocol, else `bad_request`.
wire::Frame malformed(const Error& error);

/// The answer in place of the reply, when the store could not take what the request did.
wire::Frame not_stored(const wire::Frame& reply, std::string_view why);

}  // namespace so::hub
