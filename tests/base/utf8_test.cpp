#include "base/utf8.h"

#include <string>
#include <string_view>
#include <vector>

#include <doctest/doctest.h>

using namespace so;

namespace {

bool valid(std::string_view text) {
  return is_utf8(as_bytes(text));
}

// RFC 3629, 3: the encoding of a code point, surrogates and all.
std::string encode(std::uint32_t point) {
  const auto byte = [](std::uint32_t value) { return static_cast<char>(value); };
  const auto more = [&](unsigned shift) { return byte(0x80U | (point >> shift & 0x3FU)); };
  if (point < 0x80) return {byte(point)};
  if (point < 0x800) return {byte(0xC0U | point >> 6U), more(0)};
  if (point < 0x10000) return {byte(0xE0U | point >> 12U), more(6), more(0)};
  return {byte(0xF0U | point >> 18U), more(12), more(6), more(0)};
}

}  // namespace

TEST_CASE("utf8: every code point but the surrogates is text, wherever it stands") {
  for (std::uint32_t point = 0; point < 0x120000; ++point) {
    const bool surrogate = point >= 0xD800 && point <= 0xDFFF;
    const bool expected = !surrogate && point <= 0x10FFFF;
    if (valid("0123456" + encode(point) + "x") != expected) FAIL(point);
  }
}

TEST_CASE("utf8: what is cut off, overlong or out of place is not text") {
  const std::vector<std::string> bad{
      "\x80",
      "\xC0\x80",
      "\xC1\xBF",
      "\xC2",
      "\xC2 ",
      "\xE0\x80\x80",
      "\xE0\x9F\xBF",
      "\xE2\x82",
      "\xE2\x82 ",
      "\xF0\x80\x80\x80",
      "\xF0\x8F\xBF\xBF",
      "\xF0\x90\x80",
      "\xF5\x80\x80\x80",
      "\xFE",
      "\xFF",
  };
  for (const std::string& bytes : bad) {
    CHECK_FALSE(valid(bytes));
    CHECK_FALSE(valid("12345678" + bytes));
    CHECK_FALSE(valid(bytes + "12345678"));
  }
  CHECK(valid(""));
}
