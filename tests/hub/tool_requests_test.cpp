// Tools: hello, leases, bye, a hub that is not the one they knew.
#include <doctest/doctest.h>

#include "support/hub_test.h"
#include "support/replica.h"

using namespace so;
using namespace so::test;

namespace {

constexpr std::string_view kUnknown = "unknown_tool: no hello yet, or the lease ran out";

// A member with all that a member can have.
void settle(TestTool& tool) {
  CHECK(tool.join(1, "/live/room").ok);
  CHECK(tool.use(1, "/live/room", "chat").ok);
  CHECK(tool.publish(1, "/live/cam").ok);
  CHECK(tool.follow("/").ok);
}

constexpr auto kNothing = R"({"scope":"/","members":0,"rooms":[],"objects":[],"streams":[]})";

}  // namespace

TEST_CASE("hello is answered with the hub's incarnation and the times of the lease") {
  HubTest hub;
  TestTool& a = hub.stranger("a");
  CHECK(a.hello() == R"({"hub":"0000000000000001","beat":5000,"lease":15000})");
  CHECK(a.hello().ok);
  CHECK(a.beat() == "ok");
}

TEST_CASE("nothing comes before hello, and who asks without is forgotten") {
  HubTest hub;
  TestTool& a = hub.stranger("a");
  CHECK(a.join(1, "/chat") == kUnknown);
  CHECK(a.beat() == kUnknown);
  CHECK(hub.gone() == std::vector{a.id(), a.id()});
  CHECK(a.hello().ok);
  CHECK(hub.gone().empty());
}

TEST_CASE("a silent tool is gone when its lease has run out, and everybody sees it") {
  HubTest hub;
  TestTool& a = hub.tool("a");
  TestTool& b = hub.tool("b");
  settle(a);
  CHECK(b.join(1, "/live/room", R"({"presence":true})").ok);
  CHECK(b.follow("/live/cam").ok);
  const auto pass = [&](int seconds) {
    for (int i = 0; i < seconds; ++i) {
      CHECK(b.beat().ok);
      hub.pass(Seconds{1});
    }
  };
  pass(14);
  CHECK(a.beat().ok);  // any frame renews it
  pass(14);
  CHECK(b.events() == Lines{});
  pass(1);
  CHECK(b.events() == Lines{"leave /live/room a-1", "down /live/cam a-1"});
  CHECK(hub.gone() == std::vector{a.id()});
  CHECK(a.beat() == kUnknown);
  CHECK(b.set(1, "/live/room", "chat", "k", "1").ok);
  CHECK(a.events() == Lines{});
}

TEST_CASE("bye ends a tool at once") {
  HubTest hub;
  TestTool& a = hub.tool("a");
  TestTool& b = hub.tool("b");
  CHECK(b.join(1, "/live", R"({"presence":true})").ok);
  settle(a);
  b.frames();
  CHECK(a.bye() == "ok");
  CHECK(b.events() == Lines{"leave /live a-1"});
  CHECK(hub.gone() == std::vector{a.id()});
  CHECK(a.beat() == kUnknown);
  CHECK(b.bye() == "ok");
  CHECK(hub.tool("c").list("/live/room").ok);  // chat lingers
  hub.pass(Seconds{5});
  CHECK(hub.tool("d").list("/") == kNothing);
}

TEST_CASE("another connection of the same tool takes the place of the first") {
  HubTest hub;
  TestTool& a = hub.tool("a");
  TestTool& b = hub.tool("b");
  CHECK(b.follow("/").ok);
  settle(a);
  TestTool& again = hub.reconnected(a);
  CHECK(again.join(1, "/live") == kUnknown);
  hub.gone();
  CHECK(again.hello().ok);
  CHECK(hub.gone() == std::vector{a.id()});
  CHECK(a.beat() == kUnknown);
  settle(again);
  CHECK(b.events() == Lines{"up /live/cam a-1", "down /live/cam a-1", "up /live/cam a-1"});
}

TEST_CASE("another incarnation on the same connection begins with nothing") {
  HubTest hub;
  TestTool& a = hub.tool("a");
  settle(a);
  CHECK(a.request({{.kind = wire::Kind::kHello},
                   {},
                   {},
                   R"({"tool":"a","incarnation":"00000000000000ff"})"})
            .ok);
  hub.pass(Seconds{5});
  CHECK(a.list("/") == kNothing);
  CHECK(hub.gone().empty());
}

TEST_CASE("a restarted hub knows nobody; tools announce again and every view converges") {
  HubTest hub;
  TestTool& a = hub.tool("a");
  TestTool& b = hub.tool("b");
  Replica replica;
  CHECK(a.join(1, "/live").ok);
  CHECK(b.join(1, "/live").ok);
  CHECK(a.use(1, "/live", "chat").ok);
  replica.take(b.use(1, "/live", "chat").text);
  CHECK(a.set(1, "/live", "chat", "k", "1").ok);
  for (const wire::Frame& event : b.frames()) replica.take(event.body);

  hub.restart();
  CHECK(a.set(1, "/live", "chat", "k", "2") == kUnknown);
  for (TestTool* tool : {&a, &b}) {
    CHECK(tool->hello() == R"({"hub":"0000000000000002","beat":5000,"lease":15000})");
    CHECK(tool->join(1, "/live").ok);
  }
  CHECK(a.use(1, "/live", "chat").ok);
  CHECK(a.set(1, "/live", "chat", "k", "2").ok);
  const auto epoch = wire::from_hex64(replica.epoch).value();
  replica.take(
      b.request(
           {{.kind = wire::Kind::kUse, .member = 1, .epoch = epoch, .version = replica.version},
            "/live",
            "chat",
            ""})
          .text);
  CHECK(a.set(1, "/live", "chat", "n", "3").ok);
  for (const wire::Frame& event : b.frames()) replica.take(event.body);
  CHECK(replica.broken == "");
  CHECK(replica.data == std::map<std::string, std::string>{{"k", "2"}, {"n", "3"}});
}

TEST_CASE("a tool that ends does not hear of its own end") {
  HubTest hub;
  TestTool& a = hub.tool("a");
  for (std::uint64_t member : {1U, 2U, 3U}) {
    CHECK(a.join(member, "/chat", R"({"presence":true})").ok);
  }
  a.frames();
  hub.pass(Seconds{15});
  CHECK(a.events() == Lines{});
  CHECK(hub.gone() == std::vector{a.id()});
}
