#include "flv/av1_config.h"

#include <fmt/format.h>

#include "base/cursor.h"
#include "base/writer.h"
#include "flv/bit_cursor.h"

namespace so::flv {
namespace {

constexpr std::size_t kMaxRecord = 4096;  // real ones have 15 to 60

// AV1, 6.2.2.
constexpr unsigned kSequenceHeader = 1;
constexpr unsigned kTemporalDelimiter = 2;
constexpr unsigned kFrameHeader = 3;
constexpr unsigned kFrame = 6;
constexpr unsigned kTileList = 8;
constexpr unsigned kPadding = 15;

struct Obu {
  unsigned type = 0;
  ByteView whole;
  ByteView payload;
};

std::uint64_t read_leb128(Cursor& in) {
  std::uint64_t value = 0;
  for (unsigned i = 0; i < 8; ++i) {
    const std::uint64_t byte = in.u8();
    value |= (byte & 0x7FU) << (7 * i);
    if ((byte & 0x80U) == 0) return value;
  }
  in.fail();
  return 0;
}

// 0:1 type:4 extension:1 has size:1 0:1 | [extension:8] | [size leb128] | payload; without a size,
// the rest.
Obu read_obu(Cursor& in, ByteView bytes) {
  const std::size_t start = in.at();
  const unsigned first = in.u8();
  if ((first & 0x80U) != 0) in.fail();
  if ((first & 4U) != 0) in.skip(1);
  const std::uint64_t size = (first & 2U) != 0 ? read_leb128(in) : in.left();
  Obu obu{first >> 3U & 15U, {}, {}};
  if (size > in.left()) in.fail();
  if (!in.ok()) return obu;
  obu.payload = in.bytes(size);
  obu.whole = bytes.subspan(start, in.at() - start);
  return obu;
}

void skip_decoder_model(BitCursor& in, bool timing, bool& model, unsigned& delay_bits) {
  if (!timing) return;
  in.bits(32);  // num_units_in_display_tick
  in.bits(32);  // time_scale
  if (in.flag()) in.ue();
  model = in.flag();
  if (!model) return;
  delay_bits = in.bits(5) + 1;
  in.bits(32);  // num_units_in_decoding_tick
  in.bits(10);  // two lengths
}

// AV1, 5.5.1: all before the size of the largest frame.
void skip_operating_points(BitCursor& in) {
  bool model = false;
  unsigned delay_bits = 0;
  skip_decoder_model(in, in.flag(), model, delay_bits);
  const bool display_delay = in.flag();
  const unsigned points = in.bits(5) + 1;
  for (unsigned i = 0; i < points && in.ok(); ++i) {
    in.bits(12);
    const std::uint32_t level = in.bits(5);
    if (level > 7) in.flag();  // tier
    if (model && in.flag()) {
      in.bits(delay_bits);
      in.bits(delay_bits);
      in.flag();
    }
    if (display_delay && in.flag()) in.bits(4);
  }
}

bool read_size(ByteView sequence_header, Av1Config& config) {
  BitCursor in{sequence_header};
  in.bits(3);  // profile
  in.flag();   // still picture
  if (in.flag()) {
    in.bits(5);
  } else {
    skip_operating_points(in);
  }
  const unsigned width_bits = in.bits(4) + 1;
  const unsigned height_bits = in.bits(4) + 1;
  config.width = in.bits(width_bits) + 1;
  config.height = in.bits(height_bits) + 1;
  return in.ok();
}

// show existing frame:1 frame type:2, 0 is a key frame; show frame:1
bool is_shown_key(ByteView frame_header) {
  BitCursor in{frame_header};
  const bool existing = in.flag();
  const bool key = in.bits(2) == 0;
  return !existing && key && in.flag() && in.ok();
}

}  // namespace

// 1:1 version:7=1 | profile:3 level:5 | tier:1 high depth:1 twelve:1 mono:1 chroma x:1 y:1
// position:2 | 000 delay:5 | OBUs
Result<Av1Config> Av1Config::decode(ByteView record) {
  if (record.size() > kMaxRecord) {
    return fail(Code::kLimit, fmt::format("reading av1 configuration: {} bytes", record.size()));
  }
  Cursor in{record};
  Av1Config config;
  if (in.u8() != 0x81) return fail(Code::kPeer, "reading av1 configuration: not version 1");
  const unsigned profile_level = in.u8();
  const unsigned depth = in.u8();
  in.skip(1);
  config.profile = static_cast<std::uint8_t>(profile_level >> 5U);
  config.level = static_cast<std::uint8_t>(profile_level & 31U);
  config.high_tier = (depth & 0x80U) != 0;
  config.bit_depth = (depth & 0x40U) == 0 ? 8 : (depth & 0x20U) == 0 ? 10 : 12;
  while (in.ok() && in.left() > 0) {
    const Obu obu = read_obu(in, record);
    if (!in.ok()) break;
    if (obu.type != kSequenceHeader || config.width != 0) continue;
    if (!read_size(obu.payload, config)) in.fail();
    config.record = to_bytes(record.first(4));
    config.record.insert(config.record.end(), obu.whole.begin(), obu.whole.end());
  }
  if (!in.ok()) return fail(Code::kPeer, "reading av1 configuration: cut off");
  if (config.width == 0) {
    return fail(Code::kPeer, "reading av1 configuration: no sequence header");
  }
  return config;
}

Result<TemporalUnit> read_temporal_unit(ByteView payload, Bytes& scratch) {
  TemporalUnit result;
  scratch.clear();
  bool copying = false;
  Cursor in{payload};
  while (in.left() > 0) {
    const std::size_t start = in.at();
    const Obu obu = read_obu(in, payload);
    if (!in.ok()) return fail(Code::kPeer, fmt::format("reading OBU at {}: cut off", start));
    const bool wanted =
        obu.type != kTemporalDelimiter && obu.type != kTileList && obu.type != kPadding;
    if ((obu.type == kFrame || obu.type == kFrameHeader) && !result.has_frame) {
      result.has_frame = true;
      result.has_key = is_shown_key(obu.payload);
    }
    if (!copying && !wanted) {
      copying = true;
      scratch.assign(payload.begin(), payload.begin() + static_cast<std::ptrdiff_t>(start));
    }
    if (copying && wanted) scratch.insert(scratch.end(), obu.whole.begin(), obu.whole.end());
  }
  result.bytes = copying ? ByteView{scratch} : payload;
  return result;
}

}  // namespace so::flv
