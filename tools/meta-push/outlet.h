#pragma once

#include <cstddef>
#include <deque>
#include <functional>
#include <string>
#include <string_view>

#include "base/exit_code.h"
#include "json/read.h"
#include "line.h"

namespace so::meta {

/// What is followed, to a TCP server, as EvoStream's pushMetadata does:
/// {"EMS":{"type":"json","timestamp":MS},"data":...}, one a line.
///
/// Bound: `limit` bytes wait while the server is away or slow. Policy: then the oldest are dropped,
/// and how many is said when it takes some again.
class Outlet {
 public:
  Outlet(net::Loop& loop, net::Address address, std::size_t limit);

  void start() { line_.start(); }
  void push(std::string_view event);  // the hub's
  /// Calls `done` when all has left, or after a while.
  void drain(std::function<void(Exit)> done);

  [[nodiscard]] std::size_t dropped() const { return dropped_; }

 private:
  static constexpr std::size_t kAhead = std::size_t{64} << 10U;  // what a lost connection costs

  void send();

  std::size_t limit_;
  Line line_;
  json::Parser parser_;
  std::deque<std::string> waiting_;
  std::size_t bytes_ = 0;
  std::size_t dropped_ = 0;
  std::size_t unsaid_ = 0;  // of these
  std::function<void(Exit)> drained_;
  net::Timer late_;
  net::Timer look_;  // whether a slow server has taken some
};

}  // namespace so::meta
