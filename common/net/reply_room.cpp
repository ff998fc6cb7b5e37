#include "net/reply_room.h"

#include <chrono>

namespace so::net {

std::optional<ConnId> ReplyRoom::heaviest(TimePoint now) const {
  std::optional<ConnId> heaviest;
  double most = 0;
  for (const auto& [id, body] : bodies_) {
    if (now - body.since < kYoung) continue;
    const double weight =
        static_cast<double>(body.bytes) * std::chrono::duration<double>(now - body.since).count();
    if (weight <= most) continue;
    most = weight;
    heaviest = id;
  }
  return heaviest;
}

void ReplyRoom::hold(ConnId id, std::size_t bytes, TimePoint now) {
  release(id);
  if (bytes <= kSmall) return;
  bodies_.emplace(id, Body{bytes, now});
  held_ += bytes;
}

void ReplyRoom::release(ConnId id) {
  const auto found = bodies_.find(id);
  if (found == bodies_.end()) return;
  held_ -= found->second.bytes;
  bodies_.erase(found);
}

}  // namespace so::net
