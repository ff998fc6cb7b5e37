#include "flv/hevc_config.h"

#include <cassert>

#include <fmt/format.h>

#include "base/cursor.h"
#include "base/writer.h"
#include "flv/bit_cursor.h"
#include "flv/crop.h"
#include "flv/emulation.h"

namespace so::flv {
namespace {

constexpr std::size_t kMaxRecord = 16384;  // real ones have 80 to 300
constexpr std::size_t kMaxSps = 2048;
constexpr std::uint32_t kMaxSide = 16384;  // the largest level allows 16888

// H.265, table 7-1.
constexpr unsigned kVps = 32;
constexpr unsigned kSps = 33;
constexpr unsigned kPps = 34;

unsigned nal_type(ByteView unit) {
  return unit.front() >> 1U & 0x3FU;
}

// {profile present:1 level present:1}*, padded to eight; then for each 88 and 8 bits.
void skip_sub_layers(BitCursor& in, unsigned sub_layers) {
  std::uint32_t present = 0;
  for (unsigned i = 0; i < sub_layers; ++i) present = present << 2U | in.bits(2);
  if (sub_layers > 0) in.bits(2 * (8 - sub_layers));
  for (unsigned i = sub_layers; i-- > 0;) {
    const std::uint32_t layer = present >> 2 * i & 3U;
    if ((layer & 2U) != 0) {
      in.bits(32);
      in.bits(32);
      in.bits(24);
    }
    if ((layer & 1U) != 0) in.bits(8);
  }
}

void read_picture(BitCursor& in, HevcSps& sps) {
  in.ue();  // sps_seq_parameter_set_id
  const std::uint32_t chroma_format = in.ue();
  if (chroma_format > 3) in.fail();
  sps.chroma_format = static_cast<std::uint8_t>(chroma_format & 3U);
  const bool separate_planes = chroma_format == 3 && in.flag();
  sps.width = in.ue();
  sps.height = in.ue();
  if (sps.width == 0 || sps.width > kMaxSide || sps.height == 0 || sps.height > kMaxSide) in.fail();
  if (in.ok() && in.flag()) {
    crop(in, separate_planes ? 0U : sps.chroma_format, 1, sps.width, sps.height);
  }
  const std::uint32_t luma = in.ue();
  const std::uint32_t chroma = in.ue();
  if (luma > 8 || chroma > 8) in.fail();
  sps.luma_bits = static_cast<std::uint8_t>(8 + (luma & 15U));
  sps.chroma_bits = static_cast<std::uint8_t>(8 + (chroma & 15U));
}

// Of other arrays than those of parameter sets nothing is kept.
void read_array(Cursor& in, HevcConfig& config) {
  const unsigned type = in.u8() & 0x3FU;
  const unsigned count = in.u16();
  std::vector<Bytes>* const sets = type == kVps   ? &config.vps
                                   : type == kSps ? &config.sps
                                   : type == kPps ? &config.pps
                                                  : nullptr;
  for (unsigned i = 0; i < count && in.ok(); ++i) {
    const ByteView unit = in.bytes(in.u16());
    if (sets != nullptr && !unit.empty()) sets->push_back(to_bytes(unit));
  }
}

void write_sets(unsigned type, const std::vector<Bytes>& sets, Writer& out) {
  if (sets.empty()) return;
  constexpr unsigned kComplete = 0x80;
  out.u8(static_cast<std::uint8_t>(kComplete | type));
  out.u16(static_cast<std::uint16_t>(sets.size()));
  for (const Bytes& set : sets) {
    out.u16(static_cast<std::uint16_t>(set.size()));
    out.bytes(set);
  }
}

}  // namespace

// nal header:16 | VPS id:4 sub-layers-1:3 nesting:1 | profile .. level:96 | sub-layers | id ue |
// chroma format ue | [separate planes:1] | width ue height ue | crop:1 .. | luma-8 ue chroma-8 ue
Result<HevcSps> HevcSps::decode(ByteView nal_unit) {
  if (nal_unit.size() > kMaxSps) {
    return fail(Code::kLimit, fmt::format("reading HEVC SPS: {} bytes", nal_unit.size()));
  }
  if (nal_unit.size() < 2 || nal_type(nal_unit) != kSps) {
    return fail(Code::kPeer, "reading HEVC SPS: not an SPS");
  }
  const Bytes bytes = without_emulation_prevention(nal_unit);
  BitCursor in{bytes};
  HevcSps sps;
  in.bits(16);
  in.bits(4);
  const unsigned sub_layers = in.bits(3);
  sps.temporal_layers = static_cast<std::uint8_t>(sub_layers + 1);
  sps.temporal_nesting = in.flag();
  for (std::uint8_t& byte : sps.profile_tier_level) byte = static_cast<std::uint8_t>(in.bits(8));
  skip_sub_layers(in, sub_layers);
  read_picture(in, sps);
  if (!in.ok()) return fail(Code::kPeer, "reading HEVC SPS: cut off or out of range");
  return sps;
}

// 1:8 | profile .. level:96 | 1111 segmentation:12 | 111111 parallelism:2 | 111111 chroma format:2
// | 11111 luma-8:3 | 11111 chroma-8:3 | frame rate:16 | constant:2 layers:3 nested:1 length-1:2 |
// arrays:8 | {complete:1 0:1 type:6 count:16 {size:16, NAL unit}*}*
Result<HevcConfig> HevcConfig::decode(ByteView record) {
  if (record.size() > kMaxRecord) {
    return fail(Code::kLimit, fmt::format("reading hevc configuration: {} bytes", record.size()));
  }
  Cursor in{record};
  HevcConfig config;
  if (in.u8() > 1) return fail(Code::kPeer, "reading hevc configuration: not version 1");
  in.skip(20);
  config.length_bytes = static_cast<std::uint8_t>((in.u8() & 3U) + 1);
  const unsigned arrays = in.u8();
  for (unsigned i = 0; i < arrays && in.ok(); ++i) read_array(in, config);
  if (!in.ok()) return fail(Code::kPeer, "reading hevc configuration: cut off");
  if (config.length_bytes == 3)
    return fail(Code::kPeer, "reading hevc configuration: 3-byte lengths");
  if (config.sps.empty()) return fail(Code::kPeer, "reading hevc configuration: no SPS");
  auto picture = HevcSps::decode(config.sps.front());
  if (!picture) return fail(picture.error());
  config.picture = *picture;
  return config;
}

Bytes HevcConfig::encode() const {
  assert(!sps.empty());
  Bytes record;
  Writer out{record};
  out.u8(1);
  out.bytes(picture.profile_tier_level);
  out.u16(0xF000);
  out.u8(0xFC);
  out.u8(static_cast<std::uint8_t>(0xFCU | picture.chroma_format));
  out.u8(static_cast<std::uint8_t>(0xF8U | ((picture.luma_bits - 8U) & 7U)));
  out.u8(static_cast<std::uint8_t>(0xF8U | ((picture.chroma_bits - 8U) & 7U)));
  out.u16(0);
  out.u8(static_cast<std::uint8_t>((picture.temporal_layers & 7U) << 3U |
                                   (picture.temporal_nesting ? 4U : 0U) | (length_bytes - 1U)));
  out.u8(static_cast<std::uint8_t>((vps.empty() ? 0 : 1) + 1 + (pps.empty() ? 0 : 1)));
  write_sets(kVps, vps, out);
  write_sets(kSps, sps, out);
  write_sets(kPps, pps, out);
  return record;
}

}  // namespace so::flv
