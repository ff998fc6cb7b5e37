#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <utility>
#include <vector>

#include "bus/gate.h"
#include "bus/http_decider.h"
#include "bus/method_decider.h"
#include "bus/observer.h"
#include "bus/process_decider.h"
#include "net/loop.h"

namespace so::bus {

/// The hooks of a hub: who decides, behind a Gate, and who watches. Their processes live as long as
/// it does.
class Hooks {
 public:
  struct Counters {
    Gate::Counters questions;
    std::size_t waiting = 0;     // requests
    std::uint64_t restarts = 0;  // of processes
    std::uint64_t missed = 0;    // events that those who watch were not told
  };

  /// The hub outlives its hooks. `request` takes requests of kHookTool to it; `changed` is called
  /// when deadline() may have.
  Hooks(net::Loop& loop, hub::Hub& hub, Gate::Handlers handlers, MethodDecider::Request request,
        std::function<void()> changed);

  /// Other hooks from now on. A process whose command is still among them goes on.
  void set(const std::vector<policy::Hook>& hooks);

  bool take(hub::ToolId from, const wire::FrameView& request) {
    return gate_.take(from, request, loop_->now());
  }
  void forget(hub::ToolId tool) { gate_.forget(tool); }
  void see(const std::vector<hub::Observation>& seen);
  /// What the hub says to kHookTool.
  void hear(wire::Frame frame) { methods_.hear(std::move(frame)); }

  [[nodiscard]] std::optional<TimePoint> deadline() const { return gate_.deadline(); }
  void tick() { gate_.tick(loop_->now()); }

  [[nodiscard]] Counters counters() const;

 private:
  std::unique_ptr<Companion> start(const policy::Hook& hook);
  Decider::Tell tell();

  net::Loop* loop_;
  hub::Hub& hub_;
  std::function<void()> changed_;
  MethodDecider methods_;
  std::vector<std::unique_ptr<MethodDecider::Method>> callers_;
  std::vector<std::unique_ptr<HttpDecider>> servers_;
  std::vector<std::unique_ptr<ProcessDecider>> deciders_;
  std::vector<std::unique_ptr<Observer>> observers_;
  Gate gate_;
  Counters before_;  // of processes that are no more
};

}  // namespace so::bus
