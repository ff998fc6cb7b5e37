#include "flv/avc_config.h"

#include <cassert>

#include <fmt/format.h>

#include "base/cursor.h"
#include "base/writer.h"

namespace so::flv {
namespace {

// 1:8 profile:8 compatibility:8 level:8 | 111111 length-1:2 | 111 SPS count:5 | {size:16, SPS}*
// | PPS count:8 | {size:16, PPS}*
// | profiles with chroma fields: 111111 chroma format:2 | 11111 luma-8:3 | 11111 chroma-8:3 | 0:8

constexpr std::size_t kMaxRecord = 16384;  // real ones have 40 to 200

std::vector<Bytes> read_sets(Cursor& in, std::size_t count) {
  std::vector<Bytes> sets;
  for (std::size_t i = 0; i < count && in.ok(); ++i) {
    const ByteView set = in.bytes(in.u16());
    if (!set.empty()) sets.push_back(to_bytes(set));
  }
  return sets;
}

void write_sets(const std::vector<Bytes>& sets, Writer& out) {
  for (const Bytes& set : sets) {
    out.u16(static_cast<std::uint16_t>(set.size()));
    out.bytes(set);
  }
}

}  // namespace

Result<AvcConfig> AvcConfig::decode(ByteView record) {
  if (record.size() > kMaxRecord) {
    return fail(Code::kLimit, fmt::format("reading avc configuration: {} bytes", record.size()));
  }
  Cursor in{record};
  AvcConfig config;
  if (in.u8() != 1) return fail(Code::kPeer, "reading avc configuration: not version 1");
  in.skip(3);
  config.length_bytes = static_cast<std::uint8_t>((in.u8() & 3U) + 1);
  config.sps = read_sets(in, in.u8() & 0x1FU);
  config.pps = read_sets(in, in.u8());
  if (!in.ok()) return fail(Code::kPeer, "reading avc configuration: cut off");
  if (config.length_bytes == 3)
    return fail(Code::kPeer, "reading avc configuration: 3-byte lengths");
  if (config.sps.empty()) return fail(Code::kPeer, "reading avc configuration: no SPS");
  auto picture = Sps::decode(config.sps.front());
  if (!picture) return fail(picture.error());
  config.picture = *picture;
  return config;
}

Bytes AvcConfig::encode() const {
  assert(!sps.empty() && sps.size() < 32 && pps.size() < 256);
  Bytes record;
  Writer out{record};
  out.u8(1);
  out.u8(picture.profile);
  out.u8(picture.compatibility);
  out.u8(picture.level);
  out.u8(static_cast<std::uint8_t>(0xFCU | (length_bytes - 1U)));
  out.u8(static_cast<std::uint8_t>(0xE0U | sps.size()));
  write_sets(sps, out);
  out.u8(static_cast<std::uint8_t>(pps.size()));
  write_sets(pps, out);
  if (picture.has_chroma_fields()) {
    out.u8(static_cast<std::uint8_t>(0xFCU | picture.chroma_format));
    out.u8(static_cast<std::uint8_t>(0xF8U | (picture.luma_bits - 8U)));
    out.u8(static_cast<std::uint8_t>(0xF8U | (picture.chroma_bits - 8U)));
    out.u8(0);
  }
  return record;
}

}  // namespace so::flv
