#pragma once

#include <cstddef>
#include <memory>
#include <optional>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "base/time.h"
#include "bus/hub_runner.h"
#include "bus/zmq_hub.h"
#include "net/loop.h"
#include "options.h"

namespace so {

/// Where the arrows turn: frames from the bus go to the hub, what it leaves to be done goes to the
/// bus.
class HubServer {
 public:
  static Result<std::unique_ptr<HubServer>> bind(const HubOptions& options, net::Loop& loop);

  /// See HubRunner::keep_in().
  Status keep_in(std::unique_ptr<store::Store> store) { return hub_.keep_in(std::move(store)); }

  /// See HubRunner::set_policy().
  void set_policy(std::shared_ptr<const policy::Policy> policy) {
    hub_.set_policy(std::move(policy));
  }

  /// See HubRunner::set_hooks().
  void set_hooks(const std::vector<policy::Hook>& hooks) { hub_.set_hooks(hooks); }

  /// See ZmqHub::load_tool_keys().
  Status load_tool_keys() { return bus_->load_tool_keys(); }

  [[nodiscard]] const bus::ZmqHub& bus() const { return *bus_; }
  [[nodiscard]] const bus::HubRunner& hub() const { return hub_; }

 private:
  HubServer(std::unique_ptr<bus::ZmqHub> bus, const HubOptions& options, net::Loop& loop);
  void deliver(const hub::Effects& effects);
  void refused(std::string_view why);

  net::Loop& loop_;
  std::unique_ptr<bus::ZmqHub> bus_;
  bus::HubRunner hub_;
  std::optional<TimePoint> said_{};  // when we last spoke of who was turned away
  std::size_t unsaid_ = 0;
};

}  // namespace so
