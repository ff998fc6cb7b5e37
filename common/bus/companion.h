#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "net/coprocess.h"
#include "net/loop.h"

namespace so::bus {

/// A process of a hook, which is started again whenever it ends: at once after 0.1 s, then after
/// twice as long each time up to 10 s, and from the beginning once it has lived 10 s. Each end is
/// said on the log.
class Companion {
 public:
  struct Handlers {
    std::function<void(std::string_view line)> line{};
    std::function<void()> down{};  // it has ended, and has not read all that was sent
  };
  Companion(net::Loop& loop, std::vector<std::string> command);
  /// Starts it. Before send().
  void listen(Handlers handlers);

  /// A line. Refused while it is down, and when it does not keep up.
  [[nodiscard]] bool send(std::string_view line) { return process_ && process_->write(line); }
  /// Whether it has read all that was sent.
  [[nodiscard]] bool keeps_up() const { return process_ && process_->waiting() == 0; }
  /// Ends it, to be started again.
  void end();

  [[nodiscard]] const std::vector<std::string>& command() const { return command_; }
  [[nodiscard]] const std::string& name() const { return name_; }  // for people
  [[nodiscard]] std::uint64_t restarts() const { return restarts_; }

 private:
  void start();
  void ended(const std::string& why);
  void later(std::string_view why);

  net::Loop* loop_;
  std::vector<std::string> command_;
  std::string name_;
  Handlers handlers_;
  std::unique_ptr<net::Coprocess> process_;  // nullptr: down
  TimePoint since_{};
  Millis pause_{0};  // before the next start; 0: it was well
  std::uint64_t restarts_ = 0;
  net::Timer again_;
};

}  // namespace so::bus
