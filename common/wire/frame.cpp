#include "wire/frame.h"

#include <cassert>
#include <limits>

#include <fmt/format.h>

#include "base/writer.h"

namespace so::wire {

//  0 magic u16 | 2 protocol u8 | 3 kind u8 | 4 request u32 | 8 member u64 | 16 epoch u64 | 24
//  version u64
// 32 scope bytes u16 | 34 name bytes u16 | 36 body bytes u32 | 40 scope, name, body

Result<std::optional<FrameView>> read_frame(Cursor& in) {
  if (in.left() == 0) return std::nullopt;
  const std::size_t start = in.at();
  if (in.u16() != kMagic)
    return fail(Code::kPeer, fmt::format("frame at byte {}: no magic", start));
  if (const std::uint8_t protocol = in.u8(); protocol != kProtocol) {
    return fail(Code::kRefused, fmt::format("frame at byte {}: protocol version {}, this is {}",
                                            start, protocol, kProtocol));
  }
  FrameView frame;
  frame.header.kind = static_cast<Kind>(in.u8());
  frame.header.request = in.u32();
  frame.header.member = in.u64();
  frame.header.epoch = in.u64();
  frame.header.version = in.u64();
  const std::size_t scope = in.u16();
  const std::size_t name = in.u16();
  const std::size_t body = in.u32();
  if (body > kMaxBody) {
    return fail(Code::kPeer,
                fmt::format("frame at byte {}: body of {} bytes is over the limit of {}", start,
                            body, kMaxBody));
  }
  frame.scope = in.text(scope);
  frame.name = in.text(name);
  frame.body = in.text(body);
  if (!in.ok()) return fail(Code::kPeer, fmt::format("frame at byte {}: truncated", start));
  return frame;
}

void write_frame(const FrameView& frame, Bytes& out) {
  [[maybe_unused]] constexpr std::size_t kMaxName = std::numeric_limits<std::uint16_t>::max();
  assert(frame.scope.size() <= kMaxName && frame.name.size() <= kMaxName &&
         frame.body.size() <= kMaxBody);
  Writer to{out};
  to.u16(kMagic);
  to.u8(kProtocol);
  to.u8(static_cast<std::uint8_t>(frame.header.kind));
  to.u32(frame.header.request);
  to.u64(frame.header.member);
  to.u64(frame.header.epoch);
  to.u64(frame.header.version);
  to.u16(static_cast<std::uint16_t>(frame.scope.size()));
  to.u16(static_cast<std::uint16_t>(frame.name.size()));
  to.u32(static_cast<std::uint32_t>(frame.body.size()));
  to.text(frame.scope);
  to.text(frame.name);
  to.text(frame.body);
}

}  // namespace so::wire
