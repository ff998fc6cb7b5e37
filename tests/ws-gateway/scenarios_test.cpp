// The scenarios that were run against Red5, over WebSocket: what a client of scopewire.v1 is told,
// and in p, q and r one of the chat. Versions are one lower than Red5's, which counts from 2, and
// rise with changes alone. A writer hears its own change as an event too, after the reply.
#include <array>
#include <string>
#include <string_view>
#include <vector>

#include <doctest/doctest.h>
#include <fmt/format.h>

#include "gateway_test.h"
#include "net/run_until.h"
#include "net/ws_peer.h"
#include "support/brief.h"
#include "support/replica.h"
#include "support/rules.h"

using namespace so;
using policy::Action;
using policy::Actions;
using test::GatewayTest;
using test::Lines;

namespace {

// "ok@2", "noop@2", "denied {"ro":1}", "sync@2 {"k":1}", and events as in brief.h.
std::string in_short(std::string_view text) {
  json::Parser parser;
  const json::Element message = parser.parse(text).value();
  const auto raw = [&](std::string_view name) {
    const auto value = json::member(message, name);
    return value ? json::compact(*value) : std::string{};
  };
  if (const auto error = json::member(message, "error")) {
    const auto values = json::member(*error, "values");
    return fmt::format("{}{}{}", json::text(*error, "code").value(), values ? " " : "",
                       values ? json::compact(*values) : "");
  }
  const std::string_view event = json::text(message, "event").value_or("");
  if (event == "sync") {
    const bool kept = json::boolean(message, "persistent").value();
    return fmt::format("sync@{}{} {}", raw("version"), kept ? " kept" : "", raw("data"));
  }
  if (!event.empty()) return test::brief(text);
  const std::string version = raw("version");
  return fmt::format("{}{}{}", json::text(message, "status").value_or("ok"),
                     version.empty() ? "" : "@", version);
}

struct Scenario : GatewayTest {
  explicit Scenario(hub::Options options = {}, std::string claims = {})
      : GatewayTest(std::move(options), "", std::move(claims)) {}

  net::ConnId in(std::string_view url = "/chat") {
    const net::ConnId id = rich(url);
    REQUIRE(GatewayTest::heard(id).size() == 1);  // hello
    return id;
  }
  Lines heard(net::ConnId id) {
    Lines lines;
    for (const std::string& text : GatewayTest::heard(id)) lines.push_back(in_short(text));
    return lines;
  }
  /// The members of a request besides its id.
  Lines ask(net::ConnId id, std::string_view request) {
    say(id, fmt::format(R"({{"id":1,{}}})", request));
    return heard(id);
  }
  Lines use(net::ConnId id, std::string_view object = "so") {
    return ask(id, fmt::format(R"("op":"use","object":"{}")", object));
  }
  Lines set(net::ConnId id, std::string_view key, std::string_view value,
            std::string_view object = "so") {
    return ask(
        id, fmt::format(R"("op":"set","object":"{}","key":"{}","value":{})", object, key, value));
  }
  void leave(net::ConnId id) {
    server.hang_up(id);
    hub.settle();
  }
  /// Until the scope's listing has it no more.
  bool ends(std::string_view what, std::string_view scope = "/chat") {
    return wait_until(hub.loop, [&] { return hub.list(scope).find(what) == std::string::npos; });
  }
};

/// A and B use so, past what they were told of it.
struct Pair : Scenario {
  explicit Pair(hub::Options options = {}, std::string claims = {})
      : Scenario(std::move(options), std::move(claims)), a(in()), b(in()) {
    use(a);
    use(b);
  }
  net::ConnId a, b;
};

}  // namespace

TEST_CASE("a: a set is answered and told, and is there for who comes later") {
  Scenario s;
  const auto a = s.in();
  CHECK(s.use(a) == Lines{"ok@1", "sync@1 {}"});
  CHECK(s.set(a, "message", R"("hello")") == Lines{"ok@2", R"(so@2 message="hello")"});
  const auto b = s.in();
  CHECK(s.use(b) == Lines{"ok@2", R"(sync@2 {"message":"hello"})"});
}

