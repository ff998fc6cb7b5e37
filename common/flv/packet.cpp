#include "flv/packet.h"

#include <array>
#include <cassert>
#include <optional>

#include <fmt/format.h>

#include "flv/enhanced.h"

namespace so::flv {
namespace {

using Types = std::array<std::optional<PacketType>, 16>;

// Enhanced RTMP v2, the low nibble.
constexpr Types kVideoTypes{
    PacketType::kSequenceStart, PacketType::kFrames,
    PacketType::kSequenceEnd,   PacketType::kFrames,  // without composition time
    PacketType::kMetadata,      PacketType::kMpeg2ts};
constexpr unsigned kCodedFrames = 1;
constexpr Types kAudioTypes{PacketType::kSequenceStart, PacketType::kFrames,
                            PacketType::kSequenceEnd, std::nullopt, PacketType::kMultichannel};

// FLV 10.1, E.4.3: the byte after the one with the codec.
constexpr std::array kAvcTypes{PacketType::kSequenceStart, PacketType::kFrames,
                               PacketType::kSequenceEnd};

constexpr unsigned kEnhancedVideo = 0x80;  // bit 7 of the first byte
constexpr unsigned kEnhancedAudio = 9;     // in place of a sound format
constexpr unsigned kLegacyAac = 10;

bool has_composition_time(Codec codec) {
  return codec == Codec::kAvc || codec == Codec::kHevc || codec == Codec::kVvc;
}

// 12 to 14 are not in the specification; forks of common servers use them with the layout of 7.
std::optional<Codec> with_avc_layout(unsigned id) {
  switch (id) {
    case 7:
      return Codec::kAvc;
    case 12:
      return Codec::kHevc;
    case 13:
      return Codec::kAv1;
    case 14:
      return Codec::kVvc;
    default:
      return std::nullopt;
  }
}

Codec legacy_audio_codec(unsigned id) {
  if (id == kLegacyAac) return Codec::kAac;
  if (id == 2 || id == 14) return Codec::kMp3;
  return legacy_audio(id);
}

Result<Packet> finish(Packet packet, Cursor& in) {
  if (!in.ok()) {
    const auto* const kind = packet.kind == TagType::kVideo ? "video" : "audio";
    return fail(Code::kPeer, fmt::format("reading {} header: cut off or reserved value", kind));
  }
  packet.payload = in.rest();
  if (packet.type == PacketType::kFrames && packet.payload.empty()) {
    packet.type = PacketType::kNothing;
  }
  return packet;
}

// 1 frame type:3 packet type:4 | see enhanced.cpp | [composition time:24, signed] | payload
Result<Packet> read_enhanced_video(unsigned first, Cursor in) {
  Packet packet{.kind = TagType::kVideo,
                .frame = FrameType{static_cast<std::uint8_t>(first >> 4U & 7U)}};
  const unsigned type = read_enhanced(in, first & 0x0FU, packet);
  if (packet.frame == FrameType::kCommand && type != 4) {
    packet.type = PacketType::kCommand;
    return finish(packet, in);
  }
  if (!kVideoTypes.at(type)) in.fail();
  packet.type = kVideoTypes.at(type).value_or(PacketType::kNothing);
  if (type == kCodedFrames && packet.multitrack == Multitrack::kOneTrack &&
      has_composition_time(packet.codec)) {
    packet.composition_ms = in.s24();
  }
  return finish(packet, in);
}

// frame type:4 codec:4 | [packet type:8 composition time:24, signed: the AVC layout only] | payload
Result<Packet> read_legacy_video(unsigned first, Cursor in) {
  const unsigned id = first & 0x0FU;
  const auto avc_layout = with_avc_layout(id);
  Packet packet{.kind = TagType::kVideo,
                .frame = FrameType{static_cast<std::uint8_t>(first >> 4U)},
                .codec = avc_layout.value_or(legacy_video(id))};
  if (packet.frame == FrameType::kCommand) {
    packet.type = PacketType::kCommand;
    return finish(packet, in);
  }
  packet.type = PacketType::kFrames;
  if (avc_layout && in.left() > 0) {
    const unsigned type = in.u8();
    packet.composition_ms = in.s24();
    if (type >= kAvcTypes.size()) in.fail();
    if (in.ok()) packet.type = kAvcTypes.at(type);
  }
  return finish(packet, in);
}

}  // namespace

Result<Packet> read_video(ByteView body) {
  if (body.empty()) return Packet{.kind = TagType::kVideo};
  Cursor in{body};
  const unsigned first = in.u8();
  return (first & kEnhancedVideo) != 0 ? read_enhanced_video(first, in)
                                       : read_legacy_video(first, in);
}

// format:4 rate:2 size:1 stereo:1 | [AAC packet type:8] | payload. The rate bits are often wrong.
// 9:4 packet type:4 | see enhanced.cpp | payload
Result<Packet> read_audio(ByteView body) {
  Packet packet{.kind = TagType::kAudio};
  if (body.empty()) return packet;
  Cursor in{body};
  const unsigned first = in.u8();
  const unsigned format = first >> 4U;
  packet.type = PacketType::kFrames;
  if (format == kEnhancedAudio) {
    const auto type = kAudioTypes.at(read_enhanced(in, first & 0x0FU, packet));
    if (!type) in.fail();
    packet.type = type.value_or(PacketType::kNothing);
    return finish(packet, in);
  }
  packet.codec = legacy_audio_codec(format);
  if (format == kLegacyAac && in.left() > 0) {
    const unsigned type = in.u8();
    if (type > 1) in.fail();
    packet.type = type == 0 ? PacketType::kSequenceStart : PacketType::kFrames;
  }
  return finish(packet, in);
}

Result<Packet> read_packet(const Tag& tag) {
  assert(tag.type != TagType::kScript);
  return tag.type == TagType::kVideo ? read_video(tag.body) : read_audio(tag.body);
}

}  // namespace so::flv
