#include "flv/vp9_config.h"

#include <fmt/format.h>

#include "base/cursor.h"
#include "base/writer.h"
#include "flv/bit_cursor.h"

namespace so::flv {
namespace {

constexpr std::size_t kMaxRecord = 64;

// [ten or twelve:1] space:3 [range:1 [x:1 y:1 0:1]], or of RGB [0:1]
void skip_colours(BitCursor& in, unsigned profile) {
  constexpr std::uint32_t kRgb = 7;
  if (profile >= 2) in.flag();
  const bool rgb = in.bits(3) == kRgb;
  if (!rgb) in.flag();
  if (profile == 1 || profile == 3) in.bits(rgb ? 1 : 3);
}

}  // namespace

// [version:8=1 flags:24] profile:8 level:8 | depth:4 chroma:3 full range:1 | primaries:8 transfer:8
// matrix:8 | size:16 data
Result<Vp9Config> Vp9Config::decode(ByteView record) {
  if (record.size() > kMaxRecord) {
    return fail(Code::kLimit, fmt::format("reading vp9 configuration: {} bytes", record.size()));
  }
  if (record.size() >= 12 && record[0] == 1 && (record[1] | record[2] | record[3]) == 0) {
    record = record.subspan(4);
  }
  Cursor in{record};
  Vp9Config config;
  config.profile = in.u8();
  config.level = in.u8();
  const std::uint8_t depth = in.u8();
  const std::uint32_t colours = in.u24();
  config.bit_depth = static_cast<std::uint8_t>(depth >> 4U);
  if (!in.ok()) return fail(Code::kPeer, "reading vp9 configuration: cut off");
  const bool known = config.bit_depth == 8 || config.bit_depth == 10 || config.bit_depth == 12;
  if (config.profile > 3 || !known || config.level > 99) {
    return fail(Code::kPeer, "reading vp9 configuration: profile, level or depth out of range");
  }
  Writer out{config.record};
  out.u32(0x01000000);
  out.u8(config.profile);
  out.u8(config.level);
  out.u8(depth);
  out.u24(colours);
  out.u16(0);
  return config;
}

// 10 profile low:1 high:1 [0:1 of profile 3] | show existing:1 | inter:1 show:1 resilient:1 | of
// key frames 498342:24, colours, width-1:16 height-1:16
Result<Vp9Frame> read_vp9_frame(ByteView frame) {
  constexpr std::uint32_t kSync = 0x498342;
  BitCursor in{frame};
  const bool marker = in.bits(2) == 2;
  const unsigned low = in.bits(1);
  const unsigned profile = in.bits(1) << 1U | low;
  if (profile == 3) in.flag();
  if (!marker) return fail(Code::kPeer, "reading VP9 frame: no frame marker");
  Vp9Frame out;
  if (in.flag()) return out;
  out.key = !in.flag();
  in.bits(2);
  if (out.key) {
    if (in.bits(24) != kSync) return fail(Code::kPeer, "reading VP9 frame: no sync code");
    skip_colours(in, profile);
    out.width = in.bits(16) + 1;
    out.height = in.bits(16) + 1;
  }
  if (!in.ok()) return fail(Code::kPeer, "reading VP9 frame: cut off");
  return out;
}

}  // namespace so::flv
