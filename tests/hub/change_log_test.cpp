#include "hub/change_log.h"

#include <string>

#include <doctest/doctest.h>

using namespace so::hub;

namespace {
using Texts = std::vector<std::string_view>;
constexpr std::size_t kMany = 1000;
}  // namespace

TEST_CASE("the newest batches, oldest first; more than are known is nothing") {
  ChangeLog log;
  CHECK(log.newest(0) == Texts{});
  CHECK_FALSE(log.newest(1));
  for (const auto* text : {"one", "", "three"}) log.append(text, kMany, kMany);
  CHECK(log.newest(1) == Texts{"three"});
  CHECK(log.newest(3) == Texts{"one", "", "three"});
  CHECK_FALSE(log.newest(4));
  log.clear();
  CHECK_FALSE(log.newest(1));
  CHECK(log.bytes() == 0);
}

TEST_CASE("a log is bounded in batches and in bytes") {
  ChangeLog log;
  for (const auto* text : {"1", "2", "3", "4"}) log.append(text, 3, kMany);
  CHECK(log.newest(3) == Texts{"2", "3", "4"});
  CHECK_FALSE(log.newest(4));
  log.append("1234567890", kMany, 20);
  CHECK(log.newest(2) == Texts{"4", "1234567890"});
  CHECK_FALSE(log.newest(3));
  CHECK(log.bytes() <= 20);
  log.append(std::string(21, 'x'), kMany, 20);
  CHECK_FALSE(log.newest(1));
  CHECK(log.bytes() == 0);
}

TEST_CASE("a log that runs for long stays small") {
  ChangeLog log;
  for (int i = 0; i < 100'000; ++i) {
    log.append(std::to_string(i), 10, kMany);
    CHECK(log.bytes() < 200);
  }
  CHECK(log.newest(2) == Texts{"99998", "99999"});
}
