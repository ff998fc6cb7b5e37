#include "flv/aac_config.h"

#include <array>

#include <fmt/format.h>

#include "flv/bit_cursor.h"

namespace so::flv {
namespace {

constexpr std::array<std::uint32_t, 13> kRates{96000, 88200, 64000, 48000, 44100, 32000, 24000,
                                               22050, 16000, 12000, 11025, 8000,  7350};
constexpr std::uint32_t kExplicitRate = 15;
constexpr std::uint8_t kSbr = 5;
constexpr std::uint8_t kParametricStereo = 29;
constexpr std::size_t kMaxRecord = 64;  // real ones have 2 to 7; channel layouts add some

std::uint8_t read_object_type(BitCursor& in) {
  const std::uint32_t type = in.bits(5);
  return static_cast<std::uint8_t>(type == 31 ? 32 + in.bits(6) : type);
}

std::uint32_t read_rate(BitCursor& in) {
  const std::uint32_t index = in.bits(4);
  if (index == kExplicitRate) return in.bits(24);
  return index < kRates.size() ? kRates.at(index) : 0;
}

// Main, LC, SSR and LTP: the others have other frame lengths or no decoder in browsers.
constexpr bool is_general_audio(std::uint8_t type) {
  return type >= 1 && type <= 4;
}

}  // namespace

// object type:5 [6 more if 31] rate index:4 [24 more if 15] channels:4
// [5 and 29: extension rate, then the core's object type]  960 samples:1 ...
Result<AacConfig> AacConfig::decode(ByteView record) {
  if (record.size() > kMaxRecord) {
    return fail(Code::kLimit, fmt::format("reading aac configuration: {} bytes", record.size()));
  }
  BitCursor in{record};
  AacConfig config;
  config.object_type = read_object_type(in);
  config.sample_rate = read_rate(in);
  config.channels = static_cast<std::uint8_t>(in.bits(4));
  std::uint8_t core = config.object_type;
  if (core == kSbr || core == kParametricStereo) {
    read_rate(in);
    core = read_object_type(in);
  }
  config.samples_per_frame = in.flag() ? 960 : 1024;
  if (!in.ok()) return fail(Code::kPeer, "reading aac configuration: cut off");
  if (!is_general_audio(core)) {
    return fail(Code::kPeer, fmt::format("reading aac configuration: object type {}", core));
  }
  if (config.sample_rate < 1000 || config.sample_rate > 192'000) {
    return fail(Code::kPeer, fmt::format("reading aac configuration: {} Hz", config.sample_rate));
  }
  config.record = to_bytes(record);
  return config;
}

// sync:12=FFF version:1 layer:2=0 no CRC:1 | profile .. buffer fullness:46 ... with length:13 at
// bit 30
ByteView without_adts(ByteView frame) {
  if (frame.size() < 7 || frame[0] != 0xFF || (frame[1] & 0xF6U) != 0xF0) return frame;
  const std::size_t header = (frame[1] & 1U) != 0 ? 7 : 9;
  const std::size_t length =
      (frame[3] & 3U) << 11U | std::size_t{frame[4]} << 3U | std::size_t{frame[5]} >> 5U;
  if (length != frame.size() || length <= header) return frame;
  return frame.subspan(header);
}

}  // namespace so::flv
