#include "stream_stats.h"

#include <doctest/doctest.h>

using namespace so;

TEST_CASE("what a stream of known figures comes to") {
  ingest::StreamStats stats;
  const Bytes body(1000);
  TimePoint now{};
  for (int frame = 0; frame < 250; ++frame) {  // 10 s of 25 a second, a key frame each two seconds
    const std::uint8_t flags = frame % 50 == 0 ? media::flag::kKey : 0;
    stats.add({1, flags, flv::TagType::kVideo, 0, body}, now);
    now += Millis{40};
  }
  CHECK(stats.frames_per_second() > 24.9);
  CHECK(stats.frames_per_second() < 25.1);
  CHECK(stats.bytes_per_second() > 24'900);
  CHECK(stats.bytes_per_second() < 25'100);
  CHECK(stats.gop() == Seconds{2});
  CHECK(stats.key_frames() == 5);
  CHECK(stats.video_frames() == 250);
  CHECK_FALSE(stats.quiet(now));
  CHECK(stats.quiet(now + Seconds{3}));
}
