#include <fmt/format.h>

#include "base/cursor.h"
#include "rtmp/message.h"

namespace so::rtmp {
namespace {

bool may_be_inside(MessageType type) {
  return type == MessageType::kAudio || type == MessageType::kVideo ||
         type == MessageType::kDataAmf0 || type == MessageType::kDataAmf3;
}

}  // namespace

ByteView amf0_values(const RawMessage& message) {
  const MessageType type = message.header.type;
  const bool amf3 = type == MessageType::kCommandAmf3 || type == MessageType::kDataAmf3;
  // The first value is a string, whose marker is not zero: a peer that forgot the byte is
  // understood too.
  const bool lead = amf3 && !message.body.empty() && message.body.front() == 0;
  return lead ? message.body.subspan(1) : message.body;
}

Result<std::optional<RawMessage>> AggregateReader::next() {
  if (in_.left() == 0) return std::nullopt;
  RawMessage message{header_, {}};
  message.header.type = static_cast<MessageType>(in_.u8());
  const std::uint32_t length = in_.u24();
  const std::uint32_t low = in_.u24();
  const std::uint32_t timestamp = std::uint32_t{in_.u8()} << 24U | low;
  in_.skip(3);  // stream
  message.body = in_.bytes(length);
  in_.skip(4);  // back-pointer
  if (!in_.ok()) return fail(Code::kPeer, "aggregate: a message inside goes beyond its end");
  if (!may_be_inside(message.header.type)) {
    return fail(Code::kPeer, fmt::format("aggregate: a message of type {} inside",
                                         static_cast<unsigned>(message.header.type)));
  }
  if (!first_) first_ = timestamp;
  message.header.timestamp += timestamp - *first_;
  return message;
}

}  // namespace so::rtmp
