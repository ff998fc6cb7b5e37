// The configurations of the codecs that Enhanced RTMP adds. Records are those that ffmpeg
// publishes.
#include <array>
#include <string>

#include <doctest/doctest.h>

#include "flv/ac3.h"
#include "flv/av1_config.h"
#include "flv/flac_config.h"
#include "flv/hevc_config.h"
#include "flv/mpeg_audio.h"
#include "flv/opus_config.h"
#include "flv/vp9_config.h"
#include "support/hex.h"

using namespace so;
using namespace so::flv;
using test::from_hex;
using test::to_hex;

namespace {

template <class Decode>
void refuses_every_cut(const Bytes& record, std::size_t shortest, Decode decode) {
  for (std::size_t n = 0; n < record.size(); ++n) {
    CAPTURE(n);
    const auto config = decode(ByteView{record}.first(n));
    CHECK(config.has_value() == (n >= shortest));
  }
}

}  // namespace

TEST_CASE("av1: a configuration says profile, level, depth and size") {
  const Bytes record = from_hex("81000c00 0a0b 020000051da7ec805f0008");
  const auto config = Av1Config::decode(record);
  REQUIRE(config);
  CHECK(config->profile == 0);
  CHECK(config->level == 0);
  CHECK(config->bit_depth == 8);
  CHECK_FALSE(config->high_tier);
  CHECK(config->width == 160);
  CHECK(config->height == 90);
  CHECK(config->record == record);
}

TEST_CASE("av1: without a whole sequence header there is no configuration") {
  const Bytes record = from_hex("81000c00 0a0b 020000051da7ec805f0008");
  refuses_every_cut(record, record.size(), Av1Config::decode);
  CHECK(Av1Config::decode(from_hex("81000c00")).error().text ==
        "reading av1 configuration: no sequence header");
  CHECK(Av1Config::decode(from_hex("01000c00")).error().text ==
        "reading av1 configuration: not version 1");
  CHECK(Av1Config::decode(Bytes(5000)).error().code == Code::kLimit);
}

TEST_CASE("av1: other OBUs are left out of the record, delimiters and padding out of samples") {
  const Bytes record = from_hex("81000c00 2a01 00 0a0b 020000051da7ec805f0008");
  CHECK(to_hex(Av1Config::decode(record)->record) == "81000c000a0b020000051da7ec805f0008");
  Bytes scratch;
  const Bytes unit = from_hex("1200 0a01aa 3202 10bb 7a01 00");
  const auto read = read_temporal_unit(unit, scratch);
  REQUIRE(read);
  CHECK(to_hex(read->bytes) == "0a01aa320210bb");
  CHECK(read->has_key);
  CHECK(read->has_frame);
  const Bytes plain = from_hex("3202 30bb");
  const auto inter = read_temporal_unit(plain, scratch);
  REQUIRE(inter);
  CHECK(inter->bytes.data() == plain.data());
  CHECK_FALSE(inter->has_key);
  CHECK_FALSE(read_temporal_unit(from_hex("3203 30bb"), scratch));
  CHECK_FALSE(read_temporal_unit(from_hex("b202 30bb"), scratch));
  CHECK_FALSE(read_temporal_unit(from_hex("32ffffffffffffffff"), scratch));
}

TEST_CASE("vp9: a configuration comes with or without version and flags") {
  for (const char* hex : {"01000000 010a870202020000", "010a870202020000"}) {
    const auto config = Vp9Config::decode(from_hex(hex));
    REQUIRE(config);
    CHECK(config->profile == 1);
    CHECK(config->level == 10);
    CHECK(config->bit_depth == 8);
    CHECK(to_hex(config->record) == "01000000010a870202020000");
  }
  for (const char* hex : {"", "010a87", "040a87020202", "010a57020202", "01c887020202"}) {
    CHECK_FALSE(Vp9Config::decode(from_hex(hex)));
  }
}

TEST_CASE("vp9: a key frame says its size") {
  const auto key = read_vp9_frame(from_hex("a2498342e009f005960638241c184a00"));
  REQUIRE(key);
  CHECK(key->key);
  CHECK(key->width == 160);
  CHECK(key->height == 90);
  CHECK_FALSE(read_vp9_frame(from_hex("a6"))->key);
  CHECK_FALSE(read_vp9_frame(from_hex("a2498343e009f005960638241c184a00")));
  CHECK_FALSE(read_vp9_frame(from_hex("a2498342e009")));
  CHECK_FALSE(read_vp9_frame(from_hex("42")));
  CHECK_FALSE(read_vp9_frame({}));
}

