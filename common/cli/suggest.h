#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <string_view>

namespace so::cli {

/// How many letters have to be put in, taken out, replaced or swapped with their neighbour to make
/// one word of the other.
std::size_t edit_distance(std::string_view a, std::string_view b);

/// `, did you mean "level"?` when one of the known words is near enough to be meant, else nothing:
/// the end of an error text.
std::string suggestion(std::string_view word, std::span<const std::string> known);

}  // namespace so::cli
