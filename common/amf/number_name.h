#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace so::amf {

/// JSON has no word for NaN, infinity and -0; these are ours: "NaN", "Infinity", "-Infinity", "-0",
/// and for a NaN of other bits than 0x7ff8000000000000 the bits, "0x" and 16 digits.
bool needs_name(double number);
std::string number_name(double number);  // of one that needs it
std::optional<double> named_number(std::string_view name);

}  // namespace so::amf
