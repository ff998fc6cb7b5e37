#include "fmp4/event_message.h"

#include <algorithm>

#include "base/cursor.h"
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

Bytes earlier(ByteView messages, std::uint64_t ticks) {
  constexpr std::size_t kTime = 16;  // behind size, type, version and flags, timescale
  Bytes bytes = to_bytes(messages);
  Writer out{bytes};
  for (std::size_t at = 0; at + kTime + 8 <= messages.size();) {
    Cursor size{messages.subspan(at)};
    Cursor time{messages.subspan(at + kTime)};
    const std::uint64_t before = time.u64();
    const std::uint64_t now = before - std::min(before, ticks);
    out.patch_u32(at + kTime, static_cast<std::uint32_t>(now >> 32U));
    out.patch_u32(at + kTime + 4, static_cast<std::uint32_t>(now));
    at += size.u32();
  }
  return bytes;
}

}  // namespace so::fmp4
