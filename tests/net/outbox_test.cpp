#include "net/outbox.h"

#include <array>
#include <memory>
#include <string>

#include <doctest/doctest.h>

using namespace so;
using net::Outbox;

namespace {

net::SharedBytes bytes(std::size_t size, std::uint8_t value = 0) {
  return std::make_shared<const Bytes>(size, value);
}

std::string gathered(const Outbox& out, std::size_t vectors = 8) {
  std::array<iovec, 8> all{};
  std::string text;
  for (const iovec& v : out.gather(std::span{all}.first(vectors))) {
    text.append(static_cast<const char*>(v.iov_base), v.iov_len);
  }
  return text;
}

net::SharedBytes text(const char* what) {
  return std::make_shared<const Bytes>(to_bytes(as_bytes(what)));
}

}  // namespace

TEST_CASE("what is pushed is gathered in order, from where the kernel stopped") {
  Outbox out{100};
  REQUIRE(out.push(text("abc")));
  REQUIRE(out.push(text("de")));
  REQUIRE(out.push(text("f")));
  CHECK(gathered(out) == "abcdef");
  CHECK(gathered(out, 2) == "abcde");
  for (const char* left : {"bcdef", "cdef", "def", "ef", "f", ""}) {
    out.consume(1);
    CHECK(gathered(out) == left);
    CHECK(out.bytes() == std::string{left}.size());
  }
}

TEST_CASE("consuming in any steps leaves the same") {
  for (std::size_t step = 1; step < 12; ++step) {
    Outbox out{1000};
    std::string expected;
    for (const char* piece : {"one", "", "two", "three", "4"}) {
      REQUIRE(out.push(text(piece)));
      expected += piece;
    }
    std::string seen;
    while (!out.empty()) {
      const std::string front = gathered(out).substr(0, step);
      seen += front;
      out.consume(front.size());
    }
    CHECK(seen == expected);
  }
}

TEST_CASE("a full queue refuses and keeps what it has") {
  Outbox out{10};
  REQUIRE(out.push(bytes(4)));
  REQUIRE(out.push(bytes(4)));
  CHECK_FALSE(out.push(bytes(4)));
  CHECK(out.bytes() == 8);
  out.consume(2);
  CHECK(out.push(bytes(4)));
}

TEST_CASE("one buffer of any size may wait, and one more of its size behind it") {
  Outbox out{10};
  REQUIRE(out.push(bytes(50)));
  CHECK(out.push(bytes(40)));
  CHECK_FALSE(out.push(bytes(40)));
  out.consume(90);
  REQUIRE(out.push(bytes(5)));
  REQUIRE(out.push(bytes(5)));
  CHECK_FALSE(out.push(bytes(5)));  // the large one is history
}

TEST_CASE("control frames are never refused") {
  Outbox out{2};
  REQUIRE(out.push(bytes(1)));
  REQUIRE(out.push(bytes(1)));
  CHECK_FALSE(out.push(bytes(1)));
  out.push_always(bytes(2));
  CHECK(out.bytes() == 4);
}

TEST_CASE("discarding keeps the rest of a buffer that has begun to leave") {
  Outbox out{100};
  REQUIRE(out.push(text("abc")));
  REQUIRE(out.push(text("de")));
  out.consume(1);
  CHECK(out.discard_unsent() == 2);
  CHECK(gathered(out) == "bc");
  out.consume(2);
  CHECK(out.empty());
  REQUIRE(out.push(text("xy")));
  CHECK(out.discard_unsent() == 2);
  CHECK(out.empty());
}

TEST_CASE("a buffer of two pieces is one buffer") {
  const SharedView tail = share(Bytes{'c', 'd'});
  const net::Parcel both{text("ab"), tail};
  for (std::size_t taken = 0; taken <= 4; ++taken) {
    Outbox out{100};
    REQUIRE(out.push(both));
    REQUIRE(out.push(text("e")));
    CHECK(out.bytes() == 5);
    out.consume(taken);
    const std::string left = std::string{"abcde"}.substr(taken);
    CHECK(gathered(out) == left);
    CHECK(gathered(out, 1) == (taken < 2   ? left.substr(0, 2 - taken)
                               : taken < 4 ? left.substr(0, 4 - taken)
                                           : "e"));
    const bool begun = taken != 0 && taken != 4;
    const std::string rest = begun ? left.substr(0, left.size() - 1) : "";
    CHECK(out.discard_unsent() == (taken == 0 ? 5 : 1));
    CHECK(gathered(out) == rest);
  }
  Outbox full{3};
  REQUIRE(full.push(net::Parcel{text("a"), share(Bytes(9))}));
  REQUIRE(full.push(net::Parcel{text("a"), share(Bytes(9))}));
  CHECK_FALSE(full.push(text("a")));
}

TEST_CASE("queues share buffers and let go of what has left") {
  const auto shared = bytes(3);
  Outbox a{100};
  Outbox b{100};
  REQUIRE(a.push(shared));
  REQUIRE(b.push(shared));
  CHECK(shared.use_count() == 3);
  a.consume(3);
  CHECK(shared.use_count() == 2);
}

TEST_CASE("a queue that never quite empties does not grow") {
  Outbox out{1000};
  const auto shared = bytes(1);
  REQUIRE(out.push(shared));
  for (int i = 0; i < 1000; ++i) {
    REQUIRE(out.push(shared));
    out.consume(1);
  }
  CHECK(shared.use_count() == 2);
  CHECK(out.bytes() == 1);
}
