#include "media/unit.h"

#include <doctest/doctest.h>

using namespace so;
using namespace so::media;

TEST_CASE("a unit is the bytes that the manual page draws, and comes back") {
  const Bytes body{0xAF, 0x01, 0x21};
  const UnitView unit{7, flag::kKey, flv::TagType::kAudio, 0x01020304, body};
  Bytes bytes;
  write_header(unit, bytes);
  bytes.insert(bytes.end(), body.begin(), body.end());
  CHECK(bytes == Bytes{0, 0, 0, 0, 0, 0, 0, 7, 8, 1, 1, 2, 3, 4, 0xAF, 0x01, 0x21});
  const auto back = read_unit(bytes);
  REQUIRE(back);
  CHECK(back->sequence == 7);
  CHECK(back->has(flag::kKey));
  CHECK(back->type == flv::TagType::kAudio);
  CHECK(back->timestamp == 0x01020304);
  CHECK(to_bytes(back->body) == body);
}

TEST_CASE("a unit that is cut short or of a foreign type is refused") {
  Bytes bytes;
  write_header({1, 0, flv::TagType::kVideo, 0, {}}, bytes);
  for (std::size_t n = 0; n < bytes.size(); ++n) {
    CHECK(read_unit(ByteView{bytes}.first(n)).error().text == "media unit: truncated header");
  }
  bytes[8] = 42;
  CHECK(read_unit(bytes).error().text == "media unit: unknown type 42");
}

TEST_CASE("tags are told apart: key frames, configurations, metadata") {
  const auto flags = [](flv::TagType type, Bytes body) { return flags_of({type, 0, body}); };
  CHECK(flags(flv::TagType::kVideo, {0x17, 0, 0, 0, 0, 1}) ==
        flag::kRetained);  // AVC sequence header
  CHECK(flags(flv::TagType::kVideo, {0x17, 1, 0, 0, 0, 0, 0, 0, 1, 5}) ==
        flag::kKey);  // AVC key frame
  CHECK(flags(flv::TagType::kVideo, {0x27, 1, 0, 0, 0, 0, 0, 0, 1, 1}) == 0);
  CHECK(flags(flv::TagType::kAudio, {0xAF, 0, 0x12, 0x10}) == flag::kRetained);
  CHECK(flags(flv::TagType::kAudio, {0xAF, 1, 0x21}) == 0);
  CHECK(flags(flv::TagType::kScript,
              {2, 0, 10, 'o', 'n', 'M', 'e', 't', 'a', 'D', 'a', 't', 'a', 5}) == flag::kRetained);
  CHECK(flags(flv::TagType::kScript, {2, 0, 2, 'h', 'i', 5}) == 0);
  CHECK(flags(flv::TagType::kVideo, {}) == 0);
}
