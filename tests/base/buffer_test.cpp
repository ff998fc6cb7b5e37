#include "base/buffer.h"

#include <string>

#include <doctest/doctest.h>

using namespace so;

TEST_CASE("buffer gives back what went in, however it is cut") {
  Buffer buffer;
  std::string in;
  std::string out;
  for (int i = 0; i < 1000; ++i) {
    const std::string piece = std::to_string(i) + ",";
    in += piece;
    buffer.append(as_bytes(piece));
    const std::size_t n = static_cast<std::size_t>(i) % (buffer.size() + 1);
    out += as_text(buffer.view().first(n));
    buffer.consume(n);
  }
  out += as_text(buffer.view());
  CHECK(out == in);
}
