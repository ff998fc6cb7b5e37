#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "json/write.h"

namespace so::nmea {

/// The fields of a sentence behind its address, and the JSON that they become. What is empty, or
/// beyond the last field, is left out; the first field that cannot be read is remembered.
class Fields {
 public:
  explicit Fields(std::string_view text) : text_(text) {}

  [[nodiscard]] std::string_view at(std::size_t index) const;  // 0 is the first

  void number(json::Writer& out, std::string_view key, std::size_t index);
  void text(json::Writer& out, std::string_view key, std::size_t index) const;
  void time(json::Writer& out, std::size_t index);  // hhmmss.ss
  void date(json::Writer& out, std::size_t index);  // ddmmyy
  /// Two fields each: ddmm.mmm and N or S, dddmm.mmm and E or W.
  void position(json::Writer& out, std::size_t index);
  /// A number and its direction, of which `negative` turns the sign.
  void with_sign(json::Writer& out, std::string_view key, std::size_t index, char negative);

  /// Which field was wrong, counted from 1, and what it should have been.
  [[nodiscard]] const std::string& wrong() const { return wrong_; }

 private:
  struct Axis {
    std::string_view key;
    std::size_t degree_digits;
    double most;
    std::string_view directions;  // the second one is negative
  };
  void axis(json::Writer& out, const Axis& axis, std::size_t index);
  void is_not(std::size_t index, std::string_view what);

  std::string_view text_;
  std::string wrong_;
};

}  // namespace so::nmea
