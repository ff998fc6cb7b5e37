#include "flv/nal_units.h"

#include <algorithm>
#include <array>

#include <fmt/format.h>

#include "base/cursor.h"
#include "base/writer.h"

namespace so::flv {
namespace {

/// What a NAL unit is to us.
enum class Unit : std::uint8_t { kWaste, kSlice, kIdrSlice, kPartition, kOther };

// H.264, table 7-1: the low five bits of a NAL unit's first byte.
Unit avc_unit(unsigned first) {
  const unsigned type = first & 0x1FU;
  if (type == 9 || type == 12) return Unit::kWaste;  // delimiter, filler
  if (type == 5) return Unit::kIdrSlice;
  if (type >= 2 && type <= 4) return Unit::kPartition;
  return type == 1 ? Unit::kSlice : Unit::kOther;
}

// H.265, table 7-1: the six bits after the first.
Unit hevc_unit(unsigned first) {
  const unsigned type = first >> 1U & 0x3FU;
  if (type == 35 || type == 38) return Unit::kWaste;
  if (type >= 16 && type <= 23) return Unit::kIdrSlice;
  return type < 32 ? Unit::kSlice : Unit::kOther;
}

std::uint32_t read_length(Cursor& in, std::size_t bytes) {
  return bytes == 1 ? in.u8() : bytes == 2 ? in.u16() : in.u32();
}

void write_length(std::size_t length, std::size_t bytes, Writer& out) {
  if (bytes == 1) return out.u8(static_cast<std::uint8_t>(length));
  if (bytes == 2) return out.u16(static_cast<std::uint16_t>(length));
  out.u32(static_cast<std::uint32_t>(length));
}

// Some encoders put a start code between the length and the unit.
ByteView without_start_code(ByteView unit) {
  constexpr std::array<std::uint8_t, 4> kStartCode{0, 0, 0, 1};
  while (unit.size() >= 4 && std::equal(kStartCode.begin(), kStartCode.end(), unit.begin())) {
    unit = unit.subspan(4);
  }
  return unit;
}

}  // namespace

// {length:8|16|32, NAL unit}*. Copied to the scratch buffer from the first unit on that cannot stay
// as it is; most access units never are.
Result<AccessUnit> read_access_unit(ByteView payload, std::size_t length_bytes, Bytes& scratch,
                                    Coding coding) {
  AccessUnit result;
  scratch.clear();
  Writer out{scratch};
  bool copying = false;
  Cursor in{payload};
  while (in.left() > 0) {
    const std::size_t start = in.at();
    const std::uint32_t length = read_length(in, length_bytes);
    if (!in.ok() || length > in.left()) {
      return fail(Code::kPeer, fmt::format("reading NAL unit at {}: {} bytes, only {} left", start,
                                           length, in.left()));
    }
    const ByteView unit = in.bytes(length);
    const ByteView clean = without_start_code(unit);
    const Unit kind = clean.empty()             ? Unit::kWaste
                      : coding == Coding::kHevc ? hevc_unit(clean.front())
                                                : avc_unit(clean.front());
    // No browser knows the profile that has them; pictures of HEVC, taken for H.264, look so.
    if (kind == Unit::kPartition) {
      return fail(Code::kPeer, fmt::format("reading NAL unit at {}: a data partition", start));
    }
    const bool wanted = kind != Unit::kWaste;
    result.has_idr |= kind == Unit::kIdrSlice;
    result.has_slice |= kind == Unit::kIdrSlice || kind == Unit::kSlice;
    if (!copying && (!wanted || clean.size() != unit.size())) {
      copying = true;
      out.bytes(payload.first(start));
    }
    if (copying && wanted) {
      write_length(clean.size(), length_bytes, out);
      out.bytes(clean);
    }
  }
  result.bytes = copying ? ByteView{scratch} : payload;
  return result;
}

}  // namespace so::flv
