#include "flv/opus_config.h"

#include <array>

#include <fmt/format.h>

#include "base/cursor.h"
#include "base/writer.h"

namespace so::flv {
namespace {

constexpr std::size_t kMaxRecord = 512;  // 255 channels

std::uint16_t turned(std::uint16_t value) {
  return static_cast<std::uint16_t>(value << 8U | value >> 8U);
}

}  // namespace

// OpusHead version:8=1 channels:8 pre-skip:16 rate:32 gain:16, little-endian | family:8 | unless 0
// streams:8 coupled:8 {channel:8}*
Result<OpusConfig> OpusConfig::decode(ByteView head) {
  if (head.size() > kMaxRecord) {
    return fail(Code::kLimit, fmt::format("reading opus configuration: {} bytes", head.size()));
  }
  Cursor in{head};
  if (in.text(8) != "OpusHead") return fail(Code::kPeer, "reading opus configuration: no OpusHead");
  const unsigned version = in.u8();
  OpusConfig config;
  config.channels = in.u8();
  const std::uint16_t pre_skip = turned(in.u16());
  const std::uint32_t low = turned(in.u16());
  const std::uint32_t high = turned(in.u16());
  const std::uint16_t gain = turned(in.u16());
  const std::uint8_t family = in.u8();
  const ByteView table = family == 0 ? ByteView{} : in.bytes(std::size_t{2} + config.channels);
  if (!in.ok() || version > 15) return fail(Code::kPeer, "reading opus configuration: cut off");
  if (config.channels == 0 || (family == 0 && config.channels > 2)) {
    return fail(Code::kPeer,
                fmt::format("reading opus configuration: {} channels", config.channels));
  }
  Writer out{config.record};
  out.u8(0);
  out.u8(config.channels);
  out.u16(pre_skip);
  out.u32(high << 16U | low);
  out.u16(gain);
  out.u8(family);
  out.bytes(table);
  return config;
}

// configuration:5 stereo:1 count:2 | of count 3 the number of frames in the low six bits of the
// next byte
std::uint32_t opus_samples(ByteView packet) {
  if (packet.empty()) return 0;
  constexpr std::array<std::uint32_t, 4> kSilk{480, 960, 1920, 2880};
  constexpr std::array<std::uint32_t, 4> kCelt{120, 240, 480, 960};
  constexpr std::uint32_t kMost = 5760;  // 120 ms
  const unsigned toc = packet[0];
  const unsigned configuration = toc >> 3U;
  const std::uint32_t frame = configuration < 12   ? kSilk.at(configuration & 3U)
                              : configuration < 16 ? (configuration % 2 == 0 ? 480U : 960U)
                                                   : kCelt.at(configuration & 3U);
  const unsigned code = toc & 3U;
  if (code == 3 && packet.size() < 2) return 0;
  const std::uint32_t count = code == 0 ? 1 : code < 3 ? 2 : packet[1] & 63U;
  return frame * count <= kMost ? frame * count : 0;
}

}  // namespace so::flv
