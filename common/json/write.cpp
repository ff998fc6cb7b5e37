#include "json/write.h"

#include <array>
#include <cassert>
#include <charconv>
#include <cmath>
#include <cstdint>
#include <cstring>
#include <iterator>
#include <utility>

#include <fmt/format.h>

namespace so::json {
namespace {

void append_escape(std::string& out, unsigned char byte) {
  switch (byte) {
    case '"':
      out += "\\\"";
      return;
    case '\\':
      out += "\\\\";
      return;
    case '\b':
      out += "\\b";
      return;
    case '\f':
      out += "\\f";
      return;
    case '\n':
      out += "\\n";
      return;
    case '\r':
      out += "\\r";
      return;
    case '\t':
      out += "\\t";
      return;
    default:
      fmt::format_to(std::back_inserter(out), "\\u{:04x}", byte);
      return;
  }
}

/// Eight bytes at once: whether one of them needs an escape. (Of a word, subtracting n from each
/// byte sets the top bit of a byte that is less than n and had none; the others do not matter.)
bool some_need_escape(std::uint64_t word) {
  constexpr std::uint64_t kOnes = 0x0101'0101'0101'0101;
  constexpr std::uint64_t kTops = 0x8080'8080'8080'8080;
  const std::uint64_t quote = word ^ (kOnes * '"');
  const std::uint64_t backslash = word ^ (kOnes * '\\');
  const std::uint64_t control = (word - kOnes * 0x20) & ~word;
  return ((control | ((quote - kOnes) & ~quote) | ((backslash - kOnes) & ~backslash)) & kTops) != 0;
}

/// Where the next byte is that needs an escape.
std::size_t find_escape(std::string_view text, std::size_t from) {
  std::uint64_t word = 0;
  for (; from + sizeof word <= text.size(); from += sizeof word) {
    std::memcpy(&word, &text[from], sizeof word);
    if (some_need_escape(word)) break;
  }
  for (; from < text.size(); ++from) {
    const auto byte = static_cast<unsigned char>(text[from]);
    if (byte < 0x20 || byte == '"' || byte == '\\') break;
  }
  return from;
}

template <class Integer>
void append_integer(std::string& out, Integer value) {
  std::array<char, 24> digits{};
  auto* const end = std::to_chars(digits.data(), digits.data() + digits.size(), value).ptr;
  out.append(digits.data(), end);
}

}  // namespace

void append_string(std::string& out, std::string_view text) {
  out += '"';
  for (std::size_t at = 0;;) {  // what needs no escape is appended in runs
    const std::size_t end = find_escape(text, at);
    out.append(text, at, end - at);
    if (end == text.size()) break;
    append_escape(out, static_cast<unsigned char>(text[end]));
    at = end + 1;
  }
  out += '"';
}

void append_number(std::string& out, double value) {
  if (!std::isfinite(value)) {
    out += "null";
    return;
  }
  // A reader takes digits alone for an integer, which has no -0 and ends at 2^64: what is not one
  // leaves with a point or an exponent.
  if (value == 0 && std::signbit(value)) {
    out += "-0.0";
    return;
  }
  constexpr double kExact = 9007199254740992.0;  // 2^53
  const bool whole = value == std::trunc(value);
  if (whole && std::abs(value) < kExact) {
    return append_integer(out, static_cast<std::int64_t>(value));
  }
  const auto format = whole ? std::chars_format::scientific : std::chars_format::general;
  std::array<char, 32> digits{};
  auto* const end = std::to_chars(digits.data(), digits.data() + digits.size(), value, format).ptr;
  out.append(digits.data(), end);
}

void append_number(std::string& out, std::int64_t value) {
  append_integer(out, value);
}
void append_number(std::string& out, std::uint64_t value) {
  append_integer(out, value);
}

void Writer::separate() {
  if (comma_) out_ += ',';
  comma_ = true;
}

Writer& Writer::open(char opening, char closing) {
  separate();
  out_ += opening;
  closers_.push_back(closing);
  comma_ = false;
  return *this;
}

Writer& Writer::end() {
  assert(!closers_.empty());
  out_ += closers_.back();
  closers_.pop_back();
  comma_ = true;
  return *this;
}

Writer& Writer::key(std::string_view name) {
  separate();
  append_string(out_, name);
  out_ += ':';
  comma_ = false;
  return *this;
}

Writer& Writer::string(std::string_view text) {
  separate();
  append_string(out_, text);
  return *this;
}

Writer& Writer::number(double value) {
  separate();
  append_number(out_, value);
  return *this;
}

Writer& Writer::integer(std::int64_t value) {
  separate();
  append_number(out_, value);
  return *this;
}

Writer& Writer::natural(std::uint64_t value) {
  separate();
  append_number(out_, value);
  return *this;
}

Writer& Writer::boolean(bool value) {
  return raw(value ? "true" : "false");
}
Writer& Writer::null() {
  return raw("null");
}

Writer& Writer::raw(std::string_view json) {
  separate();
  out_ += json;
  return *this;
}

std::string Writer::take() {
  assert(closers_.empty());
  comma_ = false;
  return std::exchange(out_, {});
}

}  // namespace so::json
