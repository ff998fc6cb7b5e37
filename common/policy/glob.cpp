#include "policy/glob.h"

#include <cstring>

namespace so::policy {
namespace {

// Where the text goes on behind the first `piece`; nullptr: it is not in there. memmem(3) keeps to
// linear time, find() of a string does not.
const char* behind(const char* begin, const char* end, std::string_view piece) {
  const void* at =
      ::memmem(begin, static_cast<std::size_t>(end - begin), piece.data(), piece.size());
  return at == nullptr ? nullptr : static_cast<const char*>(at) + piece.size();
}

}  // namespace

// What is before the first star and behind the last one has its place. Each piece between takes the
// first place that it finds: a later one would leave less for those that follow.
bool Glob::matches(std::string_view text) const {
  const std::string_view pattern = pattern_;
  const auto first = pattern.find('*');
  if (first == std::string_view::npos) return text == pattern;
  const auto last = pattern.rfind('*');
  const std::string_view tail = pattern.substr(last + 1);
  if (text.size() < first + tail.size()) return false;
  if (!text.starts_with(pattern.substr(0, first)) || !text.ends_with(tail)) return false;

  const char* at = text.data() + first;
  const char* const end = text.data() + text.size() - tail.size();
  for (auto star = first; star < last;) {
    const auto next = pattern.find('*', star + 1);
    const std::string_view piece = pattern.substr(star + 1, next - star - 1);
    if (!piece.empty()) at = behind(at, end, piece);
    if (at == nullptr) return false;
    star = next;
  }
  return true;
}

}  // namespace so::policy
