#include "hub/receipts.h"

#include <vector>

#include "wire/member.h"

namespace so::hub {

std::string Receipts::name_of(const Key& key) {
  std::string name = wire::hex64(key.epoch);
  return name += key.text;
}

std::optional<std::uint64_t> Receipts::find(const Key& key, TimePoint after) const {
  const auto* const known = all_.find(name_of(key));
  if (known == nullptr || known->used <= after) return std::nullopt;
  return known->value.version;
}

void Receipts::remember(const Key& key, std::string_view author, std::uint64_t version,
                        const Bounds& bounds, TimePoint now) {
  std::vector<std::string> forgotten;
  all_.forget_idle(now - bounds.lasting, forgotten);
  const std::string name = name_of(key);
  if (all_.find(name) == nullptr) all_.make_place(author, {bounds.all, bounds.all}, forgotten);
  all_.put(name, author, {key.epoch, version}, now);
}

void Receipts::forget_after(std::uint64_t epoch, std::uint64_t version) {
  all_.erase_if([&](const Receipt& each) { return each.epoch == epoch && each.version > version; });
}

}  // namespace so::hub
