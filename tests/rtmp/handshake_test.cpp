#include "rtmp/handshake.h"

#include <array>

#include <doctest/doctest.h>

#include "base/buffer.h"

using namespace so;
using namespace so::rtmp;

namespace {

constexpr std::size_t kFirst = 1 + kBlockBytes;

// Feeds `in` to the handshake in pieces and returns what it said.
Bytes feed(Handshake& handshake, ByteView in, std::size_t step) {
  Buffer pending;
  Bytes out;
  while (!in.empty()) {
    const std::size_t n = std::min(step, in.size());
    pending.append(in.first(n));
    in = in.subspan(n);
    for (std::size_t taken = 1; taken > 0;) {
      auto result = handshake.advance(pending.view(), out);
      REQUIRE(result);
      taken = *result;
      pending.consume(taken);
    }
  }
  return out;
}

struct Exchange {
  Bytes c0c1, s0s1s2, c2;
  bool done = false;
};

Exchange exchange(HandshakeForm form, std::size_t step) {
  Exchange e;
  Handshake client{Role::kClient, 1, form};
  Handshake server{Role::kServer, 2};
  server.start(e.s0s1s2);
  REQUIRE(e.s0s1s2.empty());
  client.start(e.c0c1);
  e.s0s1s2 = feed(server, e.c0c1, step);
  e.c2 = feed(client, e.s0s1s2, step);
  REQUIRE(feed(server, e.c2, step).empty());
  e.done = client.done() && server.done();
  return e;
}

ByteView s1_of(const Exchange& e) {
  return ByteView{e.s0s1s2}.subspan(1, kBlockBytes);
}
ByteView s2_of(const Exchange& e) {
  return ByteView{e.s0s1s2}.subspan(kFirst);
}

}  // namespace

TEST_CASE("client and server shake hands in both forms, however the bytes are split") {
  for (const HandshakeForm form : {HandshakeForm::kSimple, HandshakeForm::kDigest}) {
    const Exchange whole = exchange(form, 10000);
    CHECK(whole.done);
    CHECK(whole.c0c1.size() == kFirst);
    CHECK(whole.s0s1s2.size() == kFirst + kBlockBytes);
    CHECK(whole.c2.size() == kBlockBytes);
    for (const std::size_t step : {1U, 2U, 7U, 1536U}) {
      const Exchange split = exchange(form, step);
      CHECK(split.done);
      CHECK(split.s0s1s2 == whole.s0s1s2);
      CHECK(split.c2 == whole.c2);
    }
  }
}

TEST_CASE("the simple form says zero for a version and echoes exactly") {
  const Exchange e = exchange(HandshakeForm::kSimple, 10000);
  for (std::size_t i = 4; i < 8; ++i) CHECK(s1_of(e)[i] == 0);
  CHECK(to_bytes(s2_of(e)) == to_bytes(ByteView{e.c0c1}.subspan(1)));
  CHECK(e.c2 == to_bytes(s1_of(e)));
}

TEST_CASE("the digest form is answered with a digest of the server") {
  const Exchange e = exchange(HandshakeForm::kDigest, 10000);
  CHECK(find_digest(s1_of(e).first<kBlockBytes>(), Signer::kServer));
  CHECK(s1_of(e)[4] >= 3);  // else a player of FFmpeg does not look for the digest
  CHECK(e.c2 != to_bytes(s1_of(e)));
}

TEST_CASE("a version without a digest falls back to the simple form") {
  Bytes c0c1(kFirst, 0x5A);
  c0c1[0] = 3;
  Handshake server{Role::kServer, 2};
  const Bytes answer = feed(server, c0c1, 10000);
  for (std::size_t i = 5; i < 9; ++i) CHECK(answer[i] == 0);
  CHECK(to_bytes(ByteView{answer}.subspan(kFirst)) == to_bytes(ByteView{c0c1}.subspan(1)));
}

TEST_CASE("a client that asked for a digest accepts a server without one") {
  Handshake client{Role::kClient, 1, HandshakeForm::kDigest};
  Bytes c0c1;
  client.start(c0c1);
  Bytes s0s1s2(kFirst + kBlockBytes, 0);
  s0s1s2[0] = 3;
  s0s1s2[100] = 7;
  const Bytes c2 = feed(client, s0s1s2, 10000);
  CHECK(c2 == to_bytes(ByteView{s0s1s2}.subspan(1, kBlockBytes)));
  CHECK(client.done());
}

TEST_CASE("chunks behind the last block are left alone") {
  Handshake server{Role::kServer, 2};
  Bytes out;
  Bytes in(kFirst + kBlockBytes + 5, 0);
  in[0] = 3;
  CHECK(server.advance(in, out) == kFirst);
  CHECK(server.advance(ByteView{in}.subspan(kFirst), out) == kBlockBytes);
  CHECK(server.done());
  CHECK(server.advance(ByteView{in}.last(5), out) == 0);
}

TEST_CASE("another protocol is refused at its first byte, by name") {
  struct Case {
    std::uint8_t version;
    const char* text;
  };
  constexpr auto kCases = std::to_array<Case>({
      {'G', "rtmp handshake: expected version 3, but version 71 looks like HTTP or text"},
      {0x16, "rtmp handshake: expected version 3, but version 22 looks like TLS"},
      {6, "rtmp handshake: expected version 3, but version 6 is RTMPE, which is not supported"},
      {0, "rtmp handshake: expected version 3, but version 0 is unknown"},
  });
  for (const Case& c : kCases) {
    Handshake server{Role::kServer, 2};
    Bytes out;
    const Bytes in{c.version};
    const auto result = server.advance(in, out);
    REQUIRE_FALSE(result);
    CHECK(result.error() == Error{Code::kPeer, c.text});
    CHECK(out.empty());
  }
}
