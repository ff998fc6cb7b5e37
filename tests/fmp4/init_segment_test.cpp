#include "fmp4/init_segment.h"

#include <array>

#include <doctest/doctest.h>

#include "support/fmp4_checker.h"
#include "support/hex.h"

using namespace so;
using fmp4::Track;
using test::from_hex;
using test::to_hex;

namespace {

const Bytes avc_record =
    from_hex("014d401effe10018674d401eeca05017fcb80880000003008000001e078b16cb01000568ebe3cb20");

Track picture() {
  return fmp4::video_track(*flv::AvcConfig::decode(avc_record));
}
Track sound(const char* record = "1190") {
  return fmp4::audio_track(*flv::AacConfig::decode(from_hex(record)));
}

struct Case {
  std::string name;
  std::vector<Track> tracks;
  const char* mime;
  std::size_t bytes;
};
const std::vector<Case> cases{
    {"picture and sound",
     {picture(), sound()},
     "video/mp4; codecs=\"avc1.4d401e,mp4a.40.2\"",
     1089},
    {"picture", {picture()}, "video/mp4; codecs=\"avc1.4d401e\"", 652},
    {"sound", {sound()}, "audio/mp4; codecs=\"mp4a.40.2\"", 589},
};

}  // namespace

TEST_CASE("init segment: the boxes of the codecs are these bytes") {
  CHECK(to_hex(picture().config) == "0000003061766343" + to_hex(avc_record));
  CHECK(to_hex(sound("118856e500").config) ==
        to_hex(
            from_hex("0000002a 65736473 00000000 03 1c 0002 00 04 14 40 15 000000 00000000 00000000"
                     "05 05 118856e500 06 01 02")));
}

TEST_CASE("init segment: every set of tracks has its segment and its MIME type") {
  for (const Case& c : cases) {
    CAPTURE(c.name);
    const Bytes bytes = fmp4::init_segment(c.tracks);
    CHECK(bytes.size() == c.bytes);
    test::Fmp4Checker checker;
    const auto verdict = checker.check(bytes);
    CHECK_MESSAGE(verdict.has_value(), (verdict ? "" : verdict.error().text));
    CHECK(fmp4::mime_type(c.tracks) == c.mime);
    CHECK(checker.mime() == c.mime);
  }
}

TEST_CASE("init segment: it begins with these bytes, and says no duration") {
  const Bytes bytes = fmp4::init_segment(cases.front().tracks);
  CHECK(to_hex(ByteView{bytes}.first(64)) ==
        to_hex(from_hex("0000001c 66747970 69736f35 00000200 69736f35 69736f36 6d703431"
                        "00000425 6d6f6f76 0000006c 6d766864 00000000 00000000 00000000"
                        "000003e8 00000000")));
}

TEST_CASE("init segment: HE-AAC keeps its whole configuration and the rate of its core") {
  const Track he = sound("2b118800");
  CHECK(he.codec == "mp4a.40.5");
  CHECK(he.timescale == 24000);
  CHECK(to_hex(he.config).find("05042b118800") != std::string::npos);
}

TEST_CASE("init segment: a rate that does not fit in 16 bits is left to the configuration") {
  const Bytes bytes = fmp4::init_segment(std::array{sound("1010")});  // 96 kHz
  test::Fmp4Checker checker;
  CHECK(checker.check(bytes));
}

TEST_CASE("init segment: channels that the stream describes itself count as two") {
  CHECK(sound("1180").channels == 2);
  CHECK(sound("1188").channels == 1);
}