TEST_CASE("b: the same again is told to its author alone, as no change") {
  Pair s;
  s.set(s.a, "message", R"("hello")");
  s.heard(s.b);
  CHECK(s.set(s.a, "message", R"("hello")") == Lines{"noop@2"});
  CHECK(s.heard(s.b).empty());
}

TEST_CASE("c: two sets in one message are one version") {
  Pair s;
  const std::string_view told = R"(so@2 n=1 o={"x":1,"y":"z"})";
  CHECK(s.ask(s.b, R"("op":"change","object":"so","changes":[{"op":"set","key":"n","value":1},)"
                   R"({"op":"set","key":"o","value":{"x":1,"y":"z"}}])") ==
        Lines{"ok@2", std::string{told}});
  CHECK(s.heard(s.a) == Lines{std::string{told}});
}

TEST_CASE("d: null deletes, and what is not there cannot be deleted") {
  Pair s;
  s.set(s.a, "message", R"("hello")");
  s.heard(s.b);
  CHECK(s.set(s.a, "message", "null") == Lines{"ok@3", "so@3 -message"});
  CHECK(s.heard(s.b) == Lines{"so@3 -message"});
  CHECK(s.set(s.a, "nokey", "null") == Lines{"noop@3"});
  CHECK(s.heard(s.b).empty());
}

TEST_CASE("e: a message is heard by both") {
  Pair s;
  const std::string told = R"(so@2 doIt["p1",2,true])";
  CHECK(s.ask(s.a, R"("op":"send","object":"so","handler":"doIt","args":["p1",2,true])") ==
        Lines{"ok@2", told});
  CHECK(s.heard(s.b) == Lines{told});
}

TEST_CASE("f: a removal is heard by both, one of nothing is no change") {
  Pair s;
  s.set(s.a, "n", "1");
  s.heard(s.b);
  CHECK(s.ask(s.a, R"("op":"delete","object":"so","key":"n")") == Lines{"ok@3", "so@3 -n"});
  CHECK(s.heard(s.b) == Lines{"so@3 -n"});
  CHECK(s.ask(s.a, R"("op":"delete","object":"so","key":"zzz")") == Lines{"noop@3"});
  CHECK(s.heard(s.b).empty());
}

TEST_CASE("g: a mixed batch is one event") {
  Pair s;
  const std::string told = "so@2 a=1 b=2 m[1] -a";
  CHECK(s.ask(s.a, R"("op":"change","object":"so","changes":[{"op":"set","key":"a","value":1},)"
                   R"({"op":"set","key":"b","value":2},{"op":"send","handler":"m","args":[1]},)"
                   R"({"op":"delete","key":"a"}])") == Lines{"ok@2", told});
  CHECK(s.heard(s.b) == Lines{told});
}

TEST_CASE("h: a refused write, delete or send is told, with the value that there is") {
  Pair s{{}, R"({"role":"anonymous"})"};
  s.set(s.a, "ro", "1");
  s.heard(s.b);
  s.hub.set_policy(
      test::rules({test::on_key(test::deny(Actions{Action::kWrite, Action::kDelete}), "ro"),
                   test::deny(Actions{Action::kSend})}));
  CHECK(s.set(s.a, "ro", "2") == Lines{R"(denied {"ro":1})"});
  CHECK(s.ask(s.a, R"("op":"delete","object":"so","key":"ro")") == Lines{R"(denied {"ro":1})"});
  CHECK(s.ask(s.a, R"("op":"send","object":"so","handler":"m")") == Lines{"denied {}"});
  CHECK(s.heard(s.b).empty());
}

TEST_CASE("i: a refused creation, and a reader who is refused may not write either") {
  Scenario s{{}, R"({"role":"anonymous"})"};
  s.hub.set_policy(test::rules({test::on_object(test::deny(Actions{Action::kCreate}), "never"),
                                test::on_object(test::deny(Actions{Action::kRead}), "secret")}));
  const auto a = s.in();
  CHECK(s.use(a, "never") == Lines{"denied"});
  CHECK(s.use(a, "secret") == Lines{"denied"});
  CHECK(s.set(a, "k", "1", "secret") == Lines{"denied"});  // Red5 lets it write
}

TEST_CASE("j: an object of the other kind of persistence is refused") {
  Scenario s;
  const auto a = s.in();
  CHECK(s.use(a, "np") == Lines{"ok@1", "sync@1 {}"});
  CHECK(s.ask(a, R"("op":"use","object":"np","persistent":true)") == Lines{"persistence"});
}

