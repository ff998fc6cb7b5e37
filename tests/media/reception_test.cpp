#include "media/reception.h"

#include <string>

#include <doctest/doctest.h>

using namespace so;
using namespace so::media;

namespace {

struct ReceptionTest {
  Reception reception;
  std::string taken;

  Reception::Verdict live(std::uint64_t sequence, std::uint8_t flags = 0) {
    return note(reception.live({sequence, flags, flv::TagType::kVideo, 0, {}}), sequence);
  }
  Reception::Verdict head(std::uint64_t sequence, std::uint8_t flags = 0) {
    return note(reception.head({sequence, flags, flv::TagType::kVideo, 0, {}}), sequence);
  }
  Reception::Verdict note(Reception::Verdict verdict, std::uint64_t sequence) {
    if (verdict == Reception::Verdict::kTake)
      taken += std::to_string(sequence) + (reception.skipped() ? "! " : " ");
    return verdict;
  }
};

}  // namespace

TEST_CASE("a head comes first, then what is live, nothing twice") {
  ReceptionTest test;
  test.live(8);  // before the head was asked for
  test.head(1, flag::kRetained);
  test.head(2, flag::kRetained);
  test.head(7, flag::kKey);
  test.head(8);
  test.head(9);
  test.head(9, flag::kEndOfHead);
  CHECK(test.live(9) == Reception::Verdict::kDrop);
  test.live(10);
  test.live(11);
  CHECK(test.taken ==
        "1 2 7! 8 9 10 11 ");  // the hole before the first frame is no loss: nothing came before
}

TEST_CASE("what a new head still has fills the hole") {
  ReceptionTest test;
  test.head(1, flag::kKey);
  test.head(1, flag::kEndOfHead);
  test.live(2);
  CHECK(test.live(5) == Reception::Verdict::kAgain);
  test.reception.await_head();
  CHECK(test.live(6) == Reception::Verdict::kDrop);
  for (std::uint64_t i = 1; i <= 6; ++i) test.head(i, i == 1 ? flag::kKey : std::uint8_t{0});
  test.head(6, flag::kEndOfHead);
  test.live(7);
  CHECK(test.taken == "1 2 3 4 5 6 7 ");
}

TEST_CASE("what no head has any more is told as skipped") {
  ReceptionTest test;
  test.head(1, flag::kKey);
  test.head(1, flag::kEndOfHead);
  CHECK(test.live(9) == Reception::Verdict::kAgain);
  test.reception.await_head();
  test.head(8, flag::kKey);
  test.head(9);
  test.head(9, flag::kEndOfHead);
  CHECK(test.taken == "1 8! 9 ");

  test.live(20);
  test.reception.await_head();  // this time without frames
  test.head(30, flag::kEndOfHead);
  test.live(31);
  CHECK(test.taken == "1 8! 9 31! ");
}

TEST_CASE("a head with a hole is asked for again") {
  ReceptionTest test;
  test.head(1, flag::kKey);
  CHECK(test.head(3) == Reception::Verdict::kAgain);
  test.reception.await_head();
  test.head(1, flag::kKey);
  test.head(2);
  CHECK(test.head(3, flag::kEndOfHead) == Reception::Verdict::kAgain);  // 3 is missing
}
