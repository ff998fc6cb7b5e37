#include "fmp4/event_message.h"

#include "fmp4/box_writer.h"

namespace so::fmp4 {

// timescale:32 time:64 duration:32 id:32 scheme 0 value 0 data
Bytes event_message(const EventMessage& message) {
  constexpr std::uint32_t kUnknownDuration = 0xFFFFFFFF;
  Bytes bytes;
  Writer out{bytes};
  box(out, "emsg", Full{.version = 1}, [&] {
    out.u32(message.timescale);
    out.u64(message.time);
    out.u32(kUnknownDuration);
    out.u32(message.id);
    out.text(kJsonScheme);
    out.u8(0);
    out.text(message.value.substr(0, message.value.find('\0')));
    out.u8(0);
    out.text(message.text);
  });
  return bytes;
}

}  // namespace so::fmp4
