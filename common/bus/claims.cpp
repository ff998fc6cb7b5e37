#include "bus/claims.h"

#include <iterator>
#include <utility>

#include "wire/path.h"

namespace so::bus {

using wire::Kind;

namespace {

bool within(std::string_view path, std::string_view scope) {
  if (scope == "/" || path == scope) return true;
  return path.size() > scope.size() && path.starts_with(scope) && path[scope.size()] == '/';
}

}  // namespace

Claims::Entry& Claims::put(ClaimKey key) {
  const auto [at, made] = claims_.try_emplace(std::move(key));
  if (made) at->second.ticket = ++tickets_;
  return *at;
}

Claims::Entry* Claims::find(const ClaimKey& key) {
  const auto at = claims_.find(key);
  return at == claims_.end() ? nullptr : &*at;
}

Claims::Entry* Claims::find(const ClaimKey& key, std::uint64_t ticket) {
  Entry* const entry = find(key);
  return entry != nullptr && entry->second.ticket == ticket ? entry : nullptr;
}

Claims::Entry* Claims::any_join(std::uint64_t member) {
  const auto at = claims_.lower_bound({Kind::kJoin, member, {}, {}});
  const bool its =
      at != claims_.end() && at->first.kind == Kind::kJoin && at->first.member == member;
  return its ? &*at : nullptr;
}

Claims::Map::iterator Claims::take_at(Map::iterator at, std::vector<Entry>& out) {
  if (at == next_) ++next_;
  out.push_back(std::move(*at));
  return claims_.erase(at);
}

template <class Wanted>
void Claims::take_if(Kind kind, std::uint64_t member, Wanted wanted, std::vector<Entry>& out) {
  auto at = claims_.lower_bound({kind, member, {}, {}});
  while (at != claims_.end() && at->first.kind == kind && at->first.member == member) {
    at = wanted(at->first) ? take_at(at, out) : std::next(at);
  }
}

std::vector<Claims::Entry> Claims::take(const ClaimKey& key) {
  std::vector<Entry> taken;
  if (const auto at = claims_.find(key); at != claims_.end()) take_at(at, taken);
  return taken;
}

std::vector<Claims::Entry> Claims::take_scope(std::uint64_t member, std::string_view scope) {
  std::vector<Entry> taken;
  const auto here = [&](const ClaimKey& each) { return within(each.scope, scope); };
  for (const Kind kind : {Kind::kJoin, Kind::kUse}) take_if(kind, member, here, taken);
  const auto streams = [&](const ClaimKey& each) {
    return within(wire::parent_path(each.scope), scope);
  };
  take_if(Kind::kPublish, member, streams, taken);
  const auto all = [](const ClaimKey&) { return true; };
  if (scope == "/") take_if(Kind::kRegister, member, all, taken);
  return taken;
}

void Claims::postpone(const Entry& entry) {
  const auto at = claims_.find(entry.first);
  if (next_ == claims_.end() || at->first < next_->first) next_ = at;
}

void Claims::unsend_all() {
  for (auto& [key, claim] : claims_) claim.sent = claim.held = false;
  next_ = claims_.begin();
}

Claims::Entry* Claims::next_unsent() {
  while (next_ != claims_.end() && next_->second.sent) ++next_;
  return next_ == claims_.end() ? nullptr : &*next_;
}

}  // namespace so::bus
