#pragma once

#include <charconv>
#include <concepts>
#include <optional>
#include <string_view>

namespace so {

/// What all of the text says: digits, behind a minus where Number has a sign. nullopt: it says
/// something else, or what does not fit.
template <std::integral Number>
std::optional<Number> parse_number(std::string_view text, int base = 10) {
  Number value = 0;
  const char* const end = text.data() + text.size();
  const auto read = std::from_chars(text.data(), end, value, base);
  if (read.ec != std::errc{} || read.ptr != end) return std::nullopt;
  return value;
}

}  // namespace so
