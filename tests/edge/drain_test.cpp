#include "edge/drain.h"

#include <memory>

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
  const auto all = people(100);
  bool done = false;
  edge::Drain drain{
      loop,
      {.who = [&] { return closed.size() < all.size() ? all : std::vector<net::ConnId>{}; },
       .replying = [] { return false; },
       .hush = [&](net::ConnId id) { hushed.push_back(id); },
       .settle =
           [&](std::function<void()> then) {
             ++settled;
             CHECK(hushed.size() > closed.size());
             loop.defer(std::move(then));
           },
       .close = [&](net::ConnId id) { closed.push_back(id); }}};
  const TimePoint begun = Clock::now();
  drain.start(Millis{10'000}, [&] { done = true; });
  REQUIRE(run_until(loop, [&] { return done; }));
  CHECK(closed == all);
  CHECK(settled == 5);
  CHECK(Clock::now() - begun >= Millis{80});
}

TEST_CASE("drain: the time that there is is enough, whoever does not settle") {
  net::Loop loop;
  std::size_t closed = 0;
  auto in = people(100'000);
  edge::Drain drain{loop,
                    {.who = [&] { return in; },
                     .replying = [] { return false; },
                     .hush = [](net::ConnId) {},
                     .settle = [](const std::function<void()>&) {},
                     .close = [&](net::ConnId) { ++closed; }}};
  bool done = false;
  drain.start(Millis{50}, [&] { done = true; });
  CHECK(closed == 0);
  in.push_back(net::ConnId{100'001});  // who has come in between is not forgotten
  REQUIRE(run_until(loop, [&] { return closed == in.size(); }));
  CHECK_FALSE(done);
  // They do not go; it ends all the same.
  REQUIRE(run_until(loop, [&] { return done; }));
}

TEST_CASE("drain: replies that are on their way are waited for, for a time") {
  net::Loop loop;
  bool replying = true;
  bool done = false;
  const auto drain_for = [&](Millis within) {
    auto drain = std::make_unique<edge::Drain>(
        loop, edge::Drain::Steps{.who = [] { return std::vector<net::ConnId>{}; },
                                 .replying = [&] { return replying; },
                                 .hush = [](net::ConnId) {},
                                 .settle = [](const std::function<void()>& then) { then(); },
                                 .close = [](net::ConnId) {}});
    done = false;
    drain->start(within, [&] { done = true; });
    return drain;
  };
  const auto patient = drain_for(Millis{60'000});
  patient->look();
  CHECK_FALSE(done);
  replying = false;
  REQUIRE(run_until(loop, [&] { return done; }));
  const auto idle = drain_for(Millis{60'000});
  CHECK(done);
  replying = true;
  const auto brief = drain_for(Millis{1});
  CHECK_FALSE(done);
  REQUIRE(run_until(loop, [&] { return done; }));
}

TEST_CASE("drain: how long it takes") {
  CHECK(edge::Drain::window(3, Millis{30'000}) == Millis{3});
  CHECK(edge::Drain::window(10'000, Millis{30'000}) == Millis{10'000});
  CHECK(edge::Drain::window(100'000, Millis{30'000}) == Millis{30'000});
}
