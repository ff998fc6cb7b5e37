#include "flv/avc_config.h"

#include <doctest/doctest.h>

#include "support/hex.h"

using namespace so;
using flv::AvcConfig;
using flv::Sps;
using test::from_hex;
using test::to_hex;

namespace {

/// Writes H.264 bit fields: for the syntax that the encoder at hand never uses.
class Bits {
 public:
  Bits& put(std::uint32_t value, unsigned bits) {
    for (unsigned i = bits; i-- > 0;) bits_.push_back((value >> i & 1U) != 0);
    return *this;
  }
  Bits& ue(std::uint32_t value) {
    unsigned length = 0;
    while ((value + 1) >> (length + 1) != 0) ++length;
    return put(0, length).put(value + 1, length + 1);
  }
  Bits& se(std::int32_t value) {
    return ue(value > 0 ? static_cast<std::uint32_t>(2 * value - 1)
                        : static_cast<std::uint32_t>(-2 * value));
  }
  [[nodiscard]] Bytes bytes() const {
    Bytes out((bits_.size() + 7) / 8);
    for (std::size_t i = 0; i < bits_.size(); ++i) {
      if (bits_[i]) out[i / 8] = static_cast<std::uint8_t>(out[i / 8] | 0x80U >> i % 8);
    }
    return out;
  }

 private:
  std::vector<bool> bits_;
};

/// A baseline SPS up to the picture size: 2 x 2 macroblocks.
Bits baseline() {
  return Bits{}.put(0x6742C00D, 32).ue(0).ue(0);
}
Bits& two_by_two(Bits& bits) {
  return bits.ue(1).put(0, 1).ue(1).ue(1).put(1, 1).put(0, 1).put(0, 1).put(0, 1);
}

struct Picture {
  const char* nal_unit;
  std::uint32_t width;
  std::uint32_t height;
  unsigned chroma;
  unsigned bits;
};
// Written by x264 for pictures of these sizes; ffprobe agrees.
const std::vector<Picture> pictures{
    {"674d401eeca05017fcb80880000003008000001e078b16cb", 640, 360, 1, 8},
    {"67640028acd940780227e5c044000003000400000300c83c60c658", 1920, 1080, 1, 8},
    {"67640028acd94078044fde0220000003002000000643e2c5b2c0", 1920, 1080, 1, 8},  // interlaced
    {"6742c00dd90141fb011000000300100000030320f142a480", 320, 240, 1, 8},
    {"677a001ebcd940d83de6f011000003000100000300320f162d96", 854, 480, 2, 8},
    {"67f4000b919b2861fc7c6e0220000003002000000641e28532c0", 178, 100, 3, 8},
    {"6764000bf3650b378f9f016c800000030080000019078a14cb", 162, 90, 0, 8},
    {"676e001ea6cd940a02ff97011000000300100000030320f162d960", 640, 360, 1, 10},
};

struct Record {
  std::string name;
  const char* bytes;
  const char* codec;  // profile, compatibility, level
};
const std::vector<Record> records{
    {"main, from ffmpeg",
     "014d401effe10018674d401eeca05017fcb80880000003008000001e078b16cb01000568ebe3cb20", "4d401e"},
    {"4:4:4 with chroma fields, from ffmpeg",
     "01f4000bffe1001967f4000b919682 8df9f01100000300010000030032 0f142aa0 01000568ce0f1920 "
     "fff8f800",
     "f4000b"},
};

std::string error_of(const std::string& hex) {
  const auto config = AvcConfig::decode(from_hex(hex));
  REQUIRE_FALSE(config);
  return config.error().text;
}

}  // namespace

TEST_CASE("sps: picture sizes are those of the encoder, cropped") {
  for (const Picture& p : pictures) {
    CAPTURE(p.nal_unit);
    const auto sps = Sps::decode(from_hex(p.nal_unit));
    REQUIRE(sps);
    CHECK(sps->width == p.width);
    CHECK(sps->height == p.height);
    CHECK(sps->chroma_format == p.chroma);
    CHECK(sps->luma_bits == p.bits);
  }
}

