#include "nmea/lines.h"

#include <string>
#include <string_view>
#include <vector>

#include <doctest/doctest.h>
#include <fmt/format.h>

#include "support/pieces.h"

using namespace so;

namespace {

/// "line: text", with ! before what is broken.
std::vector<std::string> feed(std::string_view text, std::size_t step) {
  nmea::Lines lines;
  std::vector<std::string> pieces;
  test::feed(lines, text, step, [&](const auto& piece) {
    pieces.push_back(fmt::format("{}{}: {}", piece.broken ? "!" : "", piece.line, piece.text));
  });
  return pieces;
}

}  // namespace

TEST_CASE("sentences however they were cut and whatever ends their lines") {
  const std::string text = "$GPVTG*52\r\n\r\n  \n$GPVTG*53\n$GPVTG*52\r$GPVTG*52\n\n" +
                           std::string(5000, 'x') + "\n$GPVTG*52";
  const std::vector<std::string> whole = feed(text, text.size());
  CHECK(whole ==
        std::vector<std::string>{
            R"(1: {"sentence":"VTG","talker":"GP"})", "!4: NMEA: the checksum is 52, not 53",
            R"(5: {"sentence":"VTG","talker":"GP"})", R"(6: {"sentence":"VTG","talker":"GP"})",
            "!8: NMEA: the sentence is over 1024 bytes", R"(9: {"sentence":"VTG","talker":"GP"})"});
  for (const std::size_t step : {1U, 2U, 7U, 1000U}) CHECK(feed(text, step) == whole);
}

TEST_CASE("nothing says nothing") {
  CHECK(feed("", 1).empty());
  CHECK(feed("\r\n\n", 1).empty());
}
