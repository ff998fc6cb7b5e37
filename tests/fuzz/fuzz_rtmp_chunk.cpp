// Whatever arrives, the messages and the error do not depend on how the bytes were split.
#include <algorithm>
#include <cstdlib>
#include <string>
#include <vector>

#include "base/buffer.h"
#include "rtmp/chunk_reader.h"

using namespace so;
using namespace so::rtmp;

namespace {

struct Reading {
  std::vector<std::pair<MessageHeader, Bytes>> messages;
  std::string error;
  bool operator==(const Reading&) const = default;
};

void obey(ChunkReader& reader, const RawMessage& message) {
  const std::uint32_t value = Cursor{message.body}.u32();
  if (message.header.type == MessageType::kSetChunkSize && value > 0) reader.set_chunk_size(value);
  if (message.header.type == MessageType::kAbort) reader.abort(value);
}

Reading read(ByteView in, std::size_t step) {
  ChunkReader reader{{.unfinished_bytes = 2000, .media_bytes = 1000, .command_bytes = 100}};
  Reading reading;
  Buffer pending;
  while (!in.empty() && reading.error.empty()) {
    const ByteView piece = in.first(std::min(step, in.size()));
    in = in.subspan(piece.size());
    pending.append(piece);
    ByteView view = pending.view();
    while (true) {
      const auto message = reader.next(view);
      if (!message) reading.error = message.error().text;
      if (!message || !*message) break;
      reading.messages.emplace_back((*message)->header, to_bytes((*message)->body));
      obey(reader, **message);
    }
    pending.consume(pending.size() - view.size());
  }
  return reading;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const ByteView in{data, size};
  const Reading whole = read(in, size);
  for (const std::size_t step : {1U, 3U, 50U}) {
    if (read(in, step) != whole) std::abort();
  }
  return 0;
}
