#pragma once

#include <cstdint>

#include "media/unit.h"

namespace so::media {

/// Puts a head and live units together without hole or repetition, and notices when something was
/// lost. A core: the subscriber feeds it what comes through the pipe, in order.
class Reception {
 public:
  enum class Verdict {
    kTake,   // the next unit
    kDrop,   // known already, or useless before the head is complete
    kAgain,  // something was lost: ask for another head
  };

  /// A head was asked for: nothing live counts until it is complete.
  void await_head();

  /// It is not complete.
  [[nodiscard]] bool waiting() const { return waiting_; }

  Verdict head(const UnitView& unit);
  Verdict live(const UnitView& unit);

  /// Whether the unit just taken does not follow the one taken before it: a hole that no head could
  /// fill.
  [[nodiscard]] bool skipped() const { return skipped_; }

 private:
  Verdict take(const UnitView& unit);

  bool waiting_ = true;
  std::uint64_t taken_ = 0;    // the highest sequence taken
  std::uint64_t in_head_ = 0;  // the last of the head so far
  bool frames_ = false;        // the head has come to units that must not have holes
  bool jumped_ = false;        // what comes next does not follow what was taken last
  bool skipped_ = false;
};

}  // namespace so::media
