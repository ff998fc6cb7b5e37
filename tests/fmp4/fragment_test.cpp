#include "fmp4/fragment.h"

#include <doctest/doctest.h>

#include "support/hex.h"

using namespace so;
using fmp4::Sample;
using fmp4::TrackId;
using test::from_hex;
using test::to_hex;

TEST_CASE("fmp4: the header of a fragment is these 112 bytes") {
  // written by ffmpeg for the same sample, but for the sample number
  const Bytes expected = from_hex(
      "00000068 6d6f6f66 00000010 6d666864 00000000 00000001 00000050 74726166"
      "0000001c 74666864 00020038 00000001 00000200 000011f0 01010000"
      "00000014 74666474 01000000 0000000000000200"
      "00000018 7472756e 01000801 00000001 00000070 00000800"
      "000011f8 6d646174");
  const Sample sample{.track = TrackId::kVideo,
                      .sequence = 1,
                      .dts = 512,
                      .duration = 512,
                      .composition = 2048,
                      .sync = false,
                      .size = 0x11F0};
  CHECK(to_hex(fmp4::fragment_header(sample)) == to_hex(expected));
}

TEST_CASE("fmp4: key frames, sound, times beyond 32 bits and negative offsets have their bytes") {
  Sample sample{.track = TrackId::kAudio,
                .sequence = 0xFFFFFFFF,
                .dts = 0x123456789A,
                .duration = 1024,
                .composition = -2,
                .sync = true,
                .size = 5};
  const std::string header = to_hex(fmp4::fragment_header(sample));
  const auto at = [&](std::size_t offset) { return header.substr(offset * 2, 8); };
  CHECK(at(20) == "ffffffff");
  CHECK(at(44) == "00000002");  // track
  CHECK(at(56) == "02000000");  // sync
  CHECK(at(72) == "00000012");
  CHECK(at(76) == "3456789a");
  CHECK(at(100) == "fffffffe");
  CHECK(at(104) == "0000000d");  // mdat
}

TEST_CASE("fmp4: header and payload make a fragment") {
  const Bytes payload{1, 2, 3};
  const Sample sample{.track = TrackId::kVideo, .sequence = 1, .duration = 1, .size = 3};
  const Bytes whole = fmp4::to_bytes({sample, fmp4::fragment_header(sample), share(payload)});
  REQUIRE(whole.size() == 115);
  CHECK(to_hex(ByteView{whole}.last(7)) == "6d646174010203");
}
