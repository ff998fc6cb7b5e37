#include "hub/metadata.h"

#include <utility>

namespace so::hub {

void Metadata::put(std::string_view stream, Value value) {
  auto at = all_.find(stream);
  if (at == all_.end()) at = all_.emplace(stream, Kept{}).first;
  Kept& kept = at->second;
  by_turn_.erase(std::exchange(kept.turn, ++turns_));
  by_turn_.emplace(turns_, at);
  const std::size_t size = value.data->size();
  kept.values.push_back(std::move(value));
  kept.bytes += size;
  ++values_;
  bytes_ += size;
  const auto over = [&] {
    return kept.values.size() > limits_.values || kept.bytes > limits_.bytes;
  };
  while (kept.values.size() > 1 && over()) forget_oldest(kept);
  if (all_.size() <= limits_.streams) return;
  const auto silent = by_turn_.begin()->second;
  while (!silent->second.values.empty()) forget_oldest(silent->second);
  all_.erase(silent);
  by_turn_.erase(by_turn_.begin());
}

void Metadata::forget_oldest(Kept& kept) {
  const std::size_t size = kept.values.front().data->size();
  kept.values.pop_front();
  kept.bytes -= size;
  --values_;
  bytes_ -= size;
  ++forgotten_;
}

}  // namespace so::hub
