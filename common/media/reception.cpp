#include "media/reception.h"

#include <utility>

namespace so::media {

void Reception::await_head() {
  waiting_ = true;
  frames_ = false;
  in_head_ = 0;
}

Reception::Verdict Reception::head(const UnitView& unit) {
  if (!waiting_) return Verdict::kDrop;
  const bool hole = frames_ && unit.sequence != in_head_ + (unit.has(flag::kEndOfHead) ? 0 : 1);
  if (hole) return Verdict::kAgain;
  if (unit.has(flag::kEndOfHead)) {
    waiting_ = false;
    // Without frames in the head there is nothing to fill a hole with: it goes on from here.
    if (!frames_ && unit.sequence > taken_) {
      jumped_ = taken_ != 0;
      taken_ = unit.sequence;
    }
    return Verdict::kDrop;
  }
  if (unit.has(flag::kKey)) frames_ = true;
  in_head_ = unit.sequence;
  return take(unit);
}

Reception::Verdict Reception::live(const UnitView& unit) {
  if (waiting_ || unit.sequence <= taken_) return Verdict::kDrop;
  if (unit.sequence != taken_ + 1) return Verdict::kAgain;
  return take(unit);
}

Reception::Verdict Reception::take(const UnitView& unit) {
  if (unit.sequence <= taken_) return Verdict::kDrop;
  skipped_ = std::exchange(jumped_, false) || (taken_ != 0 && unit.sequence != taken_ + 1);
  taken_ = unit.sequence;
  return Verdict::kTake;
}

}  // namespace so::media
