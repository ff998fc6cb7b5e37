// What was decoded is written so that it decodes to the same again. In type 16, where plain AMF0
// values come back as AMF3, that holds from the second time on.
#include <cstdlib>

#include "rtmp/shared_object_message.h"

using namespace so;
using namespace so::rtmp;

namespace {

std::optional<SharedObjectMessage> decode(ByteView body, Encoding encoding) {
  // No bound on what an event grows to when it is written again; the first reading has them all.
  const SharedObjectLimits limits{.event_bytes = 1 << 24, .values = {.nodes = 1 << 20}};
  auto message =
      SharedObjectMessage::decode({{3, 0, SharedObjectMessage::type(encoding), 0}, body}, limits);
  if (!message) return std::nullopt;
  message->skipped = 0;  // not written
  return *message;
}

SharedObjectMessage again(const SharedObjectMessage& message, Encoding encoding) {
  const auto read = decode(message.encode(encoding), encoding);
  if (!read) std::abort();
  return *read;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (const auto message = decode({data, size}, Encoding::kAmf0)) {
    if (again(*message, Encoding::kAmf0) != *message) std::abort();
  }
  if (const auto message = decode({data, size}, Encoding::kAmf3)) {
    const SharedObjectMessage once = again(*message, Encoding::kAmf3);
    if (again(once, Encoding::kAmf3) != once) std::abort();
  }
  return 0;
}
