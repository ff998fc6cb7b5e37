#include "media/endpoint.h"

#include <string>

#include <doctest/doctest.h>

using namespace so;
using media::Endpoint;
using media::Place;

TEST_CASE("where a stream is to be had") {
  const std::string key(40, 'k');
  CHECK(Endpoint::parse("ipc:///run/x#y")->address == "ipc:///run/x#y");
  CHECK(Endpoint::parse("ipc:///run/x#y")->key.empty());
  CHECK(Endpoint::parse("tcp://10.0.0.5:7001")->address == "tcp://10.0.0.5:7001");
  const auto proven = Endpoint::parse("tcp://10.0.0.5:7001#" + key);
  REQUIRE(proven);
  CHECK(proven->address == "tcp://10.0.0.5:7001");
  CHECK(proven->key == key);
  CHECK(Endpoint::parse("tcp://h:1#short").error().text == "tcp://h:1#short ends with no key");
  for (const char* const bad : {"", "udp://h:1", "inproc://x", "#"}) {
    CHECK_FALSE_MESSAGE(Endpoint::parse(bad), bad);
  }
}

TEST_CASE("where streams are bound") {
  CHECK(Place::parse("/run/scopewire")->folder == "/run/scopewire");
  const auto any = Place::parse("tcp://10.0.0.5");
  CHECK(any->host == "10.0.0.5");
  CHECK(any->first == 0);
  const auto range = Place::parse("tcp://[fd00::5]:7000-7099");
  CHECK(range->host == "[fd00::5]");
  CHECK(range->first == 7000);
  CHECK(range->last == 7099);
  CHECK(Place::parse("tcp://h:7000")->last == 7000);
  for (const char* const bad : {"tcp://", "tcp://:1", "tcp://h:", "tcp://h:x", "tcp://h:2-1",
                                "tcp://h:0", "tcp://h:1-70000", "tcp://*", "tcp://0.0.0.0:1"}) {
    CHECK_FALSE_MESSAGE(Place::parse(bad), bad);
  }
}
