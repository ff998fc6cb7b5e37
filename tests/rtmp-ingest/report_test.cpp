#include "report.h"

#include <array>
#include <string>

#include <doctest/doctest.h>

#include "support/fake_bus.h"
#include "support/lines.h"

using namespace so;
using ingest::Report;

namespace {

/// A stream of a picture each 40 ms, 1000 bytes each.
struct Reported {
  Reported() {
    bus.link(true);
    bus.done(bus.next(), R"({"hub":"00000000000000aa","beat":5000,"lease":15000})");
  }

  net::Loop loop;
  FakeBus bus;
  bus::Client hub{bus, loop, "rtmp-ingest"};
  ingest::StreamStats stats;
  Report report;
  std::uint32_t ms = 0;

  /// What the hub hears until this time.
  test::Lines until(std::uint32_t end) {
    static const Bytes kPicture(1000, 0x27);
    test::Lines heard;
    for (; ms <= end; ms += 40) {
      const media::UnitView unit{1, 0, flv::TagType::kVideo, ms, kPicture};
      const TimePoint now = TimePoint{} + Millis{ms};
      stats.add(unit, now);
      report.tell(hub, {7, "/live/cam", 3}, unit, stats, now);
      while (!bus.idle()) {
        const wire::Frame frame = bus.next();
        CHECK(frame.header.member == 7);
        CHECK(frame.scope == "/live/cam");
        heard.push_back(fmt::format("{} {} {}", ms, to_text(frame.header.kind), frame.body));
      }
    }
    return heard;
  }
};

}  // namespace

TEST_CASE("the hub hears what time it is in a stream, and how much it carries") {
  Reported stream;
  CHECK(stream.until(1999) == test::Lines{R"(0 time {"timestamp":0})"});
  CHECK(stream.until(3999) ==  // its first second has one frame at each end
        test::Lines{R"(2000 rates {"bytes_per_second":25500,"frames_per_second":26,)"
                    R"("gop":0,"players":3})"});
  CHECK(stream.until(6000) ==
        test::Lines{R"(4000 rates {"bytes_per_second":25125,"frames_per_second":25,)"
                    R"("gop":0,"players":3})",
                    R"(6000 rates {"bytes_per_second":25031,"frames_per_second":25,)"
                    R"("gop":0,"players":3})"});
}
