// What a crowd does at once: each turn has to do with a few of them, so that others are served in
// between.
#include <algorithm>
#include <deque>
#include <string>

#include <doctest/doctest.h>

#include "net/per_turn.h"
#include "net/run_until.h"
#include "net/ws_peer.h"
#include "net/ws_server.h"

using namespace so;

namespace {

struct Crowd {
  explicit Crowd(net::WsOptions options = {}) {
    net::WsListener listener;
    listener.address = {"127.0.0.1", 0};
    auto opened = net::WsServer::open(loop, {listener}, options);
    REQUIRE(opened);
    server = *std::move(opened);
    server->set_handlers(0, {.on_message = [this](net::ConnId, const net::WsMessage&) { ++heard; },
                             .on_flood = [this](net::ConnId, const net::WsMessage&) { ++heard; },
                             .on_close =
                                 [this](net::ConnId, std::uint16_t) {
                                   ++closed;
                                   closes.happened();
                                 }});
  }
  WsPeer& connect() { return peers.emplace_back(server->addresses()[0]); }
  void open(std::size_t count) {
    for (std::size_t i = 0; i < count; ++i) connect().send(WsPeer::request("/"));
    REQUIRE(run_until(loop, [&] { return server->connections() == peers.size(); }));
  }

  net::Loop loop;
  PerTurn closes{loop};
  std::unique_ptr<net::WsServer> server;
  std::deque<WsPeer> peers;
  int heard = 0;
  int closed = 0;
};

}  // namespace

TEST_CASE("ws: a crowd that is gone at once is seen off a few at a time") {
  constexpr int kCrowd = 60;
  Crowd crowd;
  crowd.open(kCrowd);
  crowd.peers.clear();
  REQUIRE(run_until(crowd.loop, [&] { return crowd.closed == kCrowd; }));
  CHECK(crowd.closes.most() <= 8);  // the library may close those of two turns together
  CHECK(crowd.server->connections() == 0);
}

TEST_CASE("ws: deadlines that come together are kept a few at a time") {
  constexpr int kCrowd = 60;
  net::WsOptions options;
  options.handshake = Millis{100};
  Crowd crowd{options};
  for (int i = 0; i < kCrowd; ++i) crowd.connect();
  std::uint64_t late = 0;
  std::uint64_t most = 0;
  REQUIRE(run_until(crowd.loop, [&] {
    const std::uint64_t before = std::exchange(late, crowd.server->counters().late);
    most = std::max(most, late - before);
    return late == kCrowd;
  }));
  CHECK(most <= kCrowd / 3);  // looked at once a millisecond, or less often
  for (WsPeer& peer : crowd.peers) CHECK(run_until(crowd.loop, [&] { return peer.ended(); }));
}

TEST_CASE("ws: those who flood share one lane, however many they are") {
  constexpr int kFlooders = 20;
  constexpr int kSaid = 300;
  constexpr int kBurst = 100;
  net::WsOptions options;
  options.messages = {.per_second = 1000, .burst = kBurst};
  Crowd crowd{options};
  crowd.open(kFlooders);
  std::string flood;
  for (int i = 0; i < kSaid; ++i) flood += WsPeer::frame(1, "x");
  const TimePoint start = Clock::now();
  for (const WsPeer& peer : crowd.peers) peer.send(flood);
  REQUIRE(run_until(crowd.loop, [&] { return crowd.heard == kFlooders * kSaid; }));
  // Eight a millisecond, after the burst and eight refusals of each. Each may say one a
  // millisecond.
  constexpr int kInTheLane = kFlooders * (kSaid - kBurst - 100);
  CHECK(Clock::now() - start >= Millis{kInTheLane / 8});
  CHECK(crowd.closed == 0);
}

TEST_CASE("ws: who answers its ping while it is in that lane stays") {
  constexpr int kFlooders = 20;
  constexpr int kSaid = 300;
  net::WsOptions options;
  options.messages = {.per_second = 1000, .burst = 100};
  options.ping_every = Millis{200};
  options.pong_within = Millis{100};
  Crowd crowd{options};
  crowd.open(kFlooders);
  std::string flood;
  for (int i = 0; i < kSaid; ++i) flood += WsPeer::frame(1, "x");
  for (const WsPeer& peer : crowd.peers) peer.send(flood);
  std::vector<std::size_t> answered(kFlooders, 0);
  const auto answer = [&] {
    for (std::size_t i = 0; i < answered.size(); ++i) {
      const auto pings = crowd.peers[i].frames().size();  // nothing else is said to them
      for (; answered[i] < pings; ++answered[i]) crowd.peers[i].send(WsPeer::frame(10, "ping"));
    }
    return crowd.heard == kFlooders * kSaid && std::ranges::min(answered) >= 4;
  };
  CHECK(run_until(crowd.loop, answer));
  CHECK(crowd.closed == 0);
  CHECK(crowd.server->counters().no_pong == 0);
}
