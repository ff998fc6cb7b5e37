#include "flv/mpeg_audio.h"

#include <array>

#include "flv/bit_cursor.h"

namespace so::flv {

// sync:11 version:2 layer:2 no CRC:1 | bit rate:4 rate:2 padding:1 private:1 | mode:2 ..
Result<MpegAudio> MpegAudio::decode(ByteView frame) {
  constexpr std::array<std::uint32_t, 3> kRates{44100, 48000, 32000};
  BitCursor in{frame};
  const bool sync = in.bits(11) == 0x7FF;
  const unsigned version = in.bits(2);  // 0: 2.5, 2: 2, 3: 1
  const bool layer3 = in.bits(2) == 1;
  in.flag();
  const unsigned bit_rate = in.bits(4);
  const unsigned rate = in.bits(2);
  in.bits(2);
  const bool mono = in.bits(2) == 3;
  if (!in.ok() || !sync || !layer3 || version == 1 || bit_rate == 15 || rate == 3) {
    return fail(Code::kPeer, "reading MP3 frame: no header of layer 3");
  }
  MpegAudio header;
  header.mpeg1 = version == 3;
  header.sample_rate = kRates.at(rate) >> (version == 3 ? 0U : version == 2 ? 1U : 2U);
  header.channels = mono ? 1 : 2;
  header.samples = header.mpeg1 ? 1152 : 576;
  return header;
}

}  // namespace so::flv
