#include "base/base64.h"

#include <array>

#include <doctest/doctest.h>

using namespace so;

namespace {
struct Case {
  std::string_view plain;
  std::string_view encoded;
};
// RFC 4648, section 10
constexpr std::array kCases{Case{"", ""},
                            Case{"f", "Zg=="},
                            Case{"fo", "Zm8="},
                            Case{"foo", "Zm9v"},
                            Case{"foob", "Zm9vYg=="},
                            Case{"fooba", "Zm9vYmE="},
                            Case{"foobar", "Zm9vYmFy"}};
}  // namespace

TEST_CASE("base64: plain and encoded correspond both ways") {
  for (const Case& c : kCases) {
    CHECK(to_base64(as_bytes(c.plain)) == c.encoded);
    const auto back = from_base64(c.encoded);
    REQUIRE(back);
    CHECK(as_text(*back) == c.plain);
  }
}

TEST_CASE("base64 refuses what is not base64") {
  for (const std::string_view bad : {"Zg=", "Z===", "====", "Zm9v!mFy", "Zg==Zg=="}) {
    CHECK_MESSAGE(!from_base64(bad), bad);
  }
}

TEST_CASE("base64url: the other two letters, no padding, one text for some bytes") {
  const Bytes bytes{0xFB, 0xFF, 0xFE, 0x01};
  CHECK(to_base64url(bytes) == "-__-AQ");
  CHECK(from_base64url("-__-AQ") == bytes);
  for (const std::string_view bad : {"-__-AR", "-__-AQ==", "+//+AQ", "A", "AA AA", "AAAAA"}) {
    CHECK_MESSAGE(!from_base64url(bad), bad);
  }
}
