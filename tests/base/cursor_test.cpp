#include "base/cursor.h"

#include <doctest/doctest.h>

#include "base/writer.h"

using namespace so;

TEST_CASE("cursor reads what writer wrote") {
  Bytes bytes;
  Writer out{bytes};
  out.u8(1);
  out.u16(0x0203);
  out.u24(0x040506);
  out.u32(0x0708090A);
  out.u64(0x0B0C0D0E0F101112);
  out.f64(1.5);
  out.text("ab");
  Cursor in{bytes};
  CHECK(in.u8() == 1);
  CHECK(in.u16() == 0x0203);
  CHECK(in.u24() == 0x040506);
  CHECK(in.u32() == 0x0708090A);
  CHECK(in.u64() == 0x0B0C0D0E0F101112);
  CHECK(in.f64() == 1.5);
  CHECK(in.text(2) == "ab");
  CHECK(in.done());
}

TEST_CASE("cursor remembers an over-read") {
  const Bytes bytes{1, 2};
  Cursor in{bytes};
  CHECK(in.u32() == 0);
  CHECK_FALSE(in.ok());
  CHECK(in.u8() == 0);  // not the byte that is there: the parse is lost
  CHECK_FALSE(in.done());
}

TEST_CASE("signed 24-bit fields keep their sign") {
  const Bytes bytes{0xFF, 0xFF, 0xFE, 0x00, 0x00, 0x02};
  Cursor in{bytes};
  CHECK(in.s24() == -2);
  CHECK(in.s24() == 2);
}

TEST_CASE("writer patches a size written before it was known") {
  Bytes bytes;
  Writer out{bytes};
  out.u32(0);
  out.text("abc");
  out.patch_u32(0, 7);
  CHECK(bytes == Bytes{0, 0, 0, 7, 'a', 'b', 'c'});
}
