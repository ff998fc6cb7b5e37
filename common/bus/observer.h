#pragma once

#include <cstdint>
#include <memory>

#include "bus/companion.h"
#include "hub/observation.h"
#include "policy/hook.h"

namespace so::bus {

/// Tells a process what happens in a hub, an event a line. What it does not read waits, up to 8
/// MiB; more is counted, and when it has read all that it is told {"event":"gap","missed":17} and
/// what happens from then on.
class Observer {
 public:
  explicit Observer(std::unique_ptr<Companion> companion);

  void see(const hub::Observation& seen);
  /// What it hears of from now on; nothing at first.
  void set(const policy::Hook& hook) { hook_ = hook; }

  [[nodiscard]] const Companion& companion() const { return *companion_; }
  [[nodiscard]] std::uint64_t missed() const { return all_missed_; }

 private:
  [[nodiscard]] bool wants(const hub::Observation& seen) const;
  bool tell(std::string_view event);

  std::unique_ptr<Companion> companion_;
  policy::Hook hook_;
  std::uint64_t missed_ = 0;  // since the last event that was told
  std::uint64_t all_missed_ = 0;
};

}  // namespace so::bus
