#include "hub/name_pattern.h"

#include <cassert>

namespace so::hub {
namespace {

bool continues(std::size_t byte) {
  return (byte & 0xC0U) == 0x80U;
}

}  // namespace

NamePattern::NamePattern(std::string_view pattern) {
  assert(pattern.size() <= wire::kMaxObjectName);
  for (const char each : pattern) {
    const auto byte = static_cast<unsigned char>(each);
    if (each == '*') {
      if (length_ > 0 && stars_.test(length_ - 1)) continue;  // two are one
      stars_.set(length_);
    } else if (each == '?') {
      for (std::size_t any = 0; any < takes_.size(); ++any) {
        if (!continues(any)) takes_.at(any).set(length_);
      }
      characters_.set(length_ + 1);
    } else {
      takes_.at(byte).set(length_);
    }
    ++length_;
  }
}

// Who is at a star may be behind it as well.
NamePattern::Places NamePattern::with_stars(Places places) const {
  return places | (places & stars_) << 1U;
}

bool NamePattern::matches(std::string_view text) const {
  Places places = with_stars(Places{1});
  for (const char each : text) {
    const auto byte = static_cast<unsigned char>(each);
    Places next = (places & takes_.at(byte)) << 1U | (places & stars_);
    if (continues(byte)) next |= places & characters_;  // the rest of the character that was taken
    places = with_stars(next);
  }
  return places.test(length_);
}

}  // namespace so::hub
