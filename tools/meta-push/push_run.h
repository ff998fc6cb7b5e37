#pragma once

#include <string>

#include "bus/client.h"
#include "inputs.h"
#include "net/loop.h"
#include "options.h"
#include "push.h"

namespace so::meta {

/// The values of the command line, of files or of standard input, to the hub, until each has its
/// answer. Nothing is read before the hub is there: what is refused for want of one is lost.
class PushRun {
 public:
  PushRun(net::Loop& loop, bus::Client& hub, const Options& options, std::string address);
  int run();  // answers the exit code

 private:
  void link(bool connected, std::string_view why);
  void begin();
  void next_source();
  void done(Exit exit);
  void late();

  net::Loop& loop_;
  bus::Client& hub_;
  const Options& options_;
  std::string address_;
  Push push_;
  Inputs inputs_;
  net::Timer pace_;
  net::Timer timeout_;
  bool begun_ = false;
  bool timed_out_ = false;
};

}  // namespace so::meta
