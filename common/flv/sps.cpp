#include "flv/sps.h"

#include <algorithm>
#include <array>

#include <fmt/format.h>

#include "flv/bit_cursor.h"
#include "flv/crop.h"
#include "flv/emulation.h"

namespace so::flv {
namespace {

constexpr std::uint32_t kMaxMacroblocks = 1024;  // a side; the largest level allows 1055
constexpr std::size_t kMaxBytes = 1024;          // of a parameter set; real ones have 20 to 80
constexpr std::uint32_t kMaxPocCycle = 255;      // num_ref_frames_in_pic_order_cnt_cycle

void skip_scaling_list(BitCursor& in, int size) {
  int last = 8;
  int next = 8;
  for (int i = 0; i < size && next != 0; ++i) {
    next = (last + in.se()) & 0xFF;
    if (next != 0) last = next;
  }
}

void read_chroma_fields(BitCursor& in, Sps& sps, bool& separate_planes) {
  const std::uint32_t chroma_format = in.ue();
  if (chroma_format > 3) in.fail();
  if (chroma_format == 3) separate_planes = in.flag();
  const std::uint32_t luma = in.ue();
  const std::uint32_t chroma = in.ue();
  if (luma > 6 || chroma > 6) in.fail();
  sps.chroma_format = static_cast<std::uint8_t>(chroma_format);
  sps.luma_bits = static_cast<std::uint8_t>(luma + 8);
  sps.chroma_bits = static_cast<std::uint8_t>(chroma + 8);
  in.flag();  // qpprime_y_zero_transform_bypass
  if (!in.flag()) return;
  for (int i = 0; i < (chroma_format == 3 ? 12 : 8); ++i) {
    if (in.flag()) skip_scaling_list(in, i < 6 ? 16 : 64);
  }
}

void skip_picture_order(BitCursor& in) {
  const std::uint32_t type = in.ue();
  if (type == 0) in.ue();  // log2_max_pic_order_cnt_lsb - 4
  if (type != 1) return;
  in.flag();  // delta_pic_order_always_zero
  in.se();
  in.se();
  const std::uint32_t cycle = in.ue();
  if (cycle > kMaxPocCycle) in.fail();
  for (std::uint32_t i = 0; i < cycle && in.ok(); ++i) in.se();
}

// A macroblock is 16 x 16; a field-coded picture counts its rows in pairs.
void read_picture_size(BitCursor& in, Sps& sps, bool separate_planes) {
  const std::uint32_t columns = in.ue() + 1;
  const std::uint32_t row_units = in.ue() + 1;
  const std::uint32_t rows_per_unit = in.flag() ? 1 : 2;  // frame_mbs_only
  if (rows_per_unit == 2) in.flag();                      // mb_adaptive_frame_field
  in.flag();                                              // direct_8x8_inference
  if (columns > kMaxMacroblocks || row_units > kMaxMacroblocks / rows_per_unit) in.fail();
  if (!in.ok()) return;
  sps.width = columns * 16;
  sps.height = row_units * rows_per_unit * 16;
  if (in.flag()) {
    crop(in, separate_planes ? 0U : sps.chroma_format, rows_per_unit, sps.width, sps.height);
  }
}

}  // namespace

bool Sps::has_chroma_fields() const {
  constexpr std::array<std::uint8_t, 12> kProfiles{100, 110, 122, 244, 44,  83,
                                                   86,  118, 128, 138, 139, 134};
  return std::find(kProfiles.begin(), kProfiles.end(), profile) != kProfiles.end();
}

// nal header:8 | profile:8 compatibility:8 level:8 | id ue | [chroma fields] | log2_max_frame_num-4
// ue | picture order | max_num_ref_frames ue | gaps allowed:1 | picture size | VUI
Result<Sps> Sps::decode(ByteView nal_unit) {
  constexpr std::uint32_t kNalType = 7;
  if (nal_unit.size() > kMaxBytes) {
    return fail(Code::kLimit, fmt::format("reading SPS: {} bytes", nal_unit.size()));
  }
  const Bytes bytes = without_emulation_prevention(nal_unit);
  BitCursor in{bytes};
  Sps sps;
  if ((in.bits(8) & 0x1FU) != kNalType) return fail(Code::kPeer, "reading SPS: not an SPS");
  sps.profile = static_cast<std::uint8_t>(in.bits(8));
  sps.compatibility = static_cast<std::uint8_t>(in.bits(8));
  sps.level = static_cast<std::uint8_t>(in.bits(8));
  in.ue();  // seq_parameter_set_id
  bool separate_planes = false;
  if (sps.has_chroma_fields()) read_chroma_fields(in, sps, separate_planes);
  in.ue();
  skip_picture_order(in);
  in.ue();
  in.flag();
  read_picture_size(in, sps, separate_planes);
  if (!in.ok()) return fail(Code::kPeer, "reading SPS: cut off or out of range");
  return sps;
}

}  // namespace so::flv
