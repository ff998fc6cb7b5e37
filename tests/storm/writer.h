#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>

#include "base/time.h"
#include "door.h"
#include "net/loop.h"
#include "replica.h"

namespace so::storm {

/// A way in that is open as long as it lives, and may be opened again and again.
struct Way {
  std::shared_ptr<void> owned;  // what the door needs
  ctl::Door* door = nullptr;
};
using Open = std::function<Way()>;

/// Writes 1, 2, 3 ... to a key of its own, and to the one that all share, through outages of
/// whatever lies between it and the hub, and watches the object. A write is sent again, with its
/// number, until it is answered.
class Writer {
 public:
  struct Plan {
    std::string name;
    Open open;
    std::size_t under_way;  // writes without an answer; 1 where writes have no producer
    bool echoed;            // a change of one's own comes back as an event
  };
  using Fault = Replica::Fault;

  Writer(net::Loop& loop, Plan plan, Fault fault);

  void start();
  /// One more write, which says by the key `end-NAME` that it was the last.
  void finish() { last_ = asked_ + 1; }
  [[nodiscard]] bool finished() const { return last_ != 0 && acknowledged_ == last_; }

  [[nodiscard]] const std::string& name() const { return plan_.name; }
  [[nodiscard]] std::uint64_t acknowledged() const { return acknowledged_; }
  [[nodiscard]] std::uint64_t repeated() const { return repeated_; }
  [[nodiscard]] std::uint64_t reconnected() const { return opened_ - 1; }
  [[nodiscard]] const Replica& replica() const { return replica_; }

 private:
  void open();
  void lost();
  void pump();
  void write(std::uint64_t number);
  void answered(std::uint64_t number, const ctl::Reply& reply);
  void check();

  net::Loop& loop_;
  Plan plan_;
  Fault fault_;
  Replica replica_;
  Way way_;
  net::Timer again_;
  net::Timer watchdog_;
  std::string producer_;
  std::uint64_t life_ = 0;  // of the connection: answers of an earlier one are about nothing
  std::uint64_t opened_ = 0;
  bool ready_ = false;
  std::uint64_t last_ = 0;          // 0: not said yet
  std::uint64_t sent_ = 0;          // under way or answered, in this life
  std::uint64_t asked_ = 0;         // ever
  std::uint64_t acknowledged_ = 0;  // all up to this
  std::uint64_t repeated_ = 0;
  TimePoint progress_;
};

}  // namespace so::storm
