#include "bus/objects.h"

#include <algorithm>

namespace so::bus {

using Sync = Object::Sync;

Objects::Entry* Objects::find(View key) {
  const auto at = objects_.find(key);
  return at == objects_.end() ? nullptr : &*at;
}

std::span<const std::uint64_t> Objects::users(View key) const {
  const auto at = objects_.find(key);
  return at == objects_.end() ? std::span<const std::uint64_t>{} : at->second.users;
}

void Objects::granted(View key, std::uint64_t member, std::uint64_t epoch, std::uint64_t version,
                      bool told) {
  Entry* entry = find(key);
  if (entry == nullptr) {
    entry = &*objects_.emplace(ObjectKey{std::string{key.scope}, std::string{key.name}}, Object{})
                  .first;
    entry->second.epoch = epoch;
    entry->second.version = version;
  }
  Object& object = entry->second;
  const auto place = std::ranges::lower_bound(object.users, member);
  if (place == object.users.end() || *place != member) object.users.insert(place, member);
  const bool same = object.epoch == epoch && object.version == version;
  object.mixed = object.mixed || (told && !same);
  if (object.sync == Sync::kExact && !same) doubt(*entry);
}

void Objects::released(View key, std::uint64_t member) {
  const auto at = objects_.find(key);
  if (at == objects_.end()) return;
  auto& users = at->second.users;
  const auto place = std::ranges::lower_bound(users, member);
  if (place != users.end() && *place == member) users.erase(place);
  if (users.empty()) objects_.erase(at);
}

bool Objects::advance(View key, std::uint64_t epoch, std::uint64_t version) {
  Entry* const entry = find(key);
  if (entry == nullptr || entry->second.sync != Sync::kExact) return false;
  Object& object = entry->second;
  if (epoch == object.epoch && version <= object.version) return false;  // seen already
  if (epoch != object.epoch || version != object.version + 1) {
    doubt(*entry);
    return false;
  }
  object.version = version;
  return true;
}

void Objects::doubt(Entry& entry) {
  entry.second.sync = Sync::kDoubt;
  doubtful_.push_back(entry.first);
}

void Objects::doubt_all() {
  doubtful_.clear();
  for (Entry& entry : objects_) doubt(entry);
}

Objects::Entry* Objects::next_doubtful() {
  while (!doubtful_.empty()) {
    Entry* const entry = find({doubtful_.back().scope, doubtful_.back().name});
    doubtful_.pop_back();
    if (entry != nullptr && entry->second.sync == Sync::kDoubt) return entry;
  }
  return nullptr;
}

}  // namespace so::bus
