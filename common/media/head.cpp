#include "media/head.h"

#include <algorithm>
#include <utility>

#include "flv/packet.h"

namespace so::media {
namespace {

// Two retained units replace each other if they say the same thing about the same track.
bool same_subject(const Unit& a, const Unit& b) {
  if (a.type != b.type) return false;
  if (a.type == flv::TagType::kScript) return true;
  const auto first = flv::read_packet(a.tag());
  const auto second = flv::read_packet(b.tag());
  return first && second && first->type == second->type && first->track == second->track;
}

}  // namespace

void Head::add(const Unit& unit) {
  latest_ = unit.sequence;
  // The frames need the configuration that they began with, even if another has come meanwhile.
  if ((unit.flags & flag::kRetained) != 0) frames_.empty() ? retain(unit) : later_.push_back(unit);
  if (!limits_.frames) return;
  if ((unit.flags & flag::kKey) != 0) return start(unit);
  if (frames_.empty()) return;
  if (over(unit)) return drop_frames();
  bytes_ += unit.body->size();
  frames_.push_back(unit);
}

void Head::drop_frames() {
  frames_.clear();
  bytes_ = 0;
  for (const Unit& unit : std::exchange(later_, {})) retain(unit);
}

void Head::start(const Unit& unit) {
  drop_frames();
  if (unit.body->size() > limits_.bytes) return;
  bytes_ = unit.body->size();
  frames_.push_back(unit);
}

bool Head::over(const Unit& unit) const {
  const auto spent =
      static_cast<std::int32_t>(unit.timestamp - frames_.front().timestamp);  // wraps as it does
  return bytes_ + unit.body->size() > limits_.bytes || frames_.size() >= limits_.units ||
         spent > limits_.duration.count();
}

void Head::retain(const Unit& unit) {
  std::erase_if(retained_, [&](const Unit& old) { return same_subject(old, unit); });
  if (retained_.size() >= limits_.retained) retained_.erase(retained_.begin());
  retained_.push_back(unit);
}

std::vector<Unit> Head::units() const {
  std::vector<Unit> out = retained_;
  out.insert(out.end(), frames_.begin(), frames_.end());
  return out;
}

}  // namespace so::media
