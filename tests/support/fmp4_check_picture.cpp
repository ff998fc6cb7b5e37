#include <fmt/format.h>

#include "base/cursor.h"
#include "flv/codec.h"
#include "support/fmp4_checker.h"

namespace so::test {
namespace {

template <class... Args>
tl::unexpected<Error> bad(fmt::format_string<Args...> text, Args&&... args) {
  return fail(Code::kPeer, fmt::format(text, std::forward<Args>(args)...));
}

// Of AVC only types 1 and 5: browsers have no extended profile, and HEVC pictures that are read as
// AVC have others.
Result<bool> check_nal_units(ByteView sample, std::size_t length_bytes, bool hevc) {
  bool key = false;
  bool picture = false;
  Cursor in{sample};
  while (in.left() > 0) {
    std::size_t length = 0;
    for (std::size_t i = 0; i < length_bytes; ++i) length = length << 8U | in.u8();
    const ByteView unit = in.bytes(length);
    if (!in.ok() || unit.empty()) return bad("NAL unit lengths do not add up to the sample");
    const unsigned type = hevc ? unit.front() >> 1U & 0x3FU : unit.front() & 0x1FU;
    const bool waste = hevc ? type == 35 || type == 38 : type == 9 || type == 12;
    if (waste) return bad("NAL unit type {} does not belong into a sample", type);
    key |= hevc ? type >= 16 && type <= 23 : type == 5;
    picture |= hevc ? type < 32 : type == 1 || type == 5;
  }
  if (!picture) return bad("a sample of {} without a picture", hevc ? "HEVC" : "AVC");
  return key;
}

// Of the first frame: is it a key frame that is shown?
Result<bool> check_obus(ByteView sample) {
  bool seen = false;
  bool key = false;
  Cursor in{sample};
  while (in.left() > 0) {
    const unsigned first = in.u8();
    const unsigned type = first >> 3U & 15U;
    if ((first & 4U) != 0) in.skip(1);
    std::size_t size = in.left();
    if ((first & 2U) != 0) {
      size = 0;
      for (unsigned shift = 0, byte = 128; byte >= 128 && shift < 56; shift += 7) {
        byte = in.u8();
        size |= std::size_t{byte & 127U} << shift;
      }
    }
    const ByteView payload = in.bytes(size);
    if (!in.ok() || first >= 128) return bad("OBU sizes do not add up to the sample");
    if (type == 2 || type == 8 || type == 15) {
      return bad("OBU type {} does not belong into a sample", type);
    }
    if ((type == 3 || type == 6) && !seen) {
      seen = true;
      key = !payload.empty() && payload[0] >> 4U == 1;  // not existing, key frame, shown
    }
  }
  return key;
}

Result<bool> check_vp9(ByteView sample, const CheckedTrack& track) {
  const unsigned first = sample[0];
  if (first >> 6U != 2) return bad("VP9 frame without a marker");
  const bool three = (first & 0x30U) == 0x30U;
  const unsigned rest = three ? first << 1U : first;  // a reserved bit more
  const bool key = (rest & 8U) == 0 && (rest & 4U) == 0;
  if (!key || track.config.size() < 5 || track.config[4] != 0) return key;
  Cursor in{sample};
  in.skip(4);
  // profile 0: colour space:3 range:1, then the size
  const std::uint64_t bits = in.u64();
  const auto width = static_cast<std::uint32_t>(bits >> 44U & 0xFFFFU) + 1;
  const auto height = static_cast<std::uint32_t>(bits >> 28U & 0xFFFFU) + 1;
  if (in.ok() && (width != track.width || height != track.height)) {
    return bad("VP9 key frame of {}x{}, but the entry says {}x{}", width, height, track.width,
               track.height);
  }
  return key;
}

}  // namespace

Result<bool> check_picture(ByteView sample, const CheckedTrack& track) {
  if (track.entry == flv::four_cc("av01")) return check_obus(sample);
  if (track.entry == flv::four_cc("vp09")) return check_vp9(sample, track);
  return check_nal_units(sample, track.length_bytes, track.entry == flv::four_cc("hvc1"));
}

}  // namespace so::test
