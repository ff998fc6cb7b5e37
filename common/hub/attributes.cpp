#include "hub/attributes.h"

#include <algorithm>
#include <cstddef>

namespace so::hub {

std::size_t Attributes::bytes_of(std::string_view key, std::string_view value) {
  constexpr std::size_t kPunctuation = 4;  // "key":value,
  return 2 * key.size() + value.size() + kPunctuation;
}

Attributes::Entry::Entry(std::string_view key, std::string_view value)
    : key_bytes_(static_cast<std::uint32_t>(key.size())) {
  text_.reserve(key.size() + value.size());
  text_.append(key).append(value);
}

std::size_t Attributes::place(std::string_view key) const {
  const auto at = std::lower_bound(all_.begin(), all_.end(), key,
                                   [](const Entry& a, std::string_view b) { return a.key() < b; });
  return static_cast<std::size_t>(at - all_.begin());
}

bool Attributes::is_at(std::size_t place, std::string_view key) const {
  return place < all_.size() && all_[place].key() == key;
}

std::optional<std::string_view> Attributes::find(std::string_view key) const {
  const std::size_t at = place(key);
  return is_at(at, key) ? std::optional{all_[at].value()} : std::nullopt;
}

void Attributes::set(std::string_view key, std::string_view value) {
  const std::size_t at = place(key);
  bytes_ += bytes_of(key, value);
  if (is_at(at, key)) {
    bytes_ -= bytes_of(key, all_[at].value());
    all_[at] = Entry{key, value};
  } else {
    all_.insert(all_.begin() + static_cast<std::ptrdiff_t>(at), Entry{key, value});
  }
}

void Attributes::remove(std::string_view key) {
  const std::size_t at = place(key);
  if (!is_at(at, key)) return;
  bytes_ -= bytes_of(key, all_[at].value());
  all_.erase(all_.begin() + static_cast<std::ptrdiff_t>(at));
}

void Attributes::clear() {
  all_ = {};
  bytes_ = 0;
}

}  // namespace so::hub
