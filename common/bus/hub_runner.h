#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <vector>

#include "base/result.h"
#include "bus/hooks.h"
#include "bus/journal.h"
#include "hub/hub.h"
#include "net/loop.h"
#include "net/turn_end.h"
#include "store/store.h"

namespace so::bus {

/// Gives a hub what it has not: the clock, randomness, a timer for its deadlines, and a store where
/// it is to have one. so-hub and LocalBus both run theirs in one.
class HubRunner {
 public:
  /// What is to be sent, and who is to be forgotten; during apply() or from the loop.
  using Deliver = std::function<void(const hub::Effects&)>;
  HubRunner(net::Loop& loop, hub::Options options, Deliver deliver);

  /// From now on what persistent objects hold outlives this process. Before the first apply(). If
  /// the store breaks down later so far that it cannot be read, the loop is stopped with an error.
  Status keep_in(std::unique_ptr<store::Store> store);

  /// See Hub::set_policy(); after keep_in().
  void set_policy(std::shared_ptr<const policy::Policy> policy);

  /// Who decides what the policy allows, and who watches, from now on; after keep_in().
  void set_hooks(const std::vector<policy::Hook>& hooks);

  /// Now, or once hooks have decided.
  void apply(hub::ToolId from, const wire::FrameView& request);

  [[nodiscard]] hub::Totals totals() const { return hub_.totals(); }
  /// nullptr: there is no store.
  [[nodiscard]] const Journal::Counters* stored() const {
    return journal_ ? &journal_->counters() : nullptr;
  }
  /// nullopt: there never was a hook.
  [[nodiscard]] std::optional<Hooks::Counters> hooks() const {
    return hooks_ ? std::optional{hooks_->counters()} : std::nullopt;
  }

 private:
  void tick();
  void admit(hub::ToolId from, const wire::FrameView& request, hub::Hub::Wording wording);
  void proceed(std::optional<wire::Kind> request);
  void hand_out();
  void settle();
  void arm();

  net::Loop* loop_;
  hub::Hub hub_;
  hub::Effects effects_;  // kept for its memory; empty between calls
  std::optional<Journal> journal_;
  std::optional<Hooks> hooks_;
  Deliver deliver_;
  net::Timer deadline_;
  net::TurnEnd arming_;
  net::TurnEnd settling_;
};

}  // namespace so::bus
