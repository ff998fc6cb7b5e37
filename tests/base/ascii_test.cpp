#include "base/ascii.h"

#include <doctest/doctest.h>

using namespace so;

TEST_CASE("ascii: digits, controls and letters, and nothing beyond") {
  for (int i = 0; i < 256; ++i) {
    const char c = static_cast<char>(i);
    CHECK(is_digit(c) == (i >= '0' && i <= '9'));
    CHECK(is_control(c) == (i < 32 || i == 127));
    CHECK(to_lower(c) == (i >= 'A' && i <= 'Z' ? static_cast<char>(i + 32) : c));
    const std::size_t at = std::string_view{"0123456789abcdefABCDEF"}.find(c);
    const bool none = at == std::string_view::npos;
    CHECK(hex_digit(c) == (none ? std::nullopt : std::optional<unsigned>(at < 16 ? at : at - 6)));
  }
}

TEST_CASE("ascii: space is taken off both ends") {
  CHECK(trimmed(" \ta b\t") == "a b");
  CHECK(trimmed("a") == "a");
  CHECK(trimmed(" \t ").empty());
  CHECK(trimmed("").empty());
  CHECK(trimmed("\na \r\n", "\r\n") == "a ");
}
