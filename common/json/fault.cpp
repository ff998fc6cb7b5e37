#include "json/fault.h"

#include <algorithm>
#include <array>
#include <vector>

#include "base/ascii.h"

namespace so::json {
namespace {

constexpr std::size_t kDepth = 1024;

bool is_space(char c) {
  return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

/// Walks through a text; at() is where it had to stop.
class Walk {
 public:
  explicit Walk(std::string_view text) : text_(text) {}

  [[nodiscard]] std::size_t at() const { return at_; }

  bool whole() {
    do {
      if (!value()) return false;
    } while (!open_.empty() && more());
    space();
    return open_.empty() && !failed_ && at_ == text_.size();
  }

 private:
  [[nodiscard]] char next() const { return at_ < text_.size() ? text_[at_] : '\0'; }
  void space() {
    while (is_space(next())) ++at_;
  }
  bool take(char c) {
    if (next() != c) return false;
    ++at_;
    return true;
  }

  // A scalar, or the beginning of a container that is not empty, up to its first value.
  bool value() {
    for (space(); next() == '{' || next() == '['; space()) {
      if (open_.size() == kDepth) return false;
      const bool object = next() == '{';
      ++at_;
      space();
      if (take(object ? '}' : ']')) return true;
      open_.push_back(object ? '}' : ']');
      if (object && !name()) return false;
    }
    if (next() == '"') return string();
    if (next() == '-' || is_digit(next())) return number();
    constexpr std::array<std::string_view, 3> kWords{"true", "false", "null"};
    for (const std::string_view word : kWords) {
      if (next() == word.front()) return literal(word);
    }
    return false;
  }

  // What follows a value in a container, up to the next value; false: no more, or a fault.
  bool more() {
    for (space(); !open_.empty(); space()) {
      if (take(',')) {
        space();
        failed_ = open_.back() == '}' && !name();
        return !failed_;
      }
      if (!take(open_.back())) {
        failed_ = true;
        return false;
      }
      open_.pop_back();
    }
    return false;
  }

  bool name() {
    if (next() != '"' || !string()) return false;
    space();
    return take(':');
  }

  bool literal(std::string_view word) {
    return std::ranges::all_of(word, [this](char c) { return take(c); });
  }

  bool string() {
    ++at_;
    while (at_ < text_.size() && static_cast<unsigned char>(text_[at_]) >= 0x20) {
      if (take('"')) return true;
      if (!take('\\')) {
        ++at_;
      } else if (!escape()) {
        return false;
      }
    }
    return false;
  }

  bool escape() {
    constexpr std::string_view kOne = "\"\\/bfnrt";
    if (at_ < text_.size() && kOne.find(text_[at_]) != std::string_view::npos) {
      ++at_;
      return true;
    }
    if (!take('u')) return false;
    for (int i = 0; i < 4; ++i, ++at_) {
      if (!hex_digit(next())) return false;
    }
    return true;
  }

  bool digits() {
    if (!is_digit(next())) return false;
    while (is_digit(next())) ++at_;
    return true;
  }

  bool number() {
    take('-');
    if (!take('0') && !digits()) return false;
    if (take('.') && !digits()) return false;
    if (!take('e') && !take('E')) return true;
    if (!take('+')) take('-');
    return digits();
  }

  std::string_view text_;
  std::size_t at_ = 0;
  std::vector<char> open_;  // what closes each container that is open
  bool failed_ = false;
};

}  // namespace

std::optional<std::size_t> fault(std::string_view text) {
  Walk walk{text};
  if (walk.whole()) return std::nullopt;
  return walk.at();
}

}  // namespace so::json
