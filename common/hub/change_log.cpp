#include "hub/change_log.h"

#include <array>
#include <cstring>

namespace so::hub {
namespace {
constexpr std::size_t kSize = sizeof(std::uint32_t);
}

void ChangeLog::append(std::string_view text, std::size_t max_batches, std::size_t max_bytes) {
  std::array<char, kSize> size{};
  const auto length = static_cast<std::uint32_t>(text.size());
  std::memcpy(size.data(), &length, kSize);
  entries_.insert(entries_.end(), size.begin(), size.end());
  entries_.insert(entries_.end(), text.begin(), text.end());
  ++batches_;
  while (batches_ > max_batches || bytes() > max_bytes) {
    dead_ += static_cast<std::uint32_t>(kSize + entry_at(dead_).size());
    --batches_;
  }
  if (dead_ <= entries_.size() / 2) return;
  entries_.erase(entries_.begin(), entries_.begin() + dead_);
  dead_ = 0;
}

std::string_view ChangeLog::entry_at(std::size_t offset) const {
  std::uint32_t length = 0;
  std::memcpy(&length, entries_.data() + offset, kSize);
  return {entries_.data() + offset + kSize, length};
}

std::optional<std::vector<std::string_view>> ChangeLog::newest(std::uint64_t n) const {
  if (n > batches_) return std::nullopt;
  std::vector<std::string_view> found;
  found.reserve(n);
  std::size_t at = dead_;
  for (std::uint64_t i = 0; i < batches_; ++i) {
    const std::string_view text = entry_at(at);
    at += kSize + text.size();
    if (batches_ - i <= n) found.push_back(text);
  }
  return found;
}

}  // namespace so::hub
