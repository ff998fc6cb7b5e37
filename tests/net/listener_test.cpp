#include "net/listener.h"

#include <algorithm>
#include <memory>
#include <utility>
#include <vector>

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>

#include <doctest/doctest.h>

#include "net/raw_client.h"
#include "net/run_until.h"

using namespace so;

namespace {

int option(const UniqueFd& socket, int level, int name) {
  int value = -1;
  socklen_t size = sizeof value;
  REQUIRE(getsockopt(socket.get(), level, name, &value, &size) == 0);
  return value;
}

}  // namespace

TEST_CASE("listener: who is accepted has no delay, and is given up when it acknowledges nothing") {
  net::Loop loop;
  std::vector<UniqueFd> accepted;
  const auto listener = net::Listener::open(
      loop, {"127.0.0.1", 0}, {},
      [&](UniqueFd socket, const net::SocketAddress&) { accepted.push_back(std::move(socket)); });
  REQUIRE(listener);
  const RawClient client{(*listener)->address()};
  REQUIRE(run_until(loop, [&] { return accepted.size() == 1; }));
  CHECK(option(accepted[0], IPPROTO_TCP, TCP_NODELAY) == 1);
  CHECK(option(accepted[0], SOL_SOCKET, SO_KEEPALIVE) == 1);
  CHECK(option(accepted[0], IPPROTO_TCP, TCP_KEEPIDLE) == 30);
  CHECK(option(accepted[0], IPPROTO_TCP, TCP_KEEPINTVL) == 5);
  CHECK(option(accepted[0], IPPROTO_TCP, TCP_KEEPCNT) == 3);
  CHECK(option(accepted[0], IPPROTO_TCP, TCP_USER_TIMEOUT) == 45'000);
  CHECK(option(accepted[0], IPPROTO_TCP, TCP_NOTSENT_LOWAT) == 128 << 10);
}

TEST_CASE("listener: all who call are accepted, however long each takes") {
  net::Loop loop;
  std::vector<UniqueFd> accepted;
  std::size_t at_once = 0;
  const auto listener =
      net::Listener::open(loop, {"127.0.0.1", 0}, {}, [&](UniqueFd socket, const auto&) {
        accepted.push_back(std::move(socket));
        ++at_once;
        for (const TimePoint end = Clock::now() + Millis{1}; Clock::now() < end;) continue;
      });
  REQUIRE(listener);
  constexpr std::size_t kCallers = 20;
  std::vector<std::unique_ptr<RawClient>> clients;
  for (std::size_t i = 0; i < kCallers; ++i)
    clients.push_back(std::make_unique<RawClient>((*listener)->address()));
  std::size_t most = 0;
  net::Timer between{loop, [&] { most = std::max(most, std::exchange(at_once, 0)); }};
  between.start(Millis{1}, Millis{1});
  REQUIRE(run_until(loop, [&] { return accepted.size() == kCallers; }));
  CHECK(most < 4);  // others were heard in between
}
