#pragma once

#include <cstddef>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "base/exit_code.h"
#include "bus/client.h"
#include "json/splitter.h"

namespace so::meta {

/// Pushes JSON values to one stream, in order, and counts what became of each. A value that is
/// broken or that the hub does not take is reported with its line, and costs no other.
class Push {
 public:
  struct Handlers {
    std::function<void()> drained;   // full() was true and is not any more
    std::function<void(Exit)> done;  // after end(), when every value has its answer; once
  };

  /// `hub` outlives it. `timestamp`: the stream's time of all values; without, the hub's clock.
  Push(bus::Client& hub, std::string stream, std::optional<Millis> timestamp, Handlers handlers);

  /// From now on values wait until they are allowed; one is.
  void pace() { allowed_ = 1; }
  void allow(double values);

  void receive(std::string_view text);
  void end();  // nothing more will be received

  /// So much waits for answers that more should not be read for now.
  [[nodiscard]] bool full() const { return waiting_ >= kWindow || !may_send(); }
  [[nodiscard]] std::size_t accepted() const { return accepted_; }
  [[nodiscard]] std::size_t rejected() const { return rejected_; }

 private:
  static constexpr std::size_t kWindow = 1024;  // values in flight: several loop turns of work

  [[nodiscard]] bool may_send() const { return !allowed_ || *allowed_ >= 1; }
  void push_pieces();
  void send(const json::Splitter::Piece& piece);
  void answered(std::size_t line, const bus::Reply& reply);
  void reject(std::size_t line, std::string_view why);
  void finish();

  bus::Client& hub_;
  std::string stream_;
  std::optional<Millis> timestamp_;
  Handlers handlers_;
  json::Splitter splitter_{
      {.bytes = std::size_t{64} << 10U, .depth = 30}};  // what the hub takes as metadata
  std::uint64_t member_;
  std::optional<double> allowed_;  // values; nullopt: all
  bool ended_ = false;
  bool read_ = false;  // all that was received
  std::size_t waiting_ = 0;
  std::size_t accepted_ = 0;
  std::size_t rejected_ = 0;
};

}  // namespace so::meta