TEST_CASE("opus: a header becomes big-endian") {
  const Bytes head = from_hex("4f70757348656164 01 02 3801 80bb0000 0100 00");
  const auto config = OpusConfig::decode(head);
  REQUIRE(config);
  CHECK(config->channels == 2);
  CHECK(to_hex(config->record) ==
        "00"
        "02"
        "0138"
        "0000bb80"
        "0001"
        "00");
  refuses_every_cut(head, head.size(), OpusConfig::decode);
  const Bytes surround =
      from_hex("4f70757348656164 01 06 3801 80bb0000 0000 01 04 02 000401020305");
  CHECK(to_hex(OpusConfig::decode(surround)->record) == "000601380000bb800000010402000401020305");
  refuses_every_cut(surround, surround.size(), OpusConfig::decode);
  CHECK_FALSE(OpusConfig::decode(from_hex("4f70757348656164 01 03 3801 80bb0000 0000 00")));
  CHECK_FALSE(OpusConfig::decode(from_hex("4f70757348656164 01 00 3801 80bb0000 0000 00")));
}

TEST_CASE("opus: a packet says how long it plays") {
  struct Case {
    const char* packet;
    std::uint32_t samples;
  };
  for (const Case& c :
       {Case{"f8", 960}, Case{"fc", 960}, Case{"f9", 1920}, Case{"00", 480}, Case{"18", 2880},
        Case{"60", 480}, Case{"68", 960}, Case{"e0", 120}, Case{"fb06", 5760}, Case{"fb07", 0},
        Case{"fb00", 0}, Case{"fb", 0}, Case{"", 0}}) {
    CAPTURE(c.packet);
    CHECK(opus_samples(from_hex(c.packet)) == c.samples);
  }
}

TEST_CASE("flac: STREAMINFO comes bare, as a block, or as a file begins") {
  const std::string info = "0400000000000000 0815 0bb800f000000000" + std::string(32, '0');
  for (const std::string before : {"", "80000022", "664c6143 00000022"}) {
    const Bytes header = from_hex(before + info);
    const auto config = FlacConfig::decode(header);
    REQUIRE(config);
    CHECK(config->sample_rate == 48000);
    CHECK(config->channels == 1);
    CHECK(config->bits == 16);
    CHECK(to_hex(config->record) == to_hex(from_hex("80000022" + info)));
    refuses_every_cut(header, header.size(), FlacConfig::decode);
  }
  CHECK_FALSE(FlacConfig::decode(Bytes(34)));
}

TEST_CASE("flac: a frame says how long it is") {
  struct Case {
    const char* frame;
    std::uint32_t samples;
  };
  for (const Case& c :
       {Case{"fff8aa08", 1024}, Case{"fff81a08", 192}, Case{"fff82a08", 576},
        Case{"fff85a08", 4608}, Case{"fff86a0800ff", 256}, Case{"fff87a08c2800fff", 4096},
        Case{"fff87a08c2800f", 0}, Case{"fff80a08", 0}, Case{"fff8aa", 0}, Case{"ff0011223344", 0},
        Case{"fff86a08ff00", 0}}) {
    CAPTURE(c.frame);
    CHECK(flac_samples(from_hex(c.frame)) == c.samples);
  }
}

TEST_CASE("mp3: the header of a frame") {
  const auto stereo = MpegAudio::decode(from_hex("fffb9064"));
  REQUIRE(stereo);
  CHECK(*stereo == MpegAudio{true, 44100, 2, 1152});
  CHECK(*MpegAudio::decode(from_hex("fff344c4")) == MpegAudio{false, 24000, 1, 576});
  CHECK(*MpegAudio::decode(from_hex("ffe340c4")) == MpegAudio{false, 11025, 1, 576});
  for (const char* hex : {"", "fffb90", "fefb9064", "fffd9064", "fffbf064", "fffb9c64", "ffeb9064"})
    CHECK_FALSE(MpegAudio::decode(from_hex(hex)));
}

TEST_CASE("ac-3: the header of a frame") {
  const auto mono = Ac3::decode(from_hex("0b77480d0c402f842bc1"), false);
  REQUIRE(mono);
  CHECK(mono->sample_rate == 48000);
  CHECK(mono->channels == 1);
  CHECK(mono->samples == 1536);
  CHECK(to_hex(mono->record) == "1008c0");
  const auto enhanced = Ac3::decode(from_hex("0b7700bf3287c0002106"), true);
  REQUIRE(enhanced);
  CHECK(enhanced->sample_rate == 48000);
  CHECK(enhanced->channels == 1);
  CHECK(enhanced->samples == 1536);
  CHECK(to_hex(enhanced->record) == "0300200200");
  CHECK_FALSE(Ac3::decode(from_hex("0b77480dcc402f842bc1"), false));
  CHECK_FALSE(Ac3::decode(from_hex("0b77480d"), false));
  CHECK_FALSE(Ac3::decode(from_hex("0b7780bf3287c0002106"), true));
  CHECK_FALSE(Ac3::decode({}, true));
}
