#include "wsproto/sse.h"

#include <array>

#include <doctest/doctest.h>

using namespace so;
using namespace so::wsproto;

TEST_CASE("sse: an event is lines that end in an empty one") {
  CHECK(sse_event("7", R"({"a":1})") == "id: 7\ndata: {\"a\":1}\n\n");
  CHECK(sse_event("", "x") == "data: x\n\n");
  CHECK(sse_event("", "two\r\nlines") == "data: two\ndata: lines\n\n");
  CHECK(sse_event("", "a\rb") == "data: ab\n\n");
  CHECK(sse_retry(Millis{1500}) == "retry: 1500\n\n");
}

TEST_CASE("sse: positions and their text correspond both ways") {
  const std::array<Position, 3> all{
      Position{255, 7}, {}, {0xffffffffffffffff, 18446744073709551615U}};
  const std::string text = "00000000000000ff-7,-,ffffffffffffffff-18446744073709551615";
  CHECK(positions_text(all) == text);
  CHECK(read_positions(text, 3) == std::vector<Position>{all.begin(), all.end()});
  CHECK(read_positions("-", 1) == std::vector<Position>{{}});
}

TEST_CASE("sse: what is no position of so many objects is none") {
  for (const char* text :
       {"", ",", "-,", "-,-", "7", "00000000000000ff", "00000000000000ff-", "00000000000000ff-x",
        "00000000000000ff-7 ", "00000000000000ff-18446744073709551616", "00000000000000FF-7",
        "0000000000000000-7", "00000000000000ff-7,", "00000000000000ff--7"}) {
    CAPTURE(text);
    CHECK_FALSE(read_positions(text, 1));
  }
  CHECK_FALSE(read_positions("-", 2));
  CHECK_FALSE(read_positions("-,-,-", 2));
}
