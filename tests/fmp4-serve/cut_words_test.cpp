#include "cut_words.h"

#include <doctest/doctest.h>

using namespace so;
using namespace so::fmp4serve;

TEST_CASE("how much is in a fragment, in words") {
  for (const char* const word : {"frame", "gop", "50ms", "100ms", "1s", "5s"}) {
    const auto cut = parse_cut(word);
    REQUIRE_MESSAGE(cut, word);
    CHECK(show_cut(*cut) == word);
  }
  CHECK(parse_cut("1000ms")->every == Millis{1000});
  for (const char* const word :
       {"", "frames", "0", "10ms", "120ms", "5050ms", "1h", "-1s", "100"}) {
    const auto cut = parse_cut(word);
    REQUIRE_FALSE_MESSAGE(cut, word);
    CHECK(cut.error().text == "frame, gop, or a time of 50ms to 5s in steps of 50ms");
  }
}
