#pragma once

#include <vector>

#include "bus/bus.h"
#include "bus/hub_runner.h"

namespace so::bus {

/// A hub in this process, for one tool that needs no other (ws-gateway --standalone). The link is
/// up with the first turn of the loop and stays. What is sent is applied at the end of the turn and
/// answered then; at most 16 MiB a turn, then send() refuses.
class LocalBus : public Bus {
 public:
  LocalBus(net::Loop& loop, hub::Options options);
  /// See HubRunner::keep_in().
  Status keep_in(std::unique_ptr<store::Store> store) { return hub_.keep_in(std::move(store)); }

  /// See HubRunner::set_policy().
  void set_policy(std::shared_ptr<const policy::Policy> policy) {
    hub_.set_policy(std::move(policy));
  }

  /// See HubRunner::set_hooks().
  void set_hooks(const std::vector<policy::Hook>& hooks) { hub_.set_hooks(hooks); }

  [[nodiscard]] const HubRunner& hub() const { return hub_; }

  void listen(Handlers handlers) override;
  [[nodiscard]] bool send(const wire::FrameView& frame, Room room) override;

 private:
  void work();
  void deliver(const hub::Effects& effects);

  HubRunner hub_;
  net::TurnEnd turn_end_;
  Handlers handlers_;
  Bytes requests_;             // frames, back to back
  Bytes taken_;                // of them, for this turn or several
  std::size_t done_ = 0;       // bytes of what is taken
  std::size_t delivered_ = 0;  // bytes, in this turn
  bool up_ = false;
};

}  // namespace so::bus
