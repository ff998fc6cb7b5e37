// The tags of a stream do not depend on how it was split, and what was read is written back as tags
// that are read the same.
#include <algorithm>
#include <cstdlib>
#include <string>
#include <vector>

#include "flv/tag.h"

using namespace so;

namespace {

struct Outcome {
  Bytes tags;  // written again
  std::string error;
  bool between = false;
  bool operator==(const Outcome&) const = default;
};

Outcome read(ByteView bytes, std::size_t step) {
  Outcome outcome;
  Writer out{outcome.tags};
  flv::write_file_header(true, true, out);
  flv::Reader reader{{.tag_bytes = 4096}};
  for (std::size_t at = 0; at < bytes.size(); at += step) {
    reader.receive(bytes.subspan(at, std::min(step, bytes.size() - at)));
    for (;;) {
      const auto tag = reader.next();
      if (!tag) outcome.error = tag.error().text;
      if (!tag || !*tag) break;
      flv::write_tag(**tag, out);
    }
  }
  outcome.between = reader.between_tags();
  return outcome;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const ByteView stream{data + 1, size - 1};
  const Outcome whole = read(stream, size);
  if (read(stream, data[0] % 64 + std::size_t{1}) != whole) std::abort();
  if (read(whole.tags, whole.tags.size()).tags != whole.tags) std::abort();
  return 0;
}
