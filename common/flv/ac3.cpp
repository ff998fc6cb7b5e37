#include "flv/ac3.h"

#include <array>

#include "base/writer.h"
#include "flv/bit_cursor.h"

namespace so::flv {
namespace {

constexpr std::array<std::uint32_t, 3> kRates{48000, 44100, 32000};
constexpr std::array<std::uint8_t, 8> kChannels{2, 1, 2, 3, 3, 4, 4, 5};

tl::unexpected<Error> bad(bool enhanced) {
  return fail(Code::kPeer, enhanced ? "reading E-AC-3 frame: no header of one program"
                                    : "reading AC-3 frame: no header");
}

// sync:16 CRC:16 rate:2 size:6 id:5 mode:3 channels:3 [2 of three front channels, 2 of surround, 2
// of stereo] LFE:1
Result<Ac3> read_ac3(BitCursor in) {
  const bool sync = in.bits(16) == 0x0B77;
  in.bits(16);
  const unsigned rate = in.bits(2);
  const unsigned size = in.bits(6);
  const unsigned id = in.bits(5);
  const unsigned mode = in.bits(3);
  const unsigned channels = in.bits(3);
  if ((channels & 1U) != 0 && channels != 1) in.bits(2);
  if ((channels & 4U) != 0) in.bits(2);
  if (channels == 2) in.bits(2);
  const unsigned lfe = in.flag() ? 1 : 0;
  if (!in.ok() || !sync || rate == 3 || size > 37 || id > 8) return bad(false);
  Ac3 header;
  header.sample_rate = kRates.at(rate);
  header.channels = static_cast<std::uint8_t>(kChannels.at(channels) + lfe);
  // rate:2 id:5 mode:3 channels:3 LFE:1 bit rate:5 0:5
  Writer out{header.record};
  out.u24(rate << 22U | id << 17U | mode << 14U | channels << 11U | lfe << 10U | size / 2 << 5U);
  return header;
}

// sync:16 type:2 substream:3 size-1:11 rate:2 [blocks:2, or 11 rate:2] channels:3 LFE:1 id:5
Result<Ac3> read_eac3(BitCursor in) {
  constexpr std::array<std::uint32_t, 4> kBlocks{1, 2, 3, 6};
  const bool sync = in.bits(16) == 0x0B77;
  const unsigned type = in.bits(2);
  const unsigned substream = in.bits(3);
  const unsigned words = in.bits(11) + 1;
  const unsigned rate = in.bits(2);
  const unsigned second = in.bits(2);
  const unsigned channels = in.bits(3);
  const unsigned lfe = in.flag() ? 1 : 0;
  const unsigned id = in.bits(5);
  const bool half = rate == 3;
  if (!in.ok() || !sync || type != 0 || substream != 0 || (half && second == 3) || id < 11 ||
      id > 16) {
    return bad(true);
  }
  Ac3 header;
  header.enhanced = true;
  header.sample_rate = half ? kRates.at(second) / 2 : kRates.at(rate);
  header.channels = static_cast<std::uint8_t>(kChannels.at(channels) + lfe);
  header.samples = 256 * (half ? 6 : kBlocks.at(second));
  const std::uint32_t kilobits = words * 16 * (header.sample_rate / 100) / header.samples / 10;
  // bit rate:13 substreams-1:3 | rate:2 id:5 0:1 associated:1 mode:3 channels:3 LFE:1 0:3
  // dependent:4 0:1
  Writer out{header.record};
  out.u16(static_cast<std::uint16_t>(kilobits << 3U));
  out.u24(rate << 22U | id << 17U | channels << 9U | lfe << 8U);
  return header;
}

}  // namespace

Result<Ac3> Ac3::decode(ByteView frame, bool enhanced) {
  return enhanced ? read_eac3(BitCursor{frame}) : read_ac3(BitCursor{frame});
}

}  // namespace so::flv
