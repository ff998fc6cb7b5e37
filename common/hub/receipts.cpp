#include "hub/receipts.h"

#include "wire/member.h"

namespace so::hub {

std::string Receipts::name_of(std::uint64_t epoch, std::string_view key) {
  std::string name = wire::hex64(epoch);
  return name += key;
}

std::optional<std::uint64_t> Receipts::find(std::uint64_t epoch, std::string_view key,
                                            TimePoint after) const {
  const auto at = all_.find(name_of(epoch, key));
  if (at == all_.end() || at->second.when <= after) return std::nullopt;
  return at->second.version;
}

bool Receipts::has_place(std::size_t most, TimePoint after) {
  while (!order_.empty() && order_.front().first <= after) {
    const auto at = all_.find(order_.front().second);
    if (at != all_.end() && at->second.when <= after) all_.erase(at);
    order_.pop_front();
  }
  return order_.size() < most;
}

void Receipts::remember(std::uint64_t epoch, std::string_view key, std::uint64_t version,
                        TimePoint now) {
  std::string name = name_of(epoch, key);
  all_[name] = {epoch, version, now};
  order_.emplace_back(now, std::move(name));
}

void Receipts::forget_after(std::uint64_t epoch, std::uint64_t version) {
  std::erase_if(all_, [&](const auto& each) {
    return each.second.epoch == epoch && each.second.version > version;
  });
}

}  // namespace so::hub
