#include "media/unit.h"

#include <fmt/format.h>

#include "base/cursor.h"
#include "base/writer.h"
#include "flv/packet.h"

namespace so::media {
namespace {

// Data messages begin with their name, an AMF0 string: 02 length:16 text.
bool is_metadata(ByteView body) {
  Cursor in{body};
  const bool string = in.u8() == 0x02;
  const std::string_view name = in.text(in.u16());
  return string && in.ok() && name == "onMetaData";
}

bool is_configuration(flv::PacketType type) {
  using flv::PacketType;
  return type == PacketType::kSequenceStart || type == PacketType::kMetadata ||
         type == PacketType::kMultichannel || type == PacketType::kMpeg2ts;
}

}  // namespace

std::uint8_t flags_of(const flv::Tag& tag) {
  if (tag.type == flv::TagType::kScript) return is_metadata(tag.body) ? flag::kRetained : 0;
  const auto packet = flv::read_packet(tag);
  if (!packet) return 0;
  if (is_configuration(packet->type)) return flag::kRetained;
  return tag.type == flv::TagType::kVideo && packet->is_key_frame() ? flag::kKey : 0;
}

void write_header(const UnitView& unit, Bytes& out) {
  Writer to{out};
  to.u64(unit.sequence);
  to.u8(static_cast<std::uint8_t>(unit.type));
  to.u8(unit.flags);
  to.u32(unit.timestamp);
}

Result<UnitView> read_unit(ByteView message) {
  Cursor in{message};
  UnitView unit;
  unit.sequence = in.u64();
  unit.type = static_cast<flv::TagType>(in.u8());
  unit.flags = in.u8();
  unit.timestamp = in.u32();
  unit.body = in.rest();
  if (!in.ok()) return fail(Code::kPeer, "media unit: truncated header");
  switch (unit.type) {
    case flv::TagType::kAudio:
    case flv::TagType::kVideo:
    case flv::TagType::kScript:
      return unit;
  }
  return fail(Code::kPeer, fmt::format("media unit: unknown type {}", static_cast<int>(unit.type)));
}

}  // namespace so::media
