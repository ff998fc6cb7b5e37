#include "rtmp/link.h"

#include <string>
#include <string_view>
#include <vector>

#include <doctest/doctest.h>

#include "rtmp/digest.h"
#include "support/hex.h"

using namespace so;
using namespace so::rtmp;
using test::from_hex;
using test::to_hex;

namespace {

using std::chrono::seconds;

// A server's link whose peer has shaken hands at time 0.
struct Shaken {
  explicit Shaken(const LinkOptions& options = {}) : link(Role::kServer, options, 1, {}) {
    Bytes hello(1 + 2 * kBlockBytes);
    hello[0] = 3;
    link.receive(hello, {});
    CHECK(!link.next().value());
    CHECK(link.established());
    link.take_output();
  }
  // What the link answers to these chunks; its messages are counted.
  std::string answer(std::string_view hex, TimePoint now = {}) {
    link.receive(from_hex(hex), now);
    while (true) {
      const auto message = link.next();
      if (!message) error = message.error().text;
      if (!message || !*message) break;
      ++messages;
    }
    return to_hex(link.take_output());
  }
  Link link;
  std::size_t messages = 0;
  std::string error;
};

}  // namespace

TEST_CASE("R10: a ping is answered with the same value, on the spot") {
  Shaken peer;
  CHECK(peer.answer("02000000000006040000000000060a0b0c0d") ==
        "02000000000006040000000000070a0b0c0d");
  CHECK(peer.answer("0200000000000604000000000007 00000001").empty());
  CHECK(peer.messages == 0);
}

TEST_CASE("R11: what arrives is acknowledged every window, and windows have a floor") {
  LinkOptions options;
  options.window = 10'000;
  Shaken peer{options};  // 3073 bytes
  Bytes audio = from_hex("04000000001f4008 01000000");
  audio.resize(audio.size() + 8000 + 62);  // and 62 chunk headers
  for (std::size_t i = 0; i < 62; ++i) audio[12 + 128 + i * 129] = 0xC4;
  CHECK(peer.answer(to_hex(audio)) ==
        "020000000000040300000000"
        "00002b8b");
  CHECK(peer.error.empty());
  CHECK(peer.answer("02000000000004050000000000000001").empty());  // window 1
  CHECK(peer.answer("020000000000040500000000000000ff").empty());
}

TEST_CASE("a peer that sets our bandwidth is told our window, once") {
  Shaken peer;
  CHECK(peer.answer("0200000000000506000000000000 4e20 02") == "02000000000004050000000000004e20");
  CHECK(peer.answer("0200000000000506000000000000 4e20 02").empty());
}

TEST_CASE("control messages on any chunk stream are obeyed, unknown types skipped") {
  Shaken peer;
  peer.answer(
      "05000000000004010000000000000001"  // chunk size 1 on chunk stream 5
      "04000000000002 0801000000 aa c4 bb"
      "04000000000001 6301000000 aa"
      "0200000000000403000000000000 c2 00 c2 00 c2 00");
  CHECK(peer.messages == 1);
}

TEST_CASE("an aggregate comes as the messages inside, and its errors end the link") {
  Shaken peer;
  peer.answer(
      "040000000000 2b 16 01000000 080000030003e800000000af01aa0000000e"
      "0900000a0003f2000000002701000000000000010900000015");
  CHECK(peer.messages == 2);
  CHECK(peer.error.empty());
  peer.answer("0400000000000b16010000000800000400000000000000");
  CHECK(peer.error == "aggregate: a message inside goes beyond its end");
  peer.error.clear();
  peer.answer("");
  CHECK(peer.error == "aggregate: a message inside goes beyond its end");  // and stays
}

TEST_CASE("a broken control message ends the link") {
  for (const auto& [chunk, error] :
       {std::pair{"0200000000000401000000 00 00000000", "set chunk size: 0 is no size"},
        {"0200000000000301000000 00 000000", "set chunk size: the body is too short"},
        {"0200000000000104000000 00 00", "user control: the body is too short"}}) {
    Shaken peer;
    peer.answer(chunk);
    CHECK(peer.error == error);
  }
}

TEST_CASE("R12: a handshake that is not finished in time ends the link") {
  Link link{Role::kServer, {}, 1, {}};
  CHECK(link.deadline() == TimePoint{} + seconds{10});
  link.receive(Bytes{3}, TimePoint{} + seconds{9});
  link.tick(TimePoint{} + seconds{9});
  CHECK_FALSE(link.failure());
  link.tick(TimePoint{} + seconds{10});
  REQUIRE(link.failure());
  CHECK(*link.failure() == Error{Code::kUnreachable, "waited 10 s for the rtmp handshake"});
  CHECK(link.next().error() == *link.failure());
}

TEST_CASE("R10: a silent peer is pinged, and given up only when nothing at all arrives") {
  LinkOptions options;
  options.ping_after = Millis{5000};
  options.silence = Millis{12'000};
  Shaken peer{options};
  const auto at = [](int s) { return TimePoint{} + seconds{s}; };
  CHECK(peer.link.deadline() == at(5));
  peer.link.tick(at(4));
  CHECK(peer.link.take_output().empty());
  peer.link.tick(at(5));
  CHECK(to_hex(peer.link.take_output()) ==
        "02000000000006040000000000060000"
        "1388");
  peer.link.tick(at(6));
  CHECK(peer.link.take_output().empty());  // one ping, not one a tick
  CHECK(peer.link.deadline() == at(10));
  peer.answer("04", at(8));  // a byte of something is a sign of life
  peer.link.tick(at(12));
  CHECK_FALSE(peer.link.failure());
  peer.link.tick(at(20));
  REQUIRE(peer.link.failure());
  CHECK(peer.link.failure()->text == "nothing heard for 12 s");
  CHECK_FALSE(peer.link.deadline());
}

TEST_CASE("what a client says before the handshake is over follows it") {
  Link client{Role::kClient, {}, 1, {}};
  client.send(SetChunkSize{4096});
  CHECK(client.take_output().size() == 1 + kBlockBytes);
  Bytes answer(1 + kBlockBytes);
  answer[0] = 3;
  client.receive(answer, {});
  CHECK(!client.next().value());
  CHECK(client.take_output().size() == kBlockBytes);
  client.receive(Bytes(kBlockBytes), {});
  CHECK(!client.next().value());
  CHECK(to_hex(client.take_output()) == "02000000000004010000000000001000");
}
