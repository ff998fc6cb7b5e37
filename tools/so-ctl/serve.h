#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "command.h"
#include "coprocess.h"
#include "door.h"
#include "jobs.h"
#include "net/loop.h"

namespace so::ctl {

/// Runs `so-ctl serve` through one door: calls go to commands, or out and in as lines. Waits for a
/// hub that is not there yet, and stops the loop with the exit code when it cannot go on.
class Serve {
 public:
  Serve(net::Loop& loop, Door& door, Command command);

  void start();

 private:
  void serve();
  void called(std::string_view event);
  void stop(const Reply& why);

  net::Loop& loop_;
  Door& door_;
  Command command_;
  std::optional<Jobs> jobs_;
  std::optional<Coprocess> lines_;
  bool stopped_ = false;
};

}  // namespace so::ctl
