#pragma once

#include <functional>

#include "hub/hub.h"
#include "net/loop.h"
#include "net/turn_end.h"

namespace so::bus {

/// Gives a hub what it has not: the clock, randomness, and a timer for its deadlines. so-hub and
/// LocalBus both run theirs in one.
class HubRunner {
 public:
  /// What is to be sent, and who is to be forgotten; during apply() or from the loop.
  using Deliver = std::function<void(const hub::Effects&)>;
  HubRunner(net::Loop& loop, hub::Options options, Deliver deliver);

  void apply(hub::ToolId from, const wire::FrameView& request);

 private:
  void tick();
  void deliver();
  void arm();

  net::Loop* loop_;
  hub::Hub hub_;
  hub::Effects effects_;  // kept for its memory; empty between calls
  Deliver deliver_;
  net::Timer deadline_;
  net::TurnEnd arming_;
};

}  // namespace so::bus
