#include "flv/emulation.h"

namespace so::flv {

Bytes without_emulation_prevention(ByteView nal_unit) {
  Bytes out;
  out.reserve(nal_unit.size());
  unsigned zeros = 0;
  for (const std::uint8_t byte : nal_unit) {
    if (zeros >= 2 && byte == 3) {
      zeros = 0;
      continue;
    }
    zeros = byte == 0 ? zeros + 1 : 0;
    out.push_back(byte);
  }
  return out;
}

}  // namespace so::flv
