#include "net/admission.h"

#include <array>

#include <doctest/doctest.h>

using namespace so;
using net::Admission;
using Answer = net::Admission::Answer;

namespace {

net::SocketAddress from(const char* text) {
  return *net::resolve(*net::parse_address(text));
}

}  // namespace

TEST_CASE("a seat is counted until it is destroyed") {
  Admission door{{.total = 2, .per_address = 2}};
  {
    std::array<Admission::Seat, 3> seats;
    CHECK(door.enter(from("1.0.0.1:1"), seats[0]) == Answer::kAdmitted);
    CHECK(door.enter(from("1.0.0.2:1"), seats[1]) == Answer::kAdmitted);
    CHECK(door.enter(from("1.0.0.3:1"), seats[2]) == Answer::kFull);
    CHECK(door.total() == 2);
    Admission::Seat moved = std::move(seats[0]);
    CHECK(door.total() == 2);
  }
  CHECK(door.total() == 0);
}

TEST_CASE("one person has no more than his share") {
  Admission door{{.total = 10, .per_address = 2}};
  std::array<Admission::Seat, 4> seats;
  CHECK(door.enter(from("1.0.0.1:1"), seats[0]) == Answer::kAdmitted);
  CHECK(door.enter(from("1.0.0.1:2"), seats[1]) == Answer::kAdmitted);
  CHECK(door.enter(from("1.0.0.1:3"), seats[2]) == Answer::kTooManyFromThere);
  CHECK(door.enter(from("1.0.0.2:1"), seats[2]) == Answer::kAdmitted);
  seats[0] = Admission::Seat{};
  CHECK(door.enter(from("1.0.0.1:4"), seats[3]) == Answer::kAdmitted);
}

TEST_CASE("loopback counts per address only where asked to") {
  for (const bool count : {false, true}) {
    Admission door{{.total = 10, .per_address = 1, .count_loopback = count}};
    std::array<Admission::Seat, 2> seats;
    CHECK(door.enter(from("127.0.0.1:1"), seats[0]) == Answer::kAdmitted);
    CHECK(door.enter(from("127.0.0.1:2"), seats[1]) ==
          (count ? Answer::kTooManyFromThere : Answer::kAdmitted));
  }
}
