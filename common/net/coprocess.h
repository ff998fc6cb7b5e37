#pragma once

#include <cstddef>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/result.h"
#include "base/time.h"
#include "net/loop.h"

namespace so::net {

struct CoprocessOptions {
  std::vector<std::string> command;  // the program, looked for in PATH, and its words; no NULs
  std::vector<std::pair<std::string, std::string>> environment{};  // besides our own
  std::size_t line_bytes = std::size_t{2} << 20U;   // of a line that it writes; a longer one is
                                                    // passed over, with a warning
  std::size_t queue_bytes = std::size_t{8} << 20U;  // that it has not read yet
  std::shared_ptr<const void> seat{};  // kept until the process has ended and been reaped
  Millis last_read{5000};              // it has for those, when nobody wants it any more
};

/// A command that runs beside us and speaks in lines: what we write it reads from its standard
/// input, what it writes to its standard output we read. Its standard error is ours. It has a
/// session of its own, so that it ends with all that it has started there.
///
/// Without a Coprocess any more it is still given what was written before, and then the end of its
/// input; what it still writes is for nobody. Half a second after that, or after `last_read`, it
/// gets SIGTERM, and after another second SIGKILL; the end of the loop waits for that.
class Coprocess {
 public:
  /// The Coprocess may be destroyed in each.
  struct Handlers {
    std::function<void(std::string_view line)> line{};  // without its newline, borrowed
    std::function<void()> passed_over{};                // there was a line over `line_bytes`
    /// Once, last: it has ended and why, "exit code 1" or "signal 9". What it had written was told;
    /// what others write later, who have its output too, is not.
    std::function<void(const std::string& why)> ended{};
  };

  /// Not found or not to be executed: kNotFound, kSystem.
  static Result<std::unique_ptr<Coprocess>> start(Loop& loop, CoprocessOptions options,
                                                  Handlers handlers);
  ~Coprocess();
  Coprocess(const Coprocess&) = delete;
  Coprocess& operator=(const Coprocess&) = delete;

  /// A line, without its newline. Refused, with nothing written, when too much waits already or
  /// the command has ended.
  [[nodiscard]] bool write(std::string_view line);
  [[nodiscard]] std::size_t waiting() const;  // bytes that it has not read yet
  [[nodiscard]] bool alive() const;           // else `ended` comes when all its lines are taken
  /// Whether lines are taken from it, as they are at first. One that nobody takes any from waits
  /// when its pipe is full; up to 64 KiB of what it wrote wait here. May be called from `line`.
  void want_lines(bool wanted);
  /// Ends it at once; `ended` comes as ever.
  void kill();

 private:
  struct State;
  explicit Coprocess(State* state);
  State* state_;  // nullptr: it has ended. Outlives us until libuv has closed its handles
};

}  // namespace so::net
