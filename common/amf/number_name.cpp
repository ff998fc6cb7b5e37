#include "amf/number_name.h"

#include <array>
#include <bit>
#include <cmath>
#include <cstdint>
#include <limits>

#include <fmt/format.h>

#include "base/number.h"

namespace so::amf {
namespace {

struct Name {
  std::string_view name;
  double number;
};

constexpr std::array kNames{Name{"NaN", std::bit_cast<double>(0x7FF8000000000000U)},
                            Name{"Infinity", std::numeric_limits<double>::infinity()},
                            Name{"-Infinity", -std::numeric_limits<double>::infinity()},
                            Name{"-0", -0.0}};

std::uint64_t bits(double number) {
  return std::bit_cast<std::uint64_t>(number);
}

}  // namespace

bool needs_name(double number) {
  return !std::isfinite(number) || bits(number) == bits(-0.0);
}

std::string number_name(double number) {
  for (const Name& each : kNames) {
    if (bits(each.number) == bits(number)) return std::string{each.name};
  }
  return fmt::format("0x{:016x}", bits(number));
}

std::optional<double> named_number(std::string_view name) {
  for (const Name& each : kNames) {
    if (each.name == name) return each.number;
  }
  if (name.size() != 18 || !name.starts_with("0x")) return std::nullopt;
  const auto value = parse_number<std::uint64_t>(name.substr(2), 16);
  if (!value) return std::nullopt;
  const auto number = std::bit_cast<double>(*value);
  return std::isnan(number) ? std::optional{number} : std::nullopt;
}

}  // namespace so::amf
