#include "cli/units.h"

#include <array>
#include <optional>

#include <doctest/doctest.h>

using namespace so;
using namespace std::chrono_literals;

TEST_CASE("sizes are read and shown in powers of 1024") {
  struct Case {
    std::string_view text;
    std::uint64_t bytes;
    std::string_view shown;
  };
  for (const Case& c : std::array{
           Case{"0", 0, "0"}, Case{"1023", 1023, "1023"}, Case{"64K", 65536, "64K"},
           Case{"65536", 65536, "64K"}, Case{"8M", 8U << 20U, "8M"}, Case{"1G", 1U << 30U, "1G"},
           Case{"18446744073709551615", ~std::uint64_t{0}, "18446744073709551615"}}) {
    CHECK(cli::parse_size(c.text).value() == c.bytes);
    CHECK(cli::show_size(c.bytes) == c.shown);
  }
  for (const auto* bad :
       {"", "K", "-1", "1.5M", "64k", "64KB", " 1", "18446744073709551616", "17179869184G"}) {
    REQUIRE_FALSE_MESSAGE(cli::parse_size(bad), bad);
    CHECK(cli::parse_size(bad).error().code == Code::kUsage);
  }
}

TEST_CASE("durations have a unit, except nothing") {
  struct Case {
    std::string_view text;
    Millis duration;
    std::string_view shown;
  };
  for (const Case& c : std::array{Case{"0", 0ms, "0"}, Case{"500ms", 500ms, "500ms"},
                                  Case{"1500ms", 1500ms, "1500ms"}, Case{"2s", 2s, "2s"},
                                  Case{"120s", 2min, "2m"}, Case{"1h", 1h, "1h"}}) {
    CHECK(cli::parse_duration(c.text).value() == c.duration);
    CHECK(cli::show_duration(c.duration) == c.shown);
  }
  for (const auto* bad : {"", "5", "s", "-1s", "1.5s", "1 s", "1d", "9223372036855s", "3000000h"}) {
    CHECK_FALSE_MESSAGE(cli::parse_duration(bad), bad);
  }
  CHECK(cli::parse_duration("5").error().text == R"("5" is not a duration like 500ms, 2s or 5m)");
}

TEST_CASE("a count is digits and nothing else") {
  CHECK(cli::parse_count("20000").value() == 20000);
  for (const auto* bad : {"", "1K", "-1", "+1", "0x10", "1 "}) {
    REQUIRE_FALSE_MESSAGE(cli::parse_count(bad), bad);
  }
  CHECK(cli::parse_count("many").error().text == R"("many" is not a number)");
}
