#include "net/send_ring.h"

#include <algorithm>
#include <array>
#include <memory>
#include <string>

#include <sys/socket.h>

#include <doctest/doctest.h>

#include "base/bytes.h"
#include "base/unique_fd.h"

using namespace so;
using net::SendRing;

namespace {

net::Outbox waiting(std::size_t pieces, const Bytes& each) {
  net::Outbox out{1U << 30U};
  for (std::size_t i = 0; i < pieces; ++i) out.push_always(std::make_shared<const Bytes>(each));
  return out;
}

struct Pair {
  Pair() {
    std::array<int, 2> both{};
    REQUIRE(socketpair(AF_UNIX, SOCK_STREAM, 0, both.data()) == 0);
    ours = UniqueFd{both[0]};
    theirs = UniqueFd{both[1]};
  }
  [[nodiscard]] std::string heard() const {
    std::string text(64, '\0');
    const ssize_t got = recv(theirs.get(), text.data(), text.size(), MSG_DONTWAIT);
    return text.substr(0, static_cast<std::size_t>(std::max<ssize_t>(got, 0)));
  }
  UniqueFd ours;
  UniqueFd theirs;
};

}  // namespace

TEST_CASE("a ring sends to many, and says how much each has taken") {
  SendRing ring;
  CHECK_FALSE(ring.serves(SendRing::kWorth - 1));
  if (!ring.serves(SendRing::kWorth)) {
    MESSAGE("the kernel has no io_uring for us");
    return;
  }
  const Pair ann;
  const Pair slow;
  Pair gone;
  gone.theirs = {};
  const auto hello = waiting(1, to_bytes(as_bytes("hello")));
  const auto twice = waiting(2, to_bytes(as_bytes(" again")));
  const auto large = waiting(1, Bytes(std::size_t{16} << 20U));
  const auto many = waiting(SendRing::kPieces + 1, to_bytes(as_bytes("x")));
  CHECK(ring.add(ann.ours.get(), hello));
  CHECK(ring.add(slow.ours.get(), large));
  CHECK(ring.add(slow.ours.get(), hello));
  CHECK_FALSE(ring.add(ann.ours.get(), many));
  CHECK(ring.add(gone.ours.get(), hello));
  CHECK(ring.add(ann.ours.get(), twice));
  const auto sent = ring.submit();
  REQUIRE(sent.size() == 5);
  CHECK(sent[0] == 5);
  CHECK(sent[1] > 0);
  CHECK(sent[1] < large.bytes());
  CHECK(sent[2] == 0);  // there is no room
  CHECK(sent[3] == 0);
  CHECK(sent[4] == 12);
  CHECK(ann.heard() == "hello again again");
}

TEST_CASE("a ring that is not wanted serves nobody") {
  SendRing ring{false};
  CHECK_FALSE(ring.serves(SendRing::kEntries));
}

TEST_CASE("a ring is used again and again, full each time") {
  SendRing ring;
  if (!ring.serves(SendRing::kEntries)) return;
  const Pair ann;
  const auto letter = waiting(1, to_bytes(as_bytes("x")));
  for (int round = 0; round < 3; ++round) {
    for (std::size_t i = 0; i < SendRing::kEntries; ++i) {
      REQUIRE(ring.add(ann.ours.get(), letter));
    }
    std::size_t sent = 0;
    for (const std::size_t each : ring.submit()) sent += each;
    std::size_t heard = 0;
    for (auto text = ann.heard(); !text.empty(); text = ann.heard()) heard += text.size();
    CHECK(sent == heard);
    CHECK(sent > 0);
    CHECK(ring.serves(SendRing::kEntries));
  }
  CHECK(ring.submit().empty());  // nothing was added
}
