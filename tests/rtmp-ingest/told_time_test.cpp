#include "told_time.h"

#include <array>

#include <doctest/doctest.h>

using namespace so;
using ingest::ToldTime;

namespace {

constexpr std::array<std::uint8_t, 6> kFrame{0x27, 1, 0, 0, 0, 1};

std::optional<Millis> due(ToldTime& told, std::uint32_t timestamp, Millis now) {
  return told.due({1, 0, flv::TagType::kVideo, timestamp, kFrame}, TimePoint{} + now);
}

}  // namespace

TEST_CASE("the time is told with the first frame and again from time to time") {
  ToldTime told;
  CHECK(due(told, 5000, Millis{0}) == Millis{5000});
  CHECK_FALSE(due(told, 5040, Millis{40}));
  CHECK_FALSE(due(told, 14999, Millis{9999}));
  CHECK(due(told, 15000, Millis{10'000}) == Millis{15000});
  CHECK_FALSE(due(told, 15040, Millis{10'040}));
}

TEST_CASE("a time that goes astray is told at once, but not with every frame") {
  ToldTime told;
  CHECK(due(told, 0, Millis{0}));
  CHECK_FALSE(due(told, 2000, Millis{999}));
  CHECK(due(told, 3000, Millis{1000}) == Millis{3000});
  CHECK_FALSE(due(told, 4199, Millis{2000}));
  CHECK(due(told, 4200, Millis{2000}) == Millis{4200});
  CHECK(due(told, 0, Millis{3000}) == Millis{0});  // it began anew
}

TEST_CASE("descriptions and configurations have no time to go by") {
  ToldTime told;
  CHECK_FALSE(told.due({1, 0, flv::TagType::kScript, 7, kFrame}, TimePoint{}));
  CHECK_FALSE(told.due({1, media::flag::kRetained, flv::TagType::kVideo, 7, kFrame}, TimePoint{}));
}
