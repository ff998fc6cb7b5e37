#pragma once

#include <cstdint>
#include <functional>
#include <limits>
#include <string>
#include <type_traits>
#include <vector>

#include "base/result.h"
#include "base/time.h"
#include "cli/listen.h"

namespace so::cli {

/// How words, wherever they come from, reach a field of an options struct, and how it is shown. The
/// field is borrowed and must outlive this. What show() says, set() reads.
struct Value {
  std::string placeholder;  // what follows the flag in --help; empty: nothing does
  bool is_list = false;     // else there is exactly one word
  std::function<Status(const std::vector<std::string>& words)> set;
  std::function<std::vector<std::string>()> show;
};

Value flag(bool& field);
Value text(std::string& field, std::string placeholder);
Value texts(std::vector<std::string>& field, std::string placeholder);
Value choice(std::string& field, std::string placeholder, std::vector<std::string> words);
Value duration(Millis& field);
Value addresses(std::vector<Listen>& field);

/// Behind count() and size(): a number up to `largest`.
struct Number {
  std::uint64_t largest;
  std::function<void(std::uint64_t)> set;
  std::function<std::uint64_t()> get;
};
Value count(const Number& number);
Value size(const Number& number);

template <class Integer>
Number number(Integer& field) {
  static_assert(std::is_unsigned_v<Integer>);
  return {std::numeric_limits<Integer>::max(),
          [&field](std::uint64_t value) { field = static_cast<Integer>(value); },
          [&field] { return std::uint64_t{field}; }};
}
/// How many: digits.
template <class Integer>
Value count(Integer& field) {
  return count(number(field));
}
/// How many bytes: 65536, 64K, 8M.
template <class Integer>
Value size(Integer& field) {
  return size(number(field));
}

}  // namespace so::cli
