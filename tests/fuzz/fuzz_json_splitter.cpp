// The pieces of a stream do not depend on how it was cut up, and every good piece is JSON in its
// compact form.
#include <cstdlib>
#include <string>
#include <vector>

#include "../support/pieces.h"
#include "base/bytes.h"
#include "json/splitter.h"

namespace {

std::vector<std::string> pieces(std::string_view text, std::size_t step) {
  so::json::Splitter splitter{{.bytes = 4096, .depth = 8}};
  std::vector<std::string> out;
  so::test::feed(splitter, text, step, [&](const auto& piece) {
    if (!piece.broken && so::json::normalise(piece.text) != piece.text) std::abort();
    out.push_back(std::to_string(piece.line) + (piece.broken ? "!" : ":") + piece.text);
  });
  return out;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text = so::as_text({data, size});
  if (pieces(text, 4096) != pieces(text, 1)) std::abort();
  return 0;
}
