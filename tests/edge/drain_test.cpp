#include "edge/drain.h"

#include <doctest/doctest.h>

#include "net/run_until.h"

using namespace so;

namespace {

std::vector<net::ConnId> people(std::uint64_t count) {
  std::vector<net::ConnId> ids;
  for (std::uint64_t i = 1; i <= count; ++i) ids.push_back(net::ConnId{i});
  return ids;
}

}  // namespace

TEST_CASE("drain: all are hushed, settled and closed, in order, a thousand a second") {
  net::Loop loop;
  std::vector<net::ConnId> hushed;
  std::vector<net::ConnId> closed;
  std::size_t settled = 0;
  edge::Drain drain{loop,
                    {.hush = [&](net::ConnId id) { hushed.push_back(id); },
                     .settle =
                         [&](std::function<void()> done) {
                           ++settled;
                           CHECK(hushed.size() > closed.size());
                           loop.defer(std::move(done));
                         },
                     .close = [&](net::ConnId id) { closed.push_back(id); }}};
  const auto all = people(100);
  const TimePoint begun = Clock::now();
  drain.start(all, Millis{10'000});
  REQUIRE(run_until(loop, [&] { return closed.size() == all.size(); }));
  CHECK(closed == all);
  CHECK(settled == 5);
  CHECK(Clock::now() - begun >= Millis{80});
}

TEST_CASE("drain: the time that there is is enough, whoever does not settle") {
  net::Loop loop;
  std::size_t closed = 0;
  edge::Drain drain{loop,
                    {.hush = [](net::ConnId) {},
                     .settle = [](const std::function<void()>&) {},
                     .close = [&](net::ConnId) { ++closed; }}};
  drain.start(people(100'000), Millis{50});
  CHECK(closed == 0);
  REQUIRE(run_until(loop, [&] { return closed == 100'000; }));
}

TEST_CASE("drain: how long it takes") {
  CHECK(edge::Drain::window(3, Millis{30'000}) == Millis{3});
  CHECK(edge::Drain::window(10'000, Millis{30'000}) == Millis{10'000});
  CHECK(edge::Drain::window(100'000, Millis{30'000}) == Millis{30'000});
}
