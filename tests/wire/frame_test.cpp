#include "wire/frame.h"

#include <doctest/doctest.h>

#include "wire/member.h"

using namespace so;
using namespace so::wire;

namespace {
Frame example() {
  return {{.kind = Kind::kChange, .request = 7, .member = 0x0102, .epoch = 3, .version = 4},
          "/chat/room1",
          "chat",
          "{}"};
}
}  // namespace

TEST_CASE("a frame is the bytes that the manual page draws") {
  Bytes bytes;
  write_frame(example().view(), bytes);
  const Bytes header{'S', 'W', 1, 8, 0, 0, 0, 7, 0, 0, 0, 0, 0, 0,  1, 2, 0, 0, 0, 0,
                     0,   0,   0, 3, 0, 0, 0, 0, 0, 0, 0, 4, 0, 11, 0, 4, 0, 0, 0, 2};
  CHECK(Bytes(bytes.begin(), bytes.begin() + 40) == header);
  CHECK(as_text(ByteView{bytes}.subspan(40)) == "/chat/room1chat{}");
}

TEST_CASE("frames are read back, several from one message") {
  Bytes bytes;
  write_frame(example().view(), bytes);
  write_frame({}, bytes);
  Cursor in{bytes};
  const auto first = read_frame(in);
  REQUIRE(first);
  CHECK(**first == example().view());
  const auto second = read_frame(in);
  REQUIRE(second);
  CHECK(**second == FrameView{});
  CHECK(*read_frame(in) == std::nullopt);
}

TEST_CASE("a truncated frame is an error at every length") {
  Bytes bytes;
  write_frame(example().view(), bytes);
  for (std::size_t n = 1; n < bytes.size(); ++n) {
    Cursor in{ByteView{bytes}.first(n)};
    CHECK_FALSE(read_frame(in));
  }
}

TEST_CASE("foreign bytes, other versions and huge bodies are refused by name") {
  Bytes bytes;
  write_frame(example().view(), bytes);
  const auto error_with = [&](std::size_t at, std::uint8_t value) {
    Bytes changed = bytes;
    changed[at] = value;
    Cursor in{changed};
    return read_frame(in).error();
  };
  CHECK(error_with(0, 'G') == Error{Code::kPeer, "frame at byte 0: no magic"});
  CHECK(error_with(2, 9) ==
        Error{Code::kRefused, "frame at byte 0: protocol version 9, this is 1"});
  CHECK(
      error_with(36, 0xFF) ==
      Error{Code::kPeer, "frame at byte 0: body of 4278190082 bytes is over the limit of 1048576"});
}

TEST_CASE("member ids are written and read one way only") {
  const MemberId id{0x0123456789ABCDEF, 42};
  CHECK(to_text(id) == "0123456789abcdef-42");
  CHECK(member_id("0123456789abcdef-42") == id);
  for (const std::string_view bad :
       {"", "0123456789abcdef", "0123456789abcdef-", "0123456789abcdef-042", "0123456789ABCDEF-42",
        "0123456789abcdef-42 ", "+123456789abcdef-42"}) {
    CHECK_MESSAGE(!member_id(bad), bad);
  }
}
