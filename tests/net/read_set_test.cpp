#include "net/read_set.h"

#include <algorithm>
#include <array>
#include <vector>

#include <sys/socket.h>
#include <unistd.h>

#include <doctest/doctest.h>

#include "base/unique_fd.h"
#include "net/per_turn.h"
#include "net/run_until.h"

using namespace so;
using net::ConnId;

namespace {

struct Pair {
  Pair() {
    std::array<int, 2> fds{};
    REQUIRE(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0, fds.data()) == 0);
    ours = UniqueFd{fds[0]};
    theirs = UniqueFd{fds[1]};
  }
  void say() const { REQUIRE(write(theirs.get(), "x", 1) == 1); }
  [[nodiscard]] bool hear() const {
    char byte = 0;
    return read(ours.get(), &byte, 1) == 1;
  }
  UniqueFd ours;
  UniqueFd theirs;
};

void work_for(std::chrono::microseconds time) {
  const TimePoint end = Clock::now() + time;
  while (Clock::now() < end) continue;
}

}  // namespace

TEST_CASE("read set: of many that speak at once each turn hears some, and all are heard in turn") {
  constexpr std::size_t kMany = 600;  // more than fit at once
  net::Loop loop;
  std::vector<Pair> pairs(kMany);
  std::vector<std::size_t> heard;
  PerTurn hearings{loop};
  auto set = net::ReadSet::open(loop, [&](ConnId id) {
    REQUIRE(pairs[to_number(id)].hear());
    heard.push_back(to_number(id));
    hearings.happened();
    work_for(std::chrono::microseconds{30});
  });
  REQUIRE(set);
  for (std::size_t i = 0; i < kMany; ++i) (*set)->add(pairs[i].ours.get(), ConnId{i});
  for (const Pair& pair : pairs) pair.say();
  REQUIRE(run_until(loop, [&] { return heard.size() == kMany; }));
  CHECK(hearings.most() <= 4);
  std::ranges::sort(heard);
  CHECK(std::ranges::adjacent_find(heard) == heard.end());
}

TEST_CASE("read set: who never stops does not keep others from being heard") {
  net::Loop loop;
  std::vector<Pair> pairs(300);
  std::size_t others = 0;
  auto set = net::ReadSet::open(loop, [&](ConnId id) {
    if (id != ConnId{0}) others += pairs[to_number(id)].hear() ? 1U : 0U;
    work_for(std::chrono::microseconds{30});
  });
  REQUIRE(set);
  for (std::size_t i = 0; i < pairs.size(); ++i) (*set)->add(pairs[i].ours.get(), ConnId{i});
  for (const Pair& pair : pairs) pair.say();  // the first is never read
  CHECK(run_until(loop, [&] { return others == pairs.size() - 1; }));
}
