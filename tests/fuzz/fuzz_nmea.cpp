// Sentences of NMEA 0183: what becomes of them is compact JSON, and the same however they were cut.
#include <cstdlib>

#include "../support/pieces.h"
#include "json/read.h"
#include "nmea/lines.h"

namespace {

std::string feed(std::string_view text, std::size_t step) {
  so::nmea::Lines lines;
  std::string said;
  so::test::feed(lines, text, step, [&](const auto& piece) {
    if (!piece.broken && so::json::normalise(piece.text) != piece.text) std::abort();
    said += piece.text + '\n';
  });
  return said;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text{reinterpret_cast<const char*>(data), size};
  if (feed(text, size + 1) != feed(text, 7)) std::abort();
  return 0;
}