TEST_CASE("sps: cut off anywhere before its picture size is an error") {
  const Bytes whole = from_hex(pictures.front().nal_unit);
  for (std::size_t size = 0; size < 9; ++size) {
    CHECK_FALSE(Sps::decode(ByteView{whole}.first(size)));
  }
}

TEST_CASE("sps: picture order by cycle and scaling lists are stepped over") {
  Bits cycle = baseline().ue(1).put(0, 1).se(-3).se(4).ue(2).se(1).se(-1);
  const auto by_cycle = Sps::decode(two_by_two(cycle).bytes());
  REQUIRE(by_cycle);
  CHECK(by_cycle->width == 32);

  Bits lists = Bits{}.put(0x6764000B, 32).ue(0).ue(1).ue(0).ue(0).put(0, 1).put(1, 1);
  lists.put(1, 1).se(-8);  // the default list: one delta
  lists.put(1, 1);
  for (int i = 0; i < 16; ++i) lists.se(i % 2 == 0 ? 1 : -1);
  lists.put(0, 6).ue(0).ue(2);  // no more lists; order type 2
  const auto with_lists = Sps::decode(two_by_two(lists).bytes());
  REQUIRE(with_lists);
  CHECK(with_lists->height == 32);
}

TEST_CASE("sps: sizes that no level allows, and cropping of everything, are errors") {
  Bits huge = baseline().ue(2).ue(1).put(0, 1).ue(2000).ue(1).put(1, 1).put(0, 3);
  CHECK_FALSE(Sps::decode(huge.bytes()));
  Bits gone = baseline().ue(2).ue(1).put(0, 1).ue(0).ue(0).put(1, 1).put(0, 1).put(1, 1);
  gone.ue(4).ue(4).ue(0).ue(0);
  CHECK_FALSE(Sps::decode(gone.bytes()));
  Bits endless = baseline().ue(1).put(0, 1).se(0).se(0).ue(0xFFFFFF);
  CHECK_FALSE(Sps::decode(endless.bytes()));
}

TEST_CASE("avc configuration: records and values correspond both ways") {
  for (const Record& r : records) {
    CAPTURE(r.name);
    const auto config = AvcConfig::decode(from_hex(r.bytes));
    REQUIRE(config);
    CHECK(to_hex(config->encode()) == to_hex(from_hex(r.bytes)));
    CHECK(to_hex(Bytes{config->picture.profile, config->picture.compatibility,
                       config->picture.level}) == r.codec);
  }
}

TEST_CASE("avc configuration: what encoders get wrong is put right") {
  const std::string right =
      "014d401effe10018674d401eeca05017fcb80880000003008000001e078b16cb01000568ebe3cb20";
  const std::string sloppy =  // another profile than the SPS, reserved bits 0, something behind
      "01000000030 10018674d401eeca05017fcb80880000003008000001e078b16cb01000568ebe3cb20 c0ffee";
  const auto config = AvcConfig::decode(from_hex(sloppy));
  REQUIRE(config);
  CHECK(to_hex(config->encode()) == right);
}

TEST_CASE("avc configuration: damage has a reason") {
  CHECK(error_of("") == "reading avc configuration: not version 1");
  CHECK(error_of("01") == "reading avc configuration: cut off");
  CHECK(error_of("014d401e ff e1 0018 674d") == "reading avc configuration: cut off");
  CHECK(error_of("014d401e ff e0 00") == "reading avc configuration: no SPS");
  CHECK(error_of("014d401e fe e0 00") == "reading avc configuration: 3-byte lengths");
  CHECK(error_of("014d401e ff e1 0002 68ee 00") == "reading SPS: not an SPS");
  CHECK(error_of("014d401e ff e1 0004 674d401e 00") == "reading SPS: cut off or out of range");
  const auto large = AvcConfig::decode(Bytes(20000, 1));
  REQUIRE_FALSE(large);
  CHECK(large.error().text == "reading avc configuration: 20000 bytes");
}
