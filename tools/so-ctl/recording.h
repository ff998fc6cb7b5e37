#pragma once

#include <cstddef>
#include <deque>
#include <functional>
#include <string>
#include <string_view>

#include "base/time.h"
#include "door.h"
#include "json/splitter.h"
#include "net/loop.h"

namespace so::ctl {

// What happened to an object, as lines, each with the milliseconds since the first:
//
//     {"at":0,"changes":[{"op":"clear"},{"op":"set","key":"k","value":1}]}
//     {"at":1500,"changes":[{"op":"send","handler":"doIt","args":[1]}]}

/// The line of an event of a door; empty for what changes nothing.
std::string record_line(Millis at, std::string_view event);

/// Makes recorded changes again, at the pace of the recording or faster.
class Replay {
 public:
  struct Plan {
    std::string object;
    double speed = 1;  // 2: twice as fast; 0: as fast as it goes
  };
  struct Handlers {
    std::function<void()> drained;  // more may be read
    std::function<void(std::string_view code, std::string_view message)> refused;
    std::function<void()> done;  // after end(), when all are answered
  };
  Replay(net::Loop& loop, Door& door, Plan plan, Handlers handlers);

  void receive(std::string_view text);
  void end();
  [[nodiscard]] bool full() const { return waiting_.size() >= kWaiting; }

 private:
  static constexpr std::size_t kWaiting = 256;
  static constexpr std::size_t kUnderWay = 64;
  struct Item {
    Millis at;
    std::string changes;
  };
  void read();
  void pump();
  [[nodiscard]] Millis left_until(Millis at) const;

  net::Loop& loop_;
  Door& door_;
  Plan plan_;
  Handlers handlers_;
  json::Splitter splitter_{{.bytes = std::size_t{2} << 20U, .depth = 32}};
  net::Timer next_;
  std::deque<Item> waiting_;
  std::size_t under_way_ = 0;
  bool ended_ = false;
  bool told_ = false;
  TimePoint start_;
};

}  // namespace so::ctl
