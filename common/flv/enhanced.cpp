#include "flv/enhanced.h"

namespace so::flv {
namespace {

constexpr unsigned kModEx = 7;
constexpr unsigned kVideoMultitrack = 6;
constexpr unsigned kAudioMultitrack = 5;

// ModEx        size-1:8 (255: size-1:16 follows) | data | ModEx type:4 packet type:4, which may be
// 7 again its type 0   nanoseconds:24 to be added to the presentation time
unsigned read_mod_ex(Cursor& in, Packet& packet) {
  std::size_t size = in.u8() + std::size_t{1};
  if (size == 256) size = in.u16() + std::size_t{1};
  Cursor data{in.bytes(size)};
  const unsigned types = in.u8();
  if (types >> 4U == 0) {
    packet.presentation_nanos = data.u24();
    if (!data.ok() || packet.presentation_nanos >= 1'000'000) in.fail();
  }
  return types & 0x0FU;
}

}  // namespace

// 1 frame type:3 packet type:4 (video), or 9:4 packet type:4 (audio)
//   ModEx*  [multitrack type:4 packet type:4]  [FourCC:32, unless many codecs]  [track id:8, if one
//   track]
unsigned read_enhanced(Cursor& in, unsigned type, Packet& packet) {
  while (type == kModEx && in.ok()) type = read_mod_ex(in, packet);
  const bool video = packet.kind == TagType::kVideo;
  // A video command has neither FourCC nor track. Metadata with frame type 5 is not a command.
  if (video && packet.frame == FrameType::kCommand && type != 4) return type;
  const unsigned multitrack = video ? kVideoMultitrack : kAudioMultitrack;
  const bool wrapped = type == multitrack;
  if (wrapped) {
    const unsigned types = in.u8();
    type = types & 0x0FU;
    if (types >> 4U > 2 || type == multitrack || type == kModEx) in.fail();
    packet.multitrack = static_cast<Multitrack>(types >> 4U);
  }
  if (packet.multitrack != Multitrack::kManyTracksManyCodecs) packet.codec = Codec{in.u32()};
  if (wrapped && packet.multitrack == Multitrack::kOneTrack) packet.track = in.u8();
  return type;
}

}  // namespace so::flv
