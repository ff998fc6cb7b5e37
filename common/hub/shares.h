#pragma once

#include <cassert>
#include <cstddef>
#include <cstdint>
#include <iterator>
#include <list>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <tuple>
#include <unordered_map>
#include <utility>
#include <vector>

#include "base/time.h"

namespace so::hub {

/// What is remembered for authors, by key, within a bound of all and of each. Where there is no
/// place, whoever would then have most forgets what it has used least lately: its own, if that is
/// the author who comes. So nobody displaces the things of one who has fewer, however many it
/// brings, and nobody is refused.
///
/// Time never goes back from one call to the next.
template <class Value>
class Shares {
 public:
  struct Bounds {
    std::size_t all = 0;        // at least 1
    std::size_t of_author = 0;  // at least 1
  };
  struct Entry {
    Value value{};
    TimePoint used{};
  };

  Shares() = default;
  Shares(const Shares&) = delete;
  Shares& operator=(const Shares&) = delete;
  Shares(Shares&&) noexcept = default;
  Shares& operator=(Shares&&) noexcept = default;
  ~Shares() = default;

  /// nullptr: unknown, or forgotten.
  [[nodiscard]] const Entry* find(std::string_view key) const {
    const auto at = by_key_.find(key);
    return at == by_key_.end() ? nullptr : &at->second->entry;
  }
  [[nodiscard]] std::size_t size() const { return items_.size(); }

  /// Whether there is a place for one more of the author.
  [[nodiscard]] bool has_place(std::string_view author, const Bounds& bounds) const {
    return items_.size() < bounds.all && count(author) < bounds.of_author;
  }
  /// Makes one; the keys that are forgotten for it are appended.
  void make_place(std::string_view author, const Bounds& bounds,
                  std::vector<std::string>& forgotten) {
    assert(bounds.all > 0 && bounds.of_author > 0);
    while (!has_place(author, bounds)) drop(displaced_by(author, bounds), forgotten);
  }

  /// The key is the author's from now on, and has this value.
  void put(std::string_view key, std::string_view author, Value value, TimePoint now) {
    const auto at = by_key_.find(key);
    if (at == by_key_.end()) {
      items_.push_back({.key = std::string{key}});
      by_key_.emplace(items_.back().key, std::prev(items_.end()));
    } else {
      unlink(*at->second);
      items_.splice(items_.end(), items_, at->second);
    }
    Item& item = items_.back();
    item.entry = {std::move(value), now};
    item.turn = ++turns_;
    link(item, author);
  }

  /// Forgets what was not used after that.
  void forget_idle(TimePoint since, std::vector<std::string>& forgotten) {
    while (!items_.empty() && items_.front().entry.used <= since) drop(items_.front(), forgotten);
  }
  template <class Wanted>
  void erase_if(Wanted wanted) {
    std::vector<std::string> erased;
    for (auto at = items_.begin(); at != items_.end();) {
      Item& item = *at++;
      if (wanted(item.entry.value)) drop(item, erased);
    }
  }

 private:
  struct Item;
  using Own = std::list<Item*>;  // the least lately used first
  using Authors = std::map<std::string, Own, std::less<>>;
  using Author = typename Authors::value_type;
  struct Item {
    std::string key;
    Entry entry{};
    std::uint64_t turn = 0;  // of its last use
    Author* author = nullptr;
    typename Own::iterator place{};
  };
  using Items = std::list<Item>;  // the least lately used first

  /// Who has most comes first; of those who have as much, whose oldest is the oldest.
  struct Rank {
    std::size_t count = 0;
    std::uint64_t oldest = 0;
    Author* author = nullptr;
    bool operator<(const Rank& other) const {
      return std::tie(other.count, oldest) < std::tie(count, other.oldest);
    }
  };
  static Rank rank_of(Author& author) {
    return {author.second.size(), author.second.front()->turn, &author};
  }

  [[nodiscard]] std::size_t count(std::string_view author) const {
    const auto at = authors_.find(author);
    return at == authors_.end() ? 0 : at->second.size();
  }

  Item& displaced_by(std::string_view author, const Bounds& bounds) {
    Author& most = *ranks_.begin()->author;
    const auto own = authors_.find(author);
    if (own == authors_.end()) return *most.second.front();
    const std::size_t would_have = own->second.size() + 1;
    const bool own_goes = would_have > bounds.of_author || would_have >= most.second.size();
    return *(own_goes ? own->second : most.second).front();
  }

  void link(Item& item, std::string_view name) {
    auto at = authors_.find(name);
    if (at == authors_.end()) at = authors_.try_emplace(std::string{name}).first;
    Own& own = at->second;
    if (!own.empty()) ranks_.erase(rank_of(*at));
    item.author = &*at;
    item.place = own.insert(own.end(), &item);
    ranks_.insert(rank_of(*at));
  }
  void unlink(Item& item) {
    Author& author = *item.author;
    ranks_.erase(rank_of(author));
    author.second.erase(item.place);
    if (!author.second.empty()) {
      ranks_.insert(rank_of(author));
    } else {
      authors_.erase(authors_.find(author.first));
    }
  }
  void drop(Item& item, std::vector<std::string>& forgotten) {
    unlink(item);
    const auto at = by_key_.find(item.key);
    const auto place = at->second;
    by_key_.erase(at);
    forgotten.push_back(std::move(item.key));
    items_.erase(place);
  }

  Items items_;
  std::unordered_map<std::string_view, typename Items::iterator>
      by_key_;  // views of the items' own
  Authors authors_;
  std::set<Rank> ranks_;
  std::uint64_t turns_ = 0;
};

}  // namespace so::hub
