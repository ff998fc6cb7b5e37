#include "net/loop.h"

#include <array>
#include <memory>
#include <string>

#include <unistd.h>

#include <doctest/doctest.h>

#include "base/unique_fd.h"

using namespace so;
using net::Loop;

TEST_CASE("a timer calls back, and may destroy itself while doing so") {
  Loop loop;
  std::unique_ptr<net::Timer> timer;
  timer = std::make_unique<net::Timer>(loop, [&] {
    timer.reset();
    loop.stop(Exit::kTimeout);
  });
  timer->start(Millis{1});
  CHECK(loop.run() == Exit::kTimeout);
}

TEST_CASE("what is deferred runs at the end of the turn, what it defers in the next one") {
  Loop loop;
  std::string order;
  loop.defer([&] {
    order += "a";
    loop.defer([&] {
      order += "c";
      loop.stop();
    });
  });
  loop.defer([&] { order += "b"; });
  loop.run();
  CHECK(order == "abc");
}

TEST_CASE("a descriptor that becomes readable wakes the loop") {
  std::array<int, 2> ends{};
  REQUIRE(pipe(ends.data()) == 0);
  const UniqueFd in{ends[0]};
  const UniqueFd out{ends[1]};
  Loop loop;
  bool readable = false;
  net::Poll poll{loop, in.get(), [&](net::Poll::Ready ready) {
                   readable = ready.readable;
                   loop.stop();
                 }};
  poll.want(true, false);
  net::Timer timer{loop, [&] { CHECK(write(out.get(), "x", 1) == 1); }};
  timer.start(Millis{1});
  loop.run();
  CHECK(readable);
}

TEST_CASE("a signal calls back in the loop") {
  Loop loop;
  loop.on_signal(SIGUSR1, [&] { loop.stop(Exit::kRefused); });
  net::Timer timer{loop, [] { kill(getpid(), SIGUSR1); }};
  timer.start(Millis{1});
  CHECK(loop.run() == Exit::kRefused);
}
