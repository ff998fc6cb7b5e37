#include "net/reply_room.h"

#include <doctest/doctest.h>

using namespace so;
using net::ConnId;

namespace {

constexpr ConnId kAnn{1};
constexpr ConnId kBob{2};
constexpr ConnId kCarl{3};

TimePoint at(Millis time) {
  return TimePoint{} + Seconds{100} + time;
}

}  // namespace

TEST_CASE("reply room: so many bytes fit, or any one body") {
  net::ReplyRoom room{100'000};
  CHECK(room.fits(1'000'000));
  room.hold(kAnn, 60'000, at(Millis{0}));
  CHECK(room.fits(40'000));
  CHECK_FALSE(room.fits(40'001));
  room.hold(kBob, 40'000, at(Millis{0}));
  CHECK_FALSE(room.fits(5000));
  room.release(kAnn);
  room.release(kAnn);
  CHECK(room.held() == 40'000);
  CHECK(room.fits(60'000));
}

TEST_CASE("reply room: what is small always fits, and holds nothing") {
  net::ReplyRoom room{10'000};
  room.hold(kAnn, 10'000, at(Millis{0}));
  CHECK(room.fits(0));
  CHECK(room.fits(net::ReplyRoom::kSmall));
  room.hold(kBob, net::ReplyRoom::kSmall, at(Millis{0}));
  CHECK(room.held() == 10'000);
}

TEST_CASE("reply room: who has held most for longest gives way, but nobody at once") {
  net::ReplyRoom room{100'000};
  room.hold(kAnn, 10'000, at(Millis{0}));
  room.hold(kBob, 50'000, at(Millis{3000}));
  room.hold(kCarl, 30'000, at(Millis{3000}));
  CHECK_FALSE(room.heaviest(at(Millis{999})));
  CHECK(room.heaviest(at(Millis{1000})) == kAnn);
  CHECK(room.heaviest(at(Millis{3999})) == kAnn);
  CHECK(room.heaviest(at(Millis{4000})) == kBob);
  room.release(kBob);
  CHECK(room.heaviest(at(Millis{4000})) == kAnn);
  CHECK(room.heaviest(at(Millis{9000})) == kCarl);
}
