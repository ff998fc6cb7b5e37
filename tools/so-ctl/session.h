#pragma once

#include <functional>
#include <map>
#include <string>
#include <string_view>

#include "base/exit_code.h"
#include "base/time.h"
#include "command.h"
#include "door.h"
#include "net/loop.h"

namespace so::ctl {

/// Runs one command through one door: asks, prints, and stops the loop with the exit code. Data
/// goes to `print`, which says whether anybody still reads; what went wrong goes to the log.
class Session {
 public:
  using Print = std::function<bool(std::string_view line)>;
  /// `where` is the other side, for people: "the hub at ipc://...".
  Session(net::Loop& loop, Door& door, Command command, std::string where, Print print);

  void start();

 private:
  void run();
  void get();
  void watch();
  void drop();
  void change();
  void notify();
  [[nodiscard]] std::string numbered(std::string_view changes) const;
  Done done();
  void list(std::string scope);
  void call();
  void print(std::string_view line);
  void print_listings();
  [[nodiscard]] std::vector<std::string> lines_of(const std::string& listing) const;
  void refuse(const Reply& why);
  void timed_out();

  net::Loop& loop_;
  Door& door_;
  Command command_;
  std::string where_;
  Print print_;
  net::Timer timeout_;
  net::Timer again_;  // what had its answer lost
  std::uint64_t producer_;
  bool open_ = false;
  bool refused_ = false;
  std::size_t lines_ = 0;
  TimePoint first_;                              // record: when the first line came
  std::size_t unlisted_ = 0;                     // answers that a listing still waits for
  std::map<std::string, std::string> listings_;  // by path, in the order of a tree
};

/// What a shell is told of an error code of the bus.
Exit exit_for_code(std::string_view code);

}  // namespace so::ctl
