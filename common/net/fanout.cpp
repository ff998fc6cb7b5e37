#include "net/fanout.h"

#include <algorithm>
#include <memory>
#include <utility>

namespace so::net {

bool Fanout::add(std::span<const ConnId> to, const Frame& frame) {
  const Parcel& parcel = frame.parcel();
  if (empty()) {
    to_.assign(to.begin(), to.end());
    first_ = parcel;
    frames_ = 1;
    return true;
  }
  const std::size_t bytes = frames_ == 1 ? first_.size() : joined_.size();
  const bool alone = !first_.tail.bytes.empty() || !parcel.tail.bytes.empty();
  if (alone || bytes + parcel.size() > kMaxBytes || !std::ranges::equal(to, to_)) return false;
  if (frames_ == 1) joined_ = *first_.head;
  joined_.insert(joined_.end(), parcel.head->begin(), parcel.head->end());
  ++frames_;
  return true;
}

Fanout::Sending Fanout::take() {
  Parcel first = std::exchange(first_, Parcel{nullptr});
  const std::size_t frames = std::exchange(frames_, 0);
  if (frames > 1) first = Parcel{std::make_shared<const Bytes>(std::exchange(joined_, {}))};
  return {std::exchange(to_, {}), std::move(first), frames};
}

}  // namespace so::net
