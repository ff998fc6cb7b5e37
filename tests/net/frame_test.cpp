#include "net/frame.h"

#include <string>
#include <vector>

#include <doctest/doctest.h>

#include "support/frame_bytes.h"

using namespace so;
using net::Frame;
using test::frame_bytes;

namespace {

Bytes header_of(std::size_t payload) {
  const Bytes bytes = frame_bytes(Frame::binary(Bytes(payload, 0xAA)));
  return to_bytes(ByteView{bytes}.first(bytes.size() - payload));
}

}  // namespace

TEST_CASE("a message is one unmasked frame") {
  CHECK(frame_bytes(Frame::text("Hello")) == Bytes{0x81, 0x05, 'H', 'e', 'l', 'l', 'o'});
  CHECK(frame_bytes(Frame::text("")) == Bytes{0x81, 0x00});
  CHECK(frame_bytes(Frame::binary(Bytes{1, 2})) == Bytes{0x82, 0x02, 1, 2});
  CHECK(frame_bytes(Frame::binary_parts({Bytes{1, 2}, {}, Bytes{3}})) ==
        Bytes{0x82, 0x03, 1, 2, 3});
  CHECK(frame_bytes(Frame::ping(Bytes{7})) == Bytes{0x89, 0x01, 7});
}

TEST_CASE("the length takes the shortest of its three forms") {
  CHECK(header_of(125) == Bytes{0x82, 125});
  CHECK(header_of(126) == Bytes{0x82, 126, 0, 126});
  CHECK(header_of(0xFFFF) == Bytes{0x82, 126, 0xFF, 0xFF});
  CHECK(header_of(0x10000) == Bytes{0x82, 127, 0, 0, 0, 0, 0, 1, 0, 0});
}

TEST_CASE("a close frame has its code and as much of the reason as fits") {
  CHECK(frame_bytes(Frame::close(1000, "")) == Bytes{0x88, 2, 0x03, 0xE8});
  CHECK(frame_bytes(Frame::close(4108, "slow")) == Bytes{0x88, 6, 0x10, 0x0C, 's', 'l', 'o', 'w'});
  CHECK(Frame::close(1000, std::string(200, 'x')).size() == 2 + 125);
  // 122 letters and a two-byte character: half of it would fit
  CHECK(Frame::close(1000, std::string(122, 'x') + "\xC3\xA9").size() == 2 + 2 + 122);
}

TEST_CASE("copies of a frame share its bytes") {
  const std::vector<Frame> copies(3, Frame::text("once"));
  CHECK(copies[0].parcel().head == copies[2].parcel().head);
}

TEST_CASE("what is not copied into a frame counts as its payload all the same") {
  const SharedView payload = share(Bytes(200, 7));
  const Frame frame = Frame::binary_shared({Bytes{1, 2}, Bytes{3}}, payload);
  CHECK(frame.parcel().tail.bytes.data() == payload.bytes.data());
  CHECK(payload.owner.use_count() == 2);
  Bytes whole{1, 2, 3};
  whole.resize(203, 7);
  CHECK(frame_bytes(frame) == frame_bytes(Frame::binary(whole)));
  CHECK(frame.size() == 4 + 203);
}