TEST_CASE("k: a persistent object outlives its users") {
  constexpr std::string_view kUse = R"("op":"use","object":"so","persistent":true)";
  Scenario s{{.linger = Millis{20}}};
  const auto a = s.in();
  const auto other = s.in();  // sees that time has passed: its object has ended
  CHECK(s.ask(a, kUse) == Lines{"ok@1", "sync@1 kept {}"});
  CHECK(s.set(a, "x", "5") == Lines{"ok@2", "so@2 x=5"});
  s.set(other, "k", "1", "brief");
  s.leave(a);
  CHECK(s.ends("brief"));
  CHECK(s.ask(s.in(), kUse) == Lines{"ok@2", R"(sync@2 kept {"x":5})"});
}

TEST_CASE("l: who comes back in time finds the data, who comes later a new object, every time") {
  Scenario s{{.linger = Millis{200}}};
  for (int round = 0; round < 3; ++round) {  // Red5 armed its timer only once
    CAPTURE(round);
    auto a = s.in();
    CHECK(s.use(a) == Lines{"ok@1", "sync@1 {}"});  // Red5 goes on counting
    CHECK(s.set(a, "k", "1") == Lines{"ok@2", "so@2 k=1"});
    s.leave(a);
    a = s.in();
    CHECK(s.use(a) == Lines{"ok@2", R"(sync@2 {"k":1})"});
    s.leave(a);
    CHECK(s.ends("so"));
    CHECK(s.hub.list("/chat") == "not_found");
  }
}

TEST_CASE("m: whoever uses an object keeps it, until he releases it") {
  Scenario s{{.linger = Millis{20}}};
  const auto holder = s.in();
  s.use(holder);
  const auto a = s.in();
  s.set(a, "k", "1");
  s.set(a, "k", "1", "brief");
  s.leave(a);
  CHECK(s.ends("brief"));
  CHECK(s.use(s.in()).at(1) == R"(sync@2 {"k":1})");
  Scenario t{{.linger = Millis{20}}};
  const auto alone = t.in();
  t.use(alone);
  CHECK(t.ask(alone, R"("op":"release","object":"so")") == Lines{"ok"});
  CHECK(t.ends(R"("name":"so")"));
}

TEST_CASE("n: a shorter list is a change") {
  Pair s;
  s.set(s.a, "l", "[1,2,3]");
  s.heard(s.b);
  CHECK(s.set(s.a, "l", "[1,2]") == Lines{"ok@3", "so@3 l=[1,2]"});
  CHECK(s.heard(s.b) == Lines{"so@3 l=[1,2]"});  // Red5 tells nobody
}

TEST_CASE("o: a batch of the server is one event to all") {
  Pair s;
  s.set(s.a, "Three", "3");
  s.heard(s.b);
  s.hub.client.change(1000, "/chat", "so",
                      R"({"changes":[{"op":"set","key":"One","value":"1"},)"
                      R"({"op":"set","key":"Two","value":2},{"op":"delete","key":"Three"}]})");
  s.hub.settle();
  const Lines told{R"(so@3 One="1" Two=2 -Three)"};
  CHECK(s.heard(s.a) == told);
  CHECK(s.heard(s.b) == told);
}

TEST_CASE("p: the chat and an RTMP client hear each other once") {
  Scenario s;
  const auto ws1 = s.chat("/chat/room1");
  const auto ws2 = s.chat("/chat/room1");
  const auto rtmp = s.in("/chat/room1");  // which speaks to the hub as rtmp-ingest does
  s.use(rtmp, "chat");
  s.say(ws1, "hello");
  for (const auto ws : {ws1, ws2}) CHECK(s.GatewayTest::heard(ws) == Lines{"hello"});
  CHECK(s.heard(rtmp) == Lines{R"(chat@2 message="hello")"});
  s.set(rtmp, "message", R"("hi")", "chat");
  for (const auto ws : {ws1, ws2}) CHECK(s.GatewayTest::heard(ws) == Lines{"hi"});
}

