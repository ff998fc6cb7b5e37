#include "net/fanout.h"

#include <string>
#include <vector>

#include <doctest/doctest.h>

using namespace so;
using net::ConnId;
using net::Fanout;
using net::Frame;

namespace {
const std::vector<ConnId> kRoom{ConnId{1}, ConnId{2}};
const std::vector<ConnId> kOther{ConnId{1}, ConnId{3}};
}  // namespace

TEST_CASE("fanout: frames to the same ones are joined in order") {
  Fanout fanout;
  CHECK(fanout.empty());
  CHECK(fanout.add(kRoom, Frame::text("a")));
  CHECK(fanout.add(kRoom, Frame::text("b")));
  CHECK(fanout.add(std::vector<ConnId>{kRoom}, Frame::binary(as_bytes("c"))));
  const Fanout::Sending sending = fanout.take();
  CHECK(sending.to == kRoom);
  CHECK(sending.frames == 3);
  CHECK(as_text(*sending.parcel.head) ==
        "\x81\x01"
        "a\x81\x01"
        "b\x82\x01"
        "c");
  CHECK(fanout.empty());
}

TEST_CASE("fanout: a frame by itself is not copied") {
  Fanout fanout;
  const Frame frame = Frame::text("a");
  CHECK(fanout.add(kRoom, frame));
  CHECK(fanout.take().parcel.head == frame.parcel().head);
}

TEST_CASE("fanout: what is for others, too much, or shared with its owner does not belong") {
  Fanout fanout;
  CHECK(fanout.add(kRoom, Frame::text("a")));
  CHECK_FALSE(fanout.add(kOther, Frame::text("b")));
  CHECK_FALSE(fanout.add(std::span{kRoom}.first(1), Frame::text("b")));
  CHECK_FALSE(fanout.add(kRoom, Frame::text(std::string(Fanout::kMaxBytes, 'b'))));
  const Bytes bytes(10);
  const Frame shared = Frame::binary_shared({}, {nullptr, bytes});
  CHECK_FALSE(fanout.add(kRoom, shared));
  CHECK(fanout.take().frames == 1);
  CHECK(fanout.add(kRoom, shared));
  CHECK_FALSE(fanout.add(kRoom, Frame::text("b")));
}
