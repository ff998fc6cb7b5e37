#include "flv/nal_units.h"

#include <doctest/doctest.h>

#include "support/hex.h"

using namespace so;
using test::from_hex;
using test::to_hex;

namespace {

struct Case {
  std::string name;
  std::size_t length_bytes;
  const char* payload;
  const char* sample;
  bool idr;
  bool slice;
};
const std::vector<Case> cases{
    {"key frame", 4, "00000002 6588", "00000002 6588", true, true},
    {"inter frame after SEI", 4, "00000002 0605 00000002 419a", "00000002 0605 00000002 419a",
     false, true},
    {"delimiter goes", 4, "00000002 0910 00000002 6588", "00000002 6588", true, true},
    {"filler goes", 4, "00000002 6588 00000003 0cff80", "00000002 6588", true, true},
    {"empty units go", 4, "00000000 00000002 419a 00000000", "00000002 419a", false, true},
    {"start code goes", 4, "00000006 00000001 6588", "00000002 6588", true, true},
    {"start codes go", 4, "0000000a 00000001 00000001 6588", "00000002 6588", true, true},
    {"parameter sets stay", 4, "00000001 67 00000001 68 00000001 65",
     "00000001 67 00000001 68 00000001 65", true, true},
    {"2-byte lengths", 2, "0002 0910 0002 6588", "0002 6588", true, true},
    {"1-byte lengths", 1, "02 0910 02 419a", "02 419a", false, true},
    {"no picture", 4, "00000002 0605", "00000002 0605", false, false},
    {"nothing", 4, "", "", false, false},
    {"nothing but a delimiter", 4, "00000002 0910", "", false, false},
};

std::string error_of(std::size_t length_bytes, const char* payload) {
  Bytes scratch;
  const auto unit = flv::read_access_unit(from_hex(payload), length_bytes, scratch);
  REQUIRE_FALSE(unit);
  return unit.error().text;
}

}  // namespace

TEST_CASE("access units lose what does not belong into a sample") {
  for (const Case& c : cases) {
    CAPTURE(c.name);
    const Bytes payload = from_hex(c.payload);
    Bytes scratch = from_hex("dead");
    const auto unit = flv::read_access_unit(payload, c.length_bytes, scratch);
    REQUIRE(unit);
    CHECK(to_hex(unit->bytes) == to_hex(from_hex(c.sample)));
    CHECK(unit->has_idr == c.idr);
    CHECK(unit->has_slice == c.slice);
  }
}

TEST_CASE("an access unit that may stay as it is is not copied") {
  const Bytes payload = from_hex("00000002 6588");
  Bytes scratch;
  CHECK(flv::read_access_unit(payload, 4, scratch)->bytes.data() == payload.data());
  CHECK(scratch.empty());
}

TEST_CASE("lengths that do not add up are errors that say where") {
  CHECK(error_of(4, "00000002 6588 00000009 41") == "reading NAL unit at 6: 9 bytes, only 1 left");
  CHECK(error_of(4, "00000002 6588 0000") == "reading NAL unit at 6: 0 bytes, only 2 left");
  CHECK(error_of(4, "ffffffff 65") == "reading NAL unit at 0: 4294967295 bytes, only 1 left");
}

TEST_CASE("data partitions are refused: HEVC that is taken for H.264 looks so") {
  CHECK(error_of(4, "00000002 6588 00000002 0201") == "reading NAL unit at 6: a data partition");
}
