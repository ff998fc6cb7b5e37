// Whatever comes and however it is cut: the same events, within the bounds, and text is text.
#include <cstdlib>
#include <string>
#include <vector>

#include "base/utf8.h"
#include "net/ws_reader.h"

using namespace so;

namespace {

constexpr std::size_t kMessageBytes = 300;

struct Said {
  net::WsEvent::Kind kind;
  std::string payload;
  std::uint16_t code;
  bool operator==(const Said&) const = default;
};

std::vector<Said> read(ByteView bytes, std::size_t step) {
  net::WsReader reader{{.message_bytes = kMessageBytes, .fragments = 20}};
  std::vector<Said> all;
  while (!bytes.empty()) {
    Bytes piece = to_bytes(bytes.first(std::min(step, bytes.size())));
    bytes = bytes.subspan(piece.size());
    std::span<std::uint8_t> in{piece};
    for (;;) {
      const net::WsEvent event = reader.next(in);
      if (event.kind == net::WsEvent::Kind::kMore) break;
      if (event.payload.size() > kMessageBytes) std::abort();
      if (event.kind == net::WsEvent::Kind::kText && !is_utf8(event.payload)) std::abort();
      all.push_back({event.kind, to_text(event.payload), event.code});
      if (event.kind == net::WsEvent::Kind::kFault) return all;
    }
    if (!in.empty()) std::abort();
  }
  return all;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const ByteView bytes{data, size};
  const auto whole = read(bytes, size);
  for (const std::size_t step : {1U, 7U}) {
    if (read(bytes, step) != whole) std::abort();
  }
  return 0;
}
