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
    i % 3 == 0 ? buffer.append(as_bytes(piece)) : buffer.lend(as_bytes(piece));
    const std::size_t n = static_cast<std::size_t>(i) % (buffer.size() + 1);
    out += as_text(buffer.view().first(n));
    buffer.consume(n);
    buffer.keep();
  }
  out += as_text(buffer.view());
  CHECK(out == in);
}

TEST_CASE("a buffer borrows what it is lent, while nothing else waits") {
  Buffer buffer;
  const Bytes bytes{1, 2, 3};
  buffer.lend(bytes);
  CHECK(buffer.view().data() == bytes.data());
  buffer.consume(1);
  CHECK(buffer.view().data() == bytes.data() + 1);
  buffer.keep();
  CHECK(to_bytes(buffer.view()) == Bytes{2, 3});
  CHECK(buffer.view().data() != bytes.data() + 1);
  buffer.lend(bytes);  // behind what waits
  CHECK(to_bytes(buffer.view()) == Bytes{2, 3, 1, 2, 3});
}
