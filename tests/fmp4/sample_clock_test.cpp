#include "fmp4/sample_clock.h"

#include <random>

#include <doctest/doctest.h>

using namespace so;
using fmp4::AudioClock;
using fmp4::Slot;
using fmp4::VideoClock;

TEST_CASE(
    "video clock: whatever the time stamps do, frames lie end to end and last at least 1 ms") {
  std::minstd_rand random{1};
  VideoClock clock;
  std::int64_t ms = 500;
  std::uint64_t end = 500;
  for (int i = 0; i < 10'000; ++i) {
    const Slot slot = clock.place(ms);
    REQUIRE(slot.begin == end);
    REQUIRE(slot.duration >= 1);
    end = slot.begin + slot.duration;
    ms = std::max<std::int64_t>(0, ms + static_cast<std::int64_t>(random() % 100) - 20);
  }
}

TEST_CASE("video clock: a steady rate in whole milliseconds is met within 1 ms") {
  for (const int rate : {10, 24, 25, 30, 50, 60, 144}) {
    VideoClock clock;
    for (int i = 0; i < 1000; ++i) {
      const std::int64_t ms = i * 1000LL / rate;
      const Slot slot = clock.place(ms);
      if (i > 10) CHECK(std::abs(static_cast<std::int64_t>(slot.begin) - ms) <= 1);
    }
  }
}

TEST_CASE("audio clock: frames of 1024 samples stamped in milliseconds are never touched") {
  for (const std::uint32_t rate : {8000U, 22050U, 44100U, 48000U, 96000U}) {
    AudioClock clock;
    clock.set_rate(rate);
    for (std::int64_t i = 0; i < 100'000; ++i) {
      const auto slot = clock.place(i * 1024 * 1000 / rate, 1024);
      REQUIRE(slot);
      REQUIRE(slot->begin == static_cast<std::uint64_t>(i) * 1024);
      REQUIRE(slot->duration == 1024);
    }
  }
}

TEST_CASE("audio clock: a publisher whose crystal is off is followed within 45 ms") {
  for (const double speed : {0.999, 1.001}) {
    AudioClock clock;
    clock.set_rate(48000);
    for (int i = 0; i < 20'000; ++i) {
      const double ms = i * 1024 / 48.0 * speed;
      const auto slot = clock.place(static_cast<std::int64_t>(ms), 1024);
      if (slot) CHECK(std::abs(static_cast<double>(slot->begin) / 48.0 - ms) < 45);
    }
  }
}
