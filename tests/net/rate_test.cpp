#include "net/rate.h"

#include <string>

#include <doctest/doctest.h>

#include "net/connect_rate.h"

using namespace so;
using Answer = net::ConnectRate::Answer;

namespace {

TimePoint at(int milliseconds) {
  return TimePoint{Seconds{1000} + Millis{milliseconds}};
}

int taken(net::Rate& rate, const net::RateLimit& limit, TimePoint now, int tries) {
  int count = 0;
  for (int i = 0; i < tries; ++i) count += rate.take(limit, now) ? 1 : 0;
  return count;
}

net::SocketAddress peer(const std::string& host) {
  return *net::resolve({host, 1});
}

}  // namespace

TEST_CASE("rate: a burst at once, then so many a second") {
  const net::RateLimit limit{.per_second = 10, .burst = 5};
  net::Rate rate;
  CHECK(taken(rate, limit, at(0), 100) == 5);
  CHECK(taken(rate, limit, at(50), 100) == 0);
  CHECK(taken(rate, limit, at(100), 100) == 1);
  CHECK(taken(rate, limit, at(1000), 100) == 5);  // never more than a burst
  CHECK_FALSE(rate.idle(at(1400)));
  CHECK(rate.idle(at(1500)));
}

TEST_CASE("rate: what is added counts, though it is more than is allowed") {
  const net::RateLimit limit{.per_second = 10, .burst = 5};
  net::Rate rate;
  rate.add(limit, at(0), 10);
  CHECK(taken(rate, limit, at(500), 100) == 0);
  CHECK(taken(rate, limit, at(600), 100) == 1);
  rate.add({}, at(600), 100);  // there is no limit
  CHECK(rate.idle(at(1100)));
}

TEST_CASE("rate: none is no limit, one is one at a time") {
  net::Rate rate;
  CHECK(taken(rate, {.per_second = 0, .burst = 0}, at(0), 1000) == 1000);
  const net::RateLimit one{.per_second = 1, .burst = 1};
  CHECK(taken(rate, one, at(0), 5) == 1);
  CHECK(taken(rate, one, at(999), 5) == 0);
  CHECK(taken(rate, one, at(1000), 5) == 1);
}

TEST_CASE("allowance: as many are refused as were granted, then it is abuse") {
  using Allowed = net::Allowance::Answer;
  const net::RateLimit limit{.per_second = 10, .burst = 5};
  net::Allowance allowance;
  for (int i = 0; i < 5; ++i) CHECK(allowance.take(limit, at(0)) == Allowed::kWithin);
  for (int i = 0; i < 5; ++i) CHECK(allowance.take(limit, at(0)) == Allowed::kOver);
  CHECK(allowance.take(limit, at(0)) == Allowed::kAbuse);
  CHECK(allowance.take(limit, at(100)) == Allowed::kWithin);
  CHECK(allowance.take(limit, at(100)) == Allowed::kAbuse);
  for (int i = 0; i < 4; ++i) CHECK(allowance.take(limit, at(500)) == Allowed::kWithin);
  CHECK(allowance.take(limit, at(500)) == Allowed::kOver);  // two a second are forgiven
  CHECK(allowance.take(limit, at(500)) == Allowed::kAbuse);
  CHECK_FALSE(allowance.idle(at(2900)));
  CHECK(allowance.idle(at(3000)));
}

TEST_CASE("connect rate: who hammers is slowed down, others are not") {
  net::ConnectRate rate{
      {.total = {.per_second = 100, .burst = 10}, .per_address = {.per_second = 10, .burst = 3}}};
  const auto loud = peer("10.0.0.1");
  for (int i = 0; i < 3; ++i) CHECK(rate.enter(loud, at(0)) == Answer::kAdmitted);
  for (int i = 0; i < 50; ++i) CHECK(rate.enter(loud, at(0)) == Answer::kTooFastFromThere);
  for (int i = 0; i < 7; ++i) {
    CHECK(rate.enter(peer("10.0.1." + std::to_string(i)), at(0)) == Answer::kAdmitted);
  }
  CHECK(rate.enter(peer("10.0.2.1"), at(0)) == Answer::kTooFast);
  CHECK(rate.enter(peer("10.0.2.1"), at(100)) == Answer::kAdmitted);
  CHECK(rate.enter(loud, at(100)) == Answer::kAdmitted);
}

TEST_CASE("connect rate: the own machine is counted in all alone") {
  net::ConnectRate rate{
      {.total = {.per_second = 100, .burst = 10}, .per_address = {.per_second = 10, .burst = 3}}};
  for (int i = 0; i < 10; ++i) CHECK(rate.enter(peer("127.0.0.1"), at(0)) == Answer::kAdmitted);
  CHECK(rate.enter(peer("127.0.0.1"), at(0)) == Answer::kTooFast);
}

TEST_CASE("connect rate: peers are forgotten when there are too many") {
  net::ConnectRate rate{{.total = {}, .per_address = {.per_second = 10, .burst = 1}}};
  const auto from = [](unsigned i) {
    return peer(std::to_string(11 + i / 65536) + "." + std::to_string(i / 256 % 256) + "." +
                std::to_string(i % 256) + ".1");
  };
  for (unsigned i = 0; i < 65536; ++i) rate.enter(from(i), at(0));
  CHECK(rate.peers() == 65536);
  CHECK(rate.enter(from(70000), at(0)) == Answer::kAdmitted);  // nobody is idle: the total counts
  CHECK(rate.peers() == 65536);
  CHECK(rate.enter(from(70000), at(200)) == Answer::kAdmitted);
  CHECK(rate.peers() == 1);
}
