#include "flv/flac_config.h"

#include <bit>

#include <fmt/format.h>

#include "base/cursor.h"
#include "base/writer.h"
#include "flv/bit_cursor.h"

namespace so::flv {
namespace {

constexpr std::size_t kMaxRecord = 65536;  // pictures and comments may follow
constexpr std::size_t kStreamInfo = 34;

}  // namespace

// [fLaC] [last:1 type:7=0 size:24=34] blocks:16 blocks:16 frames:24 frames:24 rate:20 channels-1:3
// bits-1:5 samples:36 digest:128
Result<FlacConfig> FlacConfig::decode(ByteView header) {
  if (header.size() > kMaxRecord) {
    return fail(Code::kLimit, fmt::format("reading flac configuration: {} bytes", header.size()));
  }
  if (as_text(header).starts_with("fLaC")) header = header.subspan(4);
  if (header.size() >= kStreamInfo + 4) {
    Cursor block{header};
    if ((block.u8() & 0x7FU) == 0 && block.u24() == kStreamInfo) header = header.subspan(4);
  }
  if (header.size() < kStreamInfo) return fail(Code::kPeer, "reading flac configuration: cut off");
  header = header.first(kStreamInfo);
  BitCursor in{header.subspan(10)};
  FlacConfig config;
  config.sample_rate = in.bits(20);
  config.channels = static_cast<std::uint8_t>(in.bits(3) + 1);
  config.bits = static_cast<std::uint8_t>(in.bits(5) + 1);
  if (config.sample_rate < 1000 || config.sample_rate > 655'350 || config.bits < 4) {
    return fail(Code::kPeer, fmt::format("reading flac configuration: {} Hz, {} bits",
                                         config.sample_rate, config.bits));
  }
  Writer out{config.record};
  out.u32(0x80000000U | kStreamInfo);  // the last block, of type 0
  out.bytes(header);
  return config;
}

// sync:15=7FFC variable:1 | block size:4 rate:4 | channels:4 bits:3 0:1 | number, coded as in UTF-8
// | of block size 6 size-1:8, of 7 size-1:16
std::uint32_t flac_samples(ByteView frame) {
  Cursor in{frame};
  const unsigned sync = in.u16();
  const unsigned size = in.u8() >> 4U;
  in.skip(1);
  if (!in.ok() || sync >> 1U != 0x7FFC || size == 0) return 0;
  if (size == 1) return 192;
  if (size <= 5) return 576U << (size - 2);
  if (size >= 8) return 256U << (size - 8);
  const auto ones = static_cast<unsigned>(std::countl_one(in.u8()));
  if (ones == 1 || ones == 8) return 0;
  if (ones > 1) in.skip(ones - 1);
  const std::uint32_t samples = (size == 6 ? in.u8() : in.u16()) + 1U;
  return in.ok() ? samples : 0;
}

}  // namespace so::flv
