#include "fmp4/event_message.h"

#include <doctest/doctest.h>

#include "support/fmp4_checker.h"
#include "support/hex.h"

using namespace so;
using test::to_hex;

TEST_CASE("emsg: a message is these bytes") {
  const Bytes bytes =
      fmp4::event_message({.id = 7, .time = 0x100000002, .value = "meta", .text = "{}"});
  const Bytes head =
      test::from_hex("0000003f 656d7367 01000000 000003e8 0000000100000002 ffffffff 00000007");
  CHECK(to_hex(ByteView{bytes}.first(32)) == to_hex(head));
  CHECK(as_text(ByteView{bytes}.subspan(32)) ==
        std::string_view{"urn:scopewire:meta:json\0meta\0{}", 31});
}

TEST_CASE("emsg: a zero byte ends the value, not the box") {
  const Bytes bytes = fmp4::event_message({.value = {"a\0b", 3}, .text = "1"});
  CHECK(as_text(ByteView{bytes}.subspan(32)) == std::string_view{"urn:scopewire:meta:json\0a\0"
                                                                 "1",
                                                                 27});
}

TEST_CASE("emsg: it may come before an init segment or a fragment") {
  test::Fmp4Checker checker;
  CHECK(checker.check(fmp4::event_message({.value = "meta", .text = "{}"})));
}

TEST_CASE("fmp4: events move to a clock that begins later, not before its beginning") {
  const auto at = [](std::uint64_t time, const char* text) {
    return fmp4::event_message({.id = 1, .time = time, .value = "meta", .text = text});
  };
  const auto both = [](Bytes a, const Bytes& b) {
    a.insert(a.end(), b.begin(), b.end());
    return a;
  };
  const std::uint64_t large = std::uint64_t{5} << 32U;
  CHECK(fmp4::earlier(both(at(large + 7, "1"), at(5, "long")), 7) ==
        both(at(large, "1"), at(0, "long")));
  CHECK(fmp4::earlier({}, 7).empty());
}
