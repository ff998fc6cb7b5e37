#include "flv/timeline.h"

#include <vector>

#include <doctest/doctest.h>

using namespace so;
using flv::TagType;
using flv::Timeline;
using flv::Unwrap;

namespace {

constexpr TagType kV = TagType::kVideo;
constexpr TagType kA = TagType::kAudio;

struct Step {
  TagType track;
  std::uint32_t timestamp;
  std::int64_t ms;
  bool jumped = false;
};
void play(Timeline& timeline, const std::vector<Step>& steps) {
  for (const Step& s : steps) {
    CAPTURE(s.timestamp);
    const auto point = timeline.place(s.track, s.timestamp, TimePoint{});
    CHECK(point.ms == s.ms);
    CHECK(point.jumped == s.jumped);
  }
}

}  // namespace

TEST_CASE("time stamps go on through a wrap at 2^32, at 2^31, and back over it") {
  Unwrap rtmp;
  CHECK(rtmp.next(0xFFFFFFF0) == 0xFFFFFFF0);
  CHECK(rtmp.next(0x10) == 0x100000010);
  CHECK(rtmp.next(0xFFFFFFFF) == 0xFFFFFFFF);  // a straggler
  CHECK(rtmp.next(0x20) == 0x100000020);
  Unwrap flv;
  CHECK(flv.next(2147483640) == 2147483640);
  CHECK(flv.next(13) == 2147483661);
  CHECK(flv.peek(2147483640) == 2147483640);
  Unwrap high;  // 32-bit writer passes 2^31
  CHECK(high.next(0x7FFFFFFF) == 0x7FFFFFFF);
  CHECK(high.next(0x80000005) == 0x80000005);
}

TEST_CASE("the first frame is at 0, and both tracks share its offset") {
  Timeline timeline;
  play(timeline, {{kV, 5000, 0}, {kA, 4990, -10}, {kA, 5011, 11}, {kV, 5040, 40}});
}

TEST_CASE("small steps back and stalls below two seconds are the publisher's own") {
  Timeline timeline;
  play(timeline, {{kV, 0, 0}, {kV, 40, 40}, {kV, 30, 30}, {kV, 1900, 1900}, {kV, 1500, 1500}});
}

TEST_CASE("a restarted publisher goes on one frame after the latest") {
  Timeline timeline;
  play(timeline, {{kV, 90'000, 0},
                  {kA, 90'000, 0},
                  {kV, 90'040, 40},
                  {kV, 0, 80, true},
                  {kA, 10, 90},
                  {kV, 40, 120}});
}

TEST_CASE("a jump ahead goes on one frame after the latest, for both tracks") {
  Timeline timeline;
  play(timeline,
       {{kV, 0, 0}, {kA, 5, 5}, {kV, 40, 40}, {kA, 100'028, 73, true}, {kV, 100'045, 90}});
}

TEST_CASE("stragglers of the clock before a jump keep their place") {
  Timeline timeline;
  play(timeline, {{kV, 0, 0},
                  {kA, 20, 20},
                  {kV, 40, 40},
                  {kV, 100'000, 80, true},
                  {kA, 41, 41},
                  {kA, 100'004, 84},
                  {kV, 100'040, 120}});
}

TEST_CASE("tracks that live on two clocks are played side by side") {
  Timeline timeline;
  play(timeline, {{kV, 5'000'000, 0},
                  {kA, 0, 33, true},
                  {kV, 5'000'040, 40},
                  {kA, 23, 56},
                  {kV, 5'000'080, 80},
                  {kA, 46, 79}});
}

TEST_CASE("a track that comes back after a pause is where its time stamps say") {
  Timeline timeline;
  play(timeline, {{kV, 0, 0}, {kA, 0, 0}});
  for (std::uint32_t t = 1000; t <= 10'000; t += 1000) play(timeline, {{kA, t, t}});
  play(timeline, {{kV, 10'010, 10'010}});
}

TEST_CASE("after a pause the publisher's clock is right") {
  Timeline timeline;
  TimePoint now;
  CHECK(timeline.place(kV, 0, now).ms == 0);
  now += Seconds{60};
  const auto resumed = timeline.place(kV, 61'999, now);
  CHECK(resumed.ms == 61'999);
  CHECK_FALSE(resumed.jumped);
  CHECK(timeline.place(kV, 124'100, now + Seconds{60}).jumped);
}

TEST_CASE("after restart() the next frame continues whatever it says") {
  Timeline timeline;
  play(timeline, {{kV, 1000, 0}, {kV, 1040, 40}});
  timeline.restart();
  play(timeline, {{kV, 1060, 80, true}, {kV, 1100, 120}});
}

TEST_CASE("metadata lies on the clock of the newest frame") {
  Timeline timeline;
  CHECK_FALSE(timeline.locate(0));
  play(timeline, {{kV, 2147483600, 0}, {kV, 2147483640, 40}});
  CHECK(timeline.locate(2147483620) == 20);
  CHECK(timeline.locate(5) == 53);  // wrapped
  timeline.restart();
  CHECK_FALSE(timeline.locate(5));
}

TEST_CASE("a time of ours is what the publisher's clock shows then, whatever that clock does") {
  Timeline timeline;
  CHECK_FALSE(timeline.publisher_time(0));
  play(timeline, {{kV, 61'000, 0}, {kV, 61'040, 40}});
  CHECK(timeline.publisher_time(0) == 61'000);
  CHECK(timeline.publisher_time(2500) == 63'500);
  play(timeline, {{kV, 0, 80, true}});
  CHECK(timeline.publisher_time(80) == 0);
  CHECK(timeline.publisher_time(50) == -30);  // it had not begun
  Timeline old;
  play(old, {{kV, 4'294'967'290U, 0}});
  CHECK(old.publisher_time(5) == 4'294'967'295);
  CHECK(old.publisher_time(10) == 4);
}
