#include "acceptor.h"

#include <string>

#include <doctest/doctest.h>

#include "net/raw_client.h"
#include "support/captured.h"
#include "support/lines.h"
#include "support/local_hub.h"
#include "support/rules.h"

using namespace so;
using test::Lines;

namespace {

/// A door of a hub, whose clients the test plays.
struct AcceptorTest {
  explicit AcceptorTest(meta::Push::Options push = {}, net::Admission::Caps caps = {}) {
    push.stream = "/live/cam";
    push.between = json::Splitter::Between::kSeparators;
    auto opened =
        meta::Acceptor::open(hub.loop, hub.client, {{"127.0.0.1", 0}, std::move(push), caps});
    REQUIRE(opened);
    acceptor = std::move(*opened);
    hub.client.listen({.event = [this](const wire::FrameView& event) {
      heard.push_back(std::string{event.body.substr(event.body.find("\"data\":") + 7)});
      heard.back().pop_back();
    }});
    hub.start();
    hub.client.follow("/live/cam", {.meta = true, .streams = false, .latest = false});
    hub.settle();
    acceptor->hub_is(true);
  }
  [[nodiscard]] RawClient client() const { return RawClient{acceptor->address()}; }
  bool hears(const Lines& lines) {
    return wait_until(hub.loop, [&] { return heard.size() >= lines.size(); }) &&
           std::exchange(heard, {}) == lines;
  }

  test::LocalHub hub;
  Lines heard;
  std::unique_ptr<meta::Acceptor> acceptor;
};

}  // namespace

TEST_CASE("several values a connection, however they follow each other") {
  AcceptorTest test;
  const RawClient client = test.client();
  client.send("{\"a\":1}\n{\"a\":");
  CHECK(test.hears({R"({"a":1})"}));
  client.send("2}{\"a\":3},{\"a\":\n4}");
  CHECK(test.hears({R"({"a":2})", R"({"a":3})", R"({"a":4})"}));
  CHECK(test.acceptor->peers() == 1);
}

TEST_CASE("who leaves in the middle of a value, or talks nonsense, costs nobody else anything") {
  AcceptorTest test{{.stream = {}, .reports = 2}};
  test::Captured err{stderr};
  RawClient good = test.client();
  RawClient bad = test.client();
  good.send("{\"good\":");
  bad.send("x\nx\nx\n{\"bad\":1}{\"half\":");
  CHECK(test.hears({R"({"bad":1})"}));
  bad.close();
  REQUIRE(wait_until(test.hub.loop, [&] { return test.acceptor->peers() == 1; }));
  good.send("1}");
  CHECK(test.hears({R"({"good":1})"}));
  const std::string said = err.take();
  CHECK(said.find("127.0.0.1:") != std::string::npos);
  CHECK(said.find(", line 2: ") != std::string::npos);
  CHECK(said.find(", line 3: ") == std::string::npos);
  CHECK(said.find(", 4 of 5 values were not accepted") != std::string::npos);
}

TEST_CASE("while there is no hub nobody is read") {
  AcceptorTest test;
  const RawClient client = test.client();
  client.send("1\n");
  CHECK(test.hears({"1"}));
  test.acceptor->hub_is(false);
  client.send("2\n");
  const RawClient another = test.client();
  another.send("3\n");
  REQUIRE(wait_until(test.hub.loop, [&] { return test.acceptor->peers() == 2; }));
  test.hub.settle();
  CHECK(test.heard.empty());
  test.acceptor->hub_is(true);
  REQUIRE(wait_until(test.hub.loop, [&] { return test.heard.size() == 2; }));
}

TEST_CASE("those who come are as many as they may be, and come as anonymous") {
  AcceptorTest test{{}, {.total = 1, .per_address = 1, .count_loopback = true}};
  test.hub.set_policy({.rules = {test::deny(policy::Actions{policy::Action::kMetadata})},
                       .limits = {},
                       .objects = {}});
  test::Captured err{stderr};
  RawClient first = test.client();
  REQUIRE(wait_until(test.hub.loop, [&] { return test.acceptor->peers() == 1; }));
  RawClient second = test.client();
  REQUIRE(wait_until(test.hub.loop, [&] { return second.ended(); }));
  first.send("1\n");
  first.close();
  REQUIRE(wait_until(test.hub.loop, [&] { return test.acceptor->peers() == 0; }));
  CHECK(test.heard.empty());
  CHECK(err.take().find("line 1: metadata of cam in /live is denied") != std::string::npos);
}