TEST_CASE("q: the chat shows what RTMP set before any WebSocket spoke") {
  Scenario s;
  const auto rtmp = s.in("/chat/room1");
  s.set(rtmp, "message", R"("first")", "chat");
  const auto ws = s.chat("/chat/room1");
  CHECK(s.GatewayTest::heard(ws) == Lines{"first"});
  s.set(rtmp, "message", R"("second")", "chat");
  CHECK(s.GatewayTest::heard(ws) == Lines{"second"});
}

TEST_CASE("r: the chat goes on without RTMP, which finds the last line when it returns") {
  Scenario s{{.linger = Millis{20}}};
  auto rtmp = s.in("/chat/room1");
  s.use(rtmp, "chat");
  s.set(rtmp, "k", "1", "brief");
  const auto ws = s.chat("/chat/room1");
  s.leave(rtmp);
  CHECK(s.ends("brief", "/chat/room1"));
  s.say(ws, "are you there");
  rtmp = s.in("/chat/room1");
  CHECK(s.use(rtmp, "chat") == Lines{"ok@2", R"(sync@2 {"message":"are you there"})"});
}

TEST_CASE("s: five writers that do not wait: all is answered, all see the same") {
  constexpr int kWrites = 1000;
  Scenario s;
  std::vector<net::ConnId> peers;
  std::array<test::Replica, 5> replicas;
  for (test::Replica& replica : replicas) {
    peers.push_back(s.in());
    s.say(peers.back(), R"({"op":"use","object":"so"})");
    replica.take(s.GatewayTest::heard(peers.back()).at(0));
  }
  for (int n = 0; n < kWrites; ++n) {
    for (std::size_t i = 0; i < peers.size(); ++i) {
      for (const std::string& key : {fmt::format("own{}", i), std::string{"shared"}}) {
        s.server.say(peers[i],
                     fmt::format(R"({{"id":{0},"op":"set","object":"so","key":"{1}","value":{0}}})",
                                 n * 10 + static_cast<int>(i), key));
      }
    }
  }
  s.hub.settle();
  for (std::size_t i = 0; i < peers.size(); ++i) {
    int answered = 0;
    for (const std::string& text : s.GatewayTest::heard(peers[i])) {
      if (text.find(R"("event")") != std::string::npos) {
        replicas.at(i).take(text);
      } else {
        answered += text.find(R"("status":"ok")") != std::string::npos ? 1 : 0;
      }
    }
    CHECK(answered == 2 * kWrites);
    CHECK(replicas.at(i).broken == "");
    CHECK(replicas.at(i).version == 1 + 2 * kWrites * peers.size());
    CHECK(replicas.at(i).data == replicas.front().data);
  }
  CHECK(replicas.front().data.size() == 1 + peers.size());
}

TEST_CASE("t: what nobody knows is answered, and the connection stays") {
  Scenario s;
  const auto a = s.in();
  s.use(a);
  CHECK(s.ask(a, R"("op":"14")") == Lines{"unknown_op"});
  CHECK(s.ask(a, R"("op":"change","object":"so","changes":[{"op":"fly"}])") ==
        Lines{"bad_request"});
  CHECK(s.ask(a, R"("op":"set","object":"so","key":"k","value":1,"colour":"red")") ==
        Lines{"ok@2", "so@2 k=1"});
}

TEST_CASE("u: who answers no ping is closed, and who never says anything") {
  CHECK(net::WsOptions{}.ping_every + net::WsOptions{}.pong_within == Seconds{35});
  test::LocalHub hub;
  hub.start();
  net::WsOptions quick;
  quick.handshake = Millis{100};
  quick.ping_every = Millis{60};
  quick.pong_within = Millis{40};
  gateway::GatewayOptions options = GatewayTest::options("");
  options.meta_listen.clear();
  auto server = net::WsServer::open(hub.loop, gateway::listeners(options), quick);
  REQUIRE(server);
  const gateway::Gateway gateway{options, hub.client, **server};
  WsPeer silent{(*server)->addresses().at(0)};
  WsPeer deaf{(*server)->addresses().at(0)};
  deaf.send(WsPeer::request("/chat/room1"));
  REQUIRE(run_until(hub.loop, [&] { return deaf.status() == 101; }));
  CHECK(run_until(hub.loop, [&] { return deaf.close_code() == 4112; }));
  CHECK(run_until(hub.loop, [&] { return silent.ended(); }));
}
