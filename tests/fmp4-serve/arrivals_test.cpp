#include "arrivals.h"

#include <doctest/doctest.h>

#include "support/hex.h"

using namespace so;
using flv::TagType;
using test::from_hex;

namespace {

struct ArrivalsTest {
  fmp4serve::Arrivals arrivals;
  void video(const char* hex) { add(TagType::kVideo, hex); }
  void audio(const char* hex) { add(TagType::kAudio, hex); }
  void add(TagType type, const char* hex) {
    const Bytes body = from_hex(hex);
    arrivals.add({type, 0, body});
  }
};

}  // namespace

TEST_CASE("what has come, and the first thing that is missing") {
  ArrivalsTest test;
  CHECK_FALSE(test.arrivals.any());
  test.add(TagType::kScript, "02 0000");
  CHECK_FALSE(test.arrivals.any());
  CHECK(test.arrivals.text() == "video: nothing has come; audio: nothing has come");
  test.video("27 01 000000 00000002 419a");
  CHECK(test.arrivals.any());
  CHECK(test.arrivals.text() ==
        "video: 1 packets of H.264, without the configuration that belongs before them; audio: "
        "nothing has come");
  test.video("17 00 000000 01");
  CHECK(test.arrivals.text().starts_with("video: 2 packets of H.264, without a key frame;"));
  test.video("17 01 000000 00000002 6588");
  CHECK(test.arrivals.text().starts_with("video: 3 packets of H.264, which wait"));
}

TEST_CASE("packets of other tracks, broken ones, and those without media") {
  ArrivalsTest other;  // Enhanced RTMP: multitrack, one track, avc1, track 1
  other.video("96 01 61766331 01 000000 00000002 419a");
  CHECK(other.arrivals.text().starts_with("video: 1 packets, all of other tracks than the first;"));
  ArrivalsTest broken;
  broken.video("");
  broken.video("17");
  broken.audio("af 00 1190");
  CHECK(broken.arrivals.text().find("audio: 1 packets of AAC, without a frame") !=
        std::string::npos);
}
