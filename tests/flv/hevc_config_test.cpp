#include "flv/hevc_config.h"

#include <string>

#include <doctest/doctest.h>

#include "support/hex.h"

using namespace so;
using flv::HevcConfig;
using flv::HevcSps;
using test::from_hex;
using test::to_hex;

namespace {

// what ffmpeg and x265 publish for 160x90 of 4:4:4, without the SEI array
const std::string kHead = "01 04 08000000 9e0800000000 1e f000 fc ff f8 f8 0000 0f 03";
const std::string kVps = "0017 40010c01ffff0408000003009e0800000300001e959009";
const std::string kSps =
    "002d "
    "4201010408000003009e0800000300001e9002840c3e7cb2b225261780b7020200040000030004000003006420";
const std::string kPps = "0008 4401c07318300890";

Bytes record(const char* sei = "") {
  return from_hex(kHead + "a0 0001" + kVps + "a1 0001" + kSps + "a2 0001" + kPps + sei);
}

}  // namespace

TEST_CASE("hevc: a configuration and its bytes correspond both ways") {
  const auto config = HevcConfig::decode(record());
  REQUIRE(config);
  CHECK(config->length_bytes == 4);
  CHECK(config->picture.width == 160);
  CHECK(config->picture.height == 90);
  CHECK(config->picture.chroma_format == 3);
  CHECK(config->picture.luma_bits == 8);
  CHECK(config->picture.profile_tier_level[0] == 4);
  CHECK(config->picture.profile_tier_level[11] == 30);
  CHECK(config->vps.size() == 1);
  CHECK(config->pps.size() == 1);
  CHECK(to_hex(config->encode()) == to_hex(record()));
}

TEST_CASE("hevc: what the record says of the SPS is not believed, and other arrays are left out") {
  Bytes lies = from_hex("01 21 60000000 900000000000 5d f000 fc fd fa fa 0000 0f 04 20 0001" +
                        kVps + "21 0001" + kSps + "22 0001" + kPps + "27 0001 0003 4e0105");
  const auto config = HevcConfig::decode(lies);
  REQUIRE(config);
  CHECK(to_hex(config->encode()) == to_hex(record()));
}

TEST_CASE("hevc: every cut is refused") {
  const Bytes whole = record();
  for (std::size_t n = 0; n < whole.size(); ++n) {
    CAPTURE(n);
    CHECK_FALSE(HevcConfig::decode(ByteView{whole}.first(n)));
  }
}

TEST_CASE("hevc: what cannot be played is refused") {
  const auto refused = [](const std::string& hex) {
    const auto config = HevcConfig::decode(from_hex(hex));
    return config ? "" : config.error().text;
  };
  CHECK(refused("02" + kHead.substr(2)) == "reading hevc configuration: not version 1");
  const std::string no_sets = kHead.substr(0, kHead.size() - 2) + "00";
  CHECK(refused(no_sets) == "reading hevc configuration: no SPS");
  const std::string lengths =
      "01 04 08000000 9e0800000000 1e f000 fc ff f8 f8 0000 0e 01 a1 0001" + kSps;
  CHECK(refused(lengths) == "reading hevc configuration: 3-byte lengths");
  CHECK(HevcConfig::decode(Bytes(20'000)).error().code == Code::kLimit);
  CHECK(HevcSps::decode(from_hex("4001")).error().text == "reading HEVC SPS: not an SPS");
  CHECK(HevcSps::decode({}).error().text == "reading HEVC SPS: not an SPS");
  CHECK(HevcSps::decode(Bytes(3000)).error().code == Code::kLimit);
  CHECK(HevcSps::decode(from_hex("4201 01 0408000003009e0800000300001e ffffffff")).error().text ==
        "reading HEVC SPS: cut off or out of range");
}
