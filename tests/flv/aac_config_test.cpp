#include "flv/aac_config.h"

#include <doctest/doctest.h>

#include "support/hex.h"

using namespace so;
using flv::AacConfig;
using test::from_hex;
using test::to_hex;

namespace {

struct Case {
  const char* record;
  unsigned object_type;
  std::uint32_t rate;
  unsigned channels;
  unsigned samples;
};
const std::vector<Case> cases{
    {"1190", 2, 48000, 2, 1024},       {"1210", 2, 44100, 2, 1024},
    {"1188", 2, 48000, 1, 1024},       {"1194", 2, 48000, 2, 960},
    {"120856e500", 2, 44100, 1, 1024},  // ffmpeg: says that there is no SBR
    {"2b118800", 5, 24000, 2, 1024},    // HE: plays at 48000
    {"eb8a0800", 29, 22050, 1, 1024},   // HEv2: plays stereo at 44100
    {"17800bb810", 2, 6000, 2, 1024},   // a rate of its own, 24 bits
};

std::string error_of(const char* hex) {
  const auto config = AacConfig::decode(from_hex(hex));
  REQUIRE_FALSE(config);
  return config.error().text;
}

}  // namespace

TEST_CASE("aac configuration: records say type, rate, channels and frame length") {
  for (const Case& c : cases) {
    CAPTURE(c.record);
    const auto config = AacConfig::decode(from_hex(c.record));
    REQUIRE(config);
    CHECK(config->object_type == c.object_type);
    CHECK(config->sample_rate == c.rate);
    CHECK(config->channels == c.channels);
    CHECK(config->samples_per_frame == c.samples);
    CHECK(to_hex(config->record) == c.record);
  }
}

TEST_CASE("aac configuration: damage and other codecs have a reason") {
  CHECK(error_of("") == "reading aac configuration: cut off");
  CHECK(error_of("11") == "reading aac configuration: cut off");
  CHECK(error_of("1690") == "reading aac configuration: 0 Hz");              // reserved rate index
  CHECK(error_of("f95190") == "reading aac configuration: object type 42");  // USAC
  CHECK(error_of("b98c00") == "reading aac configuration: object type 23");  // LD: 512 samples
  CHECK_FALSE(AacConfig::decode(Bytes(100, 0x11)));
}

TEST_CASE("aac: ADTS headers are taken off, everything else is left") {
  CHECK(to_hex(flv::without_adts(from_hex("fff15080012000 2110"))) == "2110");
  CHECK(to_hex(flv::without_adts(from_hex("fff05080016000 c0c0 2110"))) == "2110");
  for (const char* plain :
       {"", "21", "2110", "fff1508001", "fff15080014000 2110", "fff1508000e000"}) {
    CHECK(to_hex(flv::without_adts(from_hex(plain))) == to_hex(from_hex(plain)));
  }
}
