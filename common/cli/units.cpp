#include "cli/units.h"

#include <array>
#include <charconv>
#include <limits>
#include <optional>
#include <span>

#include <fmt/format.h>

namespace so::cli {
namespace {

struct Unit {
  std::string_view name;
  std::uint64_t factor;
};

// From the largest: show_ takes the first that divides without a rest.
constexpr std::array kSizes{Unit{"G", 1U << 30U}, Unit{"M", 1U << 20U}, Unit{"K", 1U << 10U},
                            Unit{"", 1}};
constexpr std::array kDurations{Unit{"h", 3'600'000}, Unit{"m", 60'000}, Unit{"s", 1000},
                                Unit{"ms", 1}};

struct Parts {
  std::uint64_t number;
  std::string_view unit;
};

std::optional<Parts> split(std::string_view text) {
  std::uint64_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc{}) return std::nullopt;
  return Parts{number, text.substr(static_cast<std::size_t>(end - text.data()))};
}

std::optional<std::uint64_t> parse(std::string_view text, std::span<const Unit> units,
                                   std::uint64_t largest) {
  const auto parts = split(text);
  if (!parts) return std::nullopt;
  for (const Unit& unit : units) {
    if (unit.name == parts->unit && parts->number <= largest / unit.factor) {
      return parts->number * unit.factor;
    }
  }
  return std::nullopt;
}

std::string show(std::uint64_t value, std::span<const Unit> units) {
  for (const Unit& unit : units) {
    if (value >= unit.factor && value % unit.factor == 0) {
      return fmt::format("{}{}", value / unit.factor, unit.name);
    }
  }
  return "0";
}

}  // namespace

Result<std::uint64_t> parse_count(std::string_view text) {
  const auto parts = split(text);
  if (!parts || !parts->unit.empty()) {
    return fail(Code::kUsage, fmt::format("\"{}\" is not a number", text));
  }
  return parts->number;
}

Result<std::uint64_t> parse_size(std::string_view text) {
  const auto bytes = parse(text, kSizes, std::numeric_limits<std::uint64_t>::max());
  if (!bytes) {
    return fail(Code::kUsage, fmt::format("\"{}\" is not a size like 65536, 64K or 8M", text));
  }
  return *bytes;
}

std::string show_size(std::uint64_t bytes) {
  return show(bytes, kSizes);
}

Result<Millis> parse_duration(std::string_view text) {
  if (text == "0") return Millis{0};
  // So that adding it to a point in time, counted in nanoseconds, does not overflow.
  constexpr std::uint64_t kLargest = std::numeric_limits<std::int64_t>::max() / 1'000'000;
  const auto millis = parse(text, kDurations, kLargest);
  if (!millis) {
    return fail(Code::kUsage, fmt::format("\"{}\" is not a duration like 500ms, 2s or 5m", text));
  }
  return Millis{*millis};
}

std::string show_duration(Millis duration) {
  return show(static_cast<std::uint64_t>(duration.count()), kDurations);
}

}  // namespace so::cli
