#pragma once

#include <cstddef>
#include <functional>
#include <optional>
#include <string>

#include "base/time.h"
#include "bus/client.h"
#include "net/loop.h"
#include "stats.h"

namespace so::ctl {

/// What a hub does, looked at again and again. On a terminal it is a screen that is drawn anew;
/// else one screen after the other, with an empty line between.
class Top {
 public:
  struct Plan {
    std::string scope;
    Millis every{1000};
    std::optional<std::size_t> count;  // screens; nullopt: until it is stopped
    bool terminal = false;
  };
  /// Writes; false: nobody reads any more.
  using Write = std::function<bool(std::string_view)>;

  Top(net::Loop& loop, bus::Client& hub, Plan plan, Write write);
  void start();

 private:
  void look();
  void show(const Stats& now);
  void refuse(const bus::Reply& why);

  net::Loop& loop_;
  bus::Client& hub_;
  Plan plan_;
  Write write_;
  net::Timer next_;
  std::string root_;  // the root's answer, until the scope's is there
  std::optional<Stats> before_;
  std::size_t shown_ = 0;
};

}  // namespace so::ctl
