#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>

#include "command.h"
#include "door.h"
#include "json/read.h"
#include "net/loop.h"

namespace so::ctl {

/// Reads the mailbox of an identity: prints each message once, and acknowledges what is printed.
/// What was not printed when it ends is there for the next one.
class Inbox {
 public:
  using Print = std::function<bool(std::string_view line)>;
  Inbox(net::Loop& loop, Door& door, Command command, std::string where, Print print);

  void start();

 private:
  void open();
  void mail(std::string_view event);
  void acknowledged(const Reply& reply);
  void refuse(const Reply& why);
  void timed_out();

  net::Loop& loop_;
  Door& door_;
  Command command_;
  std::string where_;
  Print print_;
  net::Timer timeout_;
  json::Parser parser_;
  bool open_ = false;
  bool refused_ = false;
  std::string epoch_;       // of the mailbox that is read
  std::uint64_t last_ = 0;  // printed
  std::size_t lines_ = 0;
};

}  // namespace so::ctl
