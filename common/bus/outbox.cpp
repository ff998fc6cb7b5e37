#include "bus/outbox.h"

#include "wire/frame.h"

namespace so::bus {

void Outbox::event(ByteView frame) {
  if (waiting_.bytes() > kEventBytes) behind_ = true;
  if (!behind_) waiting_.append(frame);
}

bool Outbox::reply(ByteView frame) {
  if (waiting_.bytes() > kReplyBytes) return false;
  waiting_.append(frame);
  return true;
}

void Outbox::pop() {
  waiting_.pop();
  if (!behind_ || !waiting_.empty()) return;
  behind_ = false;
  Bytes gap;
  wire::write_frame({.header = {.kind = wire::Kind::kGap}, .scope = {}, .name = {}, .body = {}},
                    gap);
  waiting_.append(gap);
}

}  // namespace so::bus
