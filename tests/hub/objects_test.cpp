// The lives of shared objects.
#include "hub/objects.h"

#include <doctest/doctest.h>

#include "support/hub_test.h"

using namespace so;
using namespace so::test;

namespace {

// The epoch and version that a reader of /chat chat is at.
std::pair<std::uint64_t, std::uint64_t> position(TestTool& tool) {
  const Answer answer = tool.get("/chat", "chat");
  return {answer.header.epoch, answer.header.version};
}

}  // namespace

TEST_CASE("O13: an unused object is kept for 5 s and then begins anew, every time") {
  HubTest hub;
  TestTool& a = hub.tool("a");
  std::uint64_t epoch = 0;
  for (int life = 0; life < 3; ++life) {
    CHECK(a.join(1, "/chat").ok);
    const Answer used = a.use(1, "/chat", "chat");
    CHECK(used.header.epoch != epoch);
    CHECK(used.header.version == 1);
    epoch = used.header.epoch;
    CHECK(a.set(1, "/chat", "chat", "k", "1").ok);
    for (int round = 0; round < 2; ++round) {  // Red5 armed its timer only once
      CHECK(a.release(1, "/chat", "chat").ok);
      hub.pass(Millis{4999});
      CHECK(a.use(1, "/chat", "chat").header.epoch == epoch);
      CHECK(position(a) == std::pair{epoch, std::uint64_t{2}});
    }
    CHECK(a.leave(1, "/").ok);
    hub.pass(Seconds{5});
    CHECK(a.get("/chat", "chat").text.starts_with("not_found"));
  }
}

TEST_CASE("changes keep an unused object alive") {
  HubTest hub;
  TestTool& a = hub.tool("a");
  CHECK(a.join(1, "/chat").ok);
  for (int i = 0; i < 4; ++i) {
    CHECK(a.set(1, "/chat", "chat", "k", std::to_string(i)).header.epoch == 1);
    hub.pass(Seconds{4});
  }
  CHECK(position(a) == std::pair{std::uint64_t{1}, std::uint64_t{5}});
  hub.pass(Seconds{1});
  CHECK(a.get("/chat", "chat").text.starts_with("not_found"));
}

TEST_CASE("O14: an object in use never ends") {
  HubTest hub;
  TestTool& a = hub.tool("a");
  CHECK(a.join(1, "/chat").ok);
  CHECK(a.use(1, "/chat", "chat").ok);
  for (int i = 0; i < 10; ++i) {
    hub.pass(Seconds{10});
    CHECK(a.beat().ok);
  }
  CHECK(position(a).first == 1);
}

TEST_CASE("O14: an object is kept by each that uses it, until all have released it") {
  HubTest hub;
  TestTool& a = hub.tool("a");
  TestTool& keeper = hub.tool("keeper");
  const auto pass = [&](int seconds) {
    for (int i = 0; i < seconds; ++i) {
      CHECK(a.beat().ok);
      CHECK(keeper.beat().ok);
      hub.pass(Seconds{1});
    }
  };
  CHECK(a.join(1, "/chat/room").ok);
  CHECK(a.set(1, "/chat/room", "chat", "k", "1").ok);
  for (const std::uint64_t holds : {1U, 2U}) {
    CHECK(keeper.join(holds, "/chat/room").ok);
    CHECK(keeper.use(holds, "/chat/room", "chat", R"({"quiet":true})").ok);
  }
  CHECK(a.leave(1, "/").ok);
  pass(6);
  CHECK(keeper.release(1, "/chat/room", "chat").ok);
  pass(6);
  CHECK(a.get("/chat/room", "chat", R"({"key":"k"})") == R"({"value":1})");
  CHECK(keeper.release(2, "/chat/room", "chat").ok);
  CHECK(keeper.release(2, "/chat/room", "chat").ok);  // Red5 calls that an error
  pass(5);
  CHECK(a.get("/chat/room", "chat") == "not_found: no object chat in /chat/room");
}

TEST_CASE("O15: a persistent object outlives its users and keeps its room") {
  HubTest hub;
  TestTool& a = hub.tool("a");
  CHECK(a.join(1, "/chat/room").ok);
  CHECK(a.use(1, "/chat/room", "board", R"({"persistent":true})")
            .text.ends_with(R"("version":1,"persistent":true,"data":{}})"));
  CHECK(a.set(1, "/chat/room", "board", "x", "5").ok);
  CHECK(a.leave(1, "/").ok);
  for (int i = 0; i < 10; ++i) {
    hub.pass(Seconds{10});
    CHECK(a.beat().ok);
  }
  CHECK(a.list("/chat/room") == R"({"scope":"/chat/room","members":0,"rooms":[],"objects":[)"
                                R"({"name":"board","persistent":true,"version":2,"users":0}],)"
                                R"("streams":[]})");
  CHECK(a.join(2, "/chat/room").ok);
  CHECK(a.use(2, "/chat/room", "board").text.ends_with(R"("data":{"x":5}})"));
}

TEST_CASE("O16: an object has one kind of persistence") {
  HubTest hub;
  TestTool& a = hub.tool("a");
  CHECK(a.join(1, "/chat").ok);
  CHECK(a.use(1, "/chat", "np").ok);
  CHECK(a.use(1, "/chat", "np", R"({"persistent":true})") ==
        "persistence: object np is not persistent");
  CHECK(a.use(1, "/chat", "np", R"({"persistent":false})").ok);
  CHECK(a.use(1, "/chat", "p", R"({"persistent":true})").ok);
  CHECK(a.use(1, "/chat", "p", R"({"persistent":false})") == "persistence: object p is persistent");
  CHECK(a.use(1, "/chat", "p").ok);
}

TEST_CASE("a refused first change makes no object") {
  hub::Options options;
  options.object_bytes = 100;
  HubTest hub{options};
  TestTool& a = hub.tool("a");
  CHECK(a.join(1, "/chat").ok);
  CHECK(
      a.set(1, "/chat", "chat", "k", '"' + std::string(100, 'x') + '"').text.starts_with("limit"));
  CHECK(a.list("/chat") == R"({"scope":"/chat","members":1,"rooms":[],"objects":[],"streams":[]})");
}
