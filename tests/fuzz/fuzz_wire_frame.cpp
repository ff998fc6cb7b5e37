// A frame that is read is written as the bytes that it was read from.
#include <algorithm>
#include <cstdlib>

#include "wire/frame.h"

using namespace so;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const ByteView message{data, size};
  Cursor in{message};
  for (std::size_t start = 0;; start = in.at()) {
    const auto frame = wire::read_frame(in);
    if (!frame || !*frame) return 0;
    const ByteView read = message.subspan(start, in.at() - start);
    Bytes written;
    wire::write_frame(**frame, written);
    if (!std::equal(read.begin(), read.end(), written.begin(), written.end())) std::abort();
  }
}
