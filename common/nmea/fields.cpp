#include "nmea/fields.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <optional>

#include <fmt/format.h>

namespace so::nmea {
namespace {

bool all_digits(std::string_view text) {
  return text.find_first_not_of("0123456789") == std::string_view::npos;
}

// [-]digits[.digits], as the standard has numbers: from_chars takes more.
std::optional<double> decimal(std::string_view text) {
  const std::string_view digits = text.starts_with('-') ? text.substr(1) : text;
  const std::size_t point = std::min(digits.find('.'), digits.size());
  const std::string_view behind = digits.substr(std::min(point + 1, digits.size()));
  if (point + behind.size() == 0 || digits.size() > 20) return std::nullopt;
  if (!all_digits(digits.substr(0, point)) || !all_digits(behind)) return std::nullopt;
  double value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  const bool whole = error == std::errc{} && (end == text.data() + text.size() || *end == '.');
  return whole ? std::optional{value} : std::nullopt;
}

std::optional<unsigned> two_digits(std::string_view text, std::size_t at, unsigned most) {
  const std::string_view part = text.substr(std::min(at, text.size()), 2);
  if (part.size() != 2 || !all_digits(part)) return std::nullopt;
  const auto value = static_cast<unsigned>((part[0] - '0') * 10 + (part[1] - '0'));
  return value <= most ? std::optional{value} : std::nullopt;
}

// A tenth of a millimetre on the ground, finer than any receiver.
double rounded(double degrees) {
  constexpr double kPlaces = 1e9;
  return std::round(degrees * kPlaces) / kPlaces;
}

}  // namespace

std::string_view Fields::at(std::size_t index) const {
  std::string_view rest = text_;
  for (; index > 0; --index) {
    const std::size_t comma = rest.find(',');
    if (comma == std::string_view::npos) return {};
    rest.remove_prefix(comma + 1);
  }
  return rest.substr(0, rest.find(','));
}

void Fields::is_not(std::size_t index, std::string_view what) {
  if (wrong_.empty()) wrong_ = fmt::format("field {} is not {}", index + 1, what);
}

void Fields::number(json::Writer& out, std::string_view key, std::size_t index) {
  const std::string_view text = at(index);
  if (text.empty()) return;
  const auto value = decimal(text);
  if (!value) return is_not(index, "a number");
  out.key(key).number(*value);
}

void Fields::text(json::Writer& out, std::string_view key, std::size_t index) const {
  const std::string_view text = at(index);
  if (!text.empty()) out.key(key).string(text);
}

void Fields::time(json::Writer& out, std::size_t index) {
  const std::string_view text = at(index);
  if (text.empty()) return;
  const auto hour = two_digits(text, 0, 23);
  const auto minute = two_digits(text, 2, 59);
  const auto second = two_digits(text, 4, 60);  // a leap second
  const std::string_view fraction = text.substr(std::min<std::size_t>(6, text.size()));
  const bool good = fraction.empty() || (fraction[0] == '.' && all_digits(fraction.substr(1)));
  if (!hour || !minute || !second || !good) return is_not(index, "a time");
  out.key("time").string(
      fmt::format("{:02}:{:02}:{:02}{}", *hour, *minute, *second, fraction == "." ? "" : fraction));
}

// Years have two digits: those of GPS, which began in 1980.
void Fields::date(json::Writer& out, std::size_t index) {
  const std::string_view text = at(index);
  if (text.empty()) return;
  const auto day = two_digits(text, 0, 31);
  const auto month = two_digits(text, 2, 12);
  const auto year = two_digits(text, 4, 99);
  if (text.size() != 6 || !day || !month || !year || *day == 0 || *month == 0)
    return is_not(index, "a date");
  out.key("date").string(
      fmt::format("{}-{:02}-{:02}", *year + (*year < 80 ? 2000 : 1900), *month, *day));
}

void Fields::axis(json::Writer& out, const Axis& axis, std::size_t index) {
  const std::string_view text = at(index);
  const std::string_view direction = at(index + 1);
  if (text.empty()) return;
  const std::string_view minutes = text.substr(std::min(axis.degree_digits, text.size()));
  const auto degrees = decimal(text.substr(0, axis.degree_digits));
  const auto sixtieths = decimal(minutes);
  const bool good = degrees && sixtieths && *degrees >= 0 && minutes[0] != '-' && *sixtieths < 60 &&
                    std::min(minutes.find('.'), minutes.size()) == 2;
  if (!good || *degrees + *sixtieths / 60 > axis.most)
    return is_not(index, axis.most > 90 ? "a longitude" : "a latitude");
  if (direction.size() != 1 || axis.directions.find(direction) == std::string_view::npos)
    return is_not(index + 1, fmt::format("{} or {}", axis.directions[0], axis.directions[1]));
  const double value = rounded(*degrees + *sixtieths / 60);
  out.key(axis.key).number(direction[0] == axis.directions[1] && value != 0 ? -value : value);
}

void Fields::position(json::Writer& out, std::size_t index) {
  axis(out, {"lat", 2, 90, "NS"}, index);
  axis(out, {"lon", 3, 180, "EW"}, index + 2);
}

void Fields::with_sign(json::Writer& out, std::string_view key, std::size_t index, char negative) {
  const std::string_view text = at(index);
  if (text.empty()) return;
  const auto value = decimal(text);
  if (!value) return is_not(index, "a number");
  const bool turned = at(index + 1) == std::string_view{&negative, 1} && *value != 0;
  out.key(key).number(turned ? -*value : *value);
}

}  // namespace so::nmea
