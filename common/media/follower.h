#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "base/exit_code.h"
#include "bus/client.h"
#include "json/read.h"
#include "media/zmq_subscriber.h"
#include "net/loop.h"

namespace so::media {

/// One stream, for a program that lives as long as it does: waits until the hub says where it is,
/// receives it from there, and says how it ends. It is the only listener of the client.
class Follower {
 public:
  struct Handlers {
    /// As Subscriber has it.
    std::function<void(const UnitView& unit, bool skipped)> unit;
    /// What the hub has for the stream, as JSON; left out: nothing is asked for.
    std::function<void(std::optional<double> timestamp, std::string_view data)> metadata{};
    /// kOk: the stream has ended. Else with the reason. kTimeout: it has not begun; kUnreachable:
    /// nor is there a hub; kFailure: it cannot be received. May come more than once.
    std::function<void(Exit exit, const std::string& why)> end;
  };
  Follower(net::Loop& loop, bus::Client& hub, std::string stream, Handlers handlers);

  void start(Millis wait);
  /// What was waited for is there.
  void stop_waiting() { timeout_.stop(); }
  /// The hub has said where the stream is.
  [[nodiscard]] bool receives() const { return subscriber_ != nullptr; }

 private:
  void event(const wire::FrameView& event);
  void stream_event(json::Element event);

  net::Loop& loop_;
  bus::Client& hub_;
  std::string stream_;
  Handlers handlers_;
  std::unique_ptr<Subscriber> subscriber_;
  net::Timer timeout_;
  json::Parser parser_;
};

}  // namespace so::media
