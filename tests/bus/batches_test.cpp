#include "bus/batches.h"

#include <doctest/doctest.h>

#include "bus/outbox.h"
#include "wire/frame.h"

using namespace so;
using bus::Batches;
using bus::Outbox;

TEST_CASE("small frames share a message, and none is torn") {
  Batches batches;
  const Bytes frame(1000, 7);
  for (int i = 0; i < 100; ++i) batches.append(frame);
  CHECK(batches.bytes() == 100000);
  CHECK(batches.front().size() == 65000);
  batches.pop();
  CHECK(batches.front().size() == 35000);
  batches.pop();
  CHECK(batches.empty());
  CHECK(batches.bytes() == 0);
}

TEST_CASE("a frame that is larger than a message is one by itself") {
  Batches batches;
  batches.append(Bytes(10));
  batches.append(Bytes(Batches::kMessageBytes + 1));
  batches.append(Bytes(10));
  CHECK(batches.front().size() == 10);
  batches.pop();
  CHECK(batches.front().size() == Batches::kMessageBytes + 1);
  batches.pop();
  CHECK(batches.front().size() == 10);
}

TEST_CASE("a tool that is behind loses events, no replies, and is told by a gap") {
  Outbox out;
  const Bytes event(Batches::kMessageBytes);
  while (!out.behind()) out.event(event);
  const std::size_t full = out.bytes();
  CHECK(full > Outbox::kEventBytes);
  CHECK(full <= Outbox::kEventBytes + event.size());
  const Bytes reply(10);
  CHECK(out.reply(reply));
  out.event(event);
  CHECK(out.bytes() == full + reply.size());
  while (out.behind()) out.pop();
  Cursor in{out.front()};
  const auto gap = wire::read_frame(in);
  REQUIRE(gap);
  CHECK((*gap)->header.kind == wire::Kind::kGap);
  out.event(event);
  out.pop();
  CHECK(out.front().size() == event.size());
}

TEST_CASE("a tool that reads no replies is lost") {
  Outbox out;
  const Bytes reply(Batches::kMessageBytes);
  while (out.reply(reply)) CHECK(out.bytes() <= Outbox::kReplyBytes + reply.size());
  CHECK(out.bytes() > Outbox::kReplyBytes);
}
