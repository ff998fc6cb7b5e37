// The scenarios that were run against Red5, over RTMP: what each client is told, in the numbers of
// the events (RTMP 1.0, 7.1.3). Where an answer is not Red5's, the comment says so. Versions are
// one lower than Red5's, which counts from 2, and rise with changes alone.
#include <array>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include <unistd.h>

#include <doctest/doctest.h>
#include <fmt/format.h>

#include "ingest_test.h"
#include "support/rules.h"

using namespace so;
using policy::Action;
using policy::Actions;
using test::IngestTest;
using test::Lines;
using test::RtmpPeer;
using Peer = std::unique_ptr<RtmpPeer>;
namespace shared = rtmp::shared;

namespace {

struct DescribeNumbered {
  using Text = std::string;
  Text operator()(const shared::Change& e) const { return e.key + "=" + test::describe(e.value); }
  Text operator()(const shared::Success& e) const { return e.key; }
  Text operator()(const shared::SendMessage& e) const {
    return e.handler + "(" + test::describe(e.arguments) + ")";
  }
  Text operator()(const shared::Status& e) const { return e.code; }
  Text operator()(const shared::Remove& e) const { return e.key; }
  template <class Other>
  Text operator()(const Other&) const {
    return {};
  }
};

// "v2: 11, 8, 4 message='hello'", of another object than so "np v0: 7 ..."
std::string numbered(const rtmp::ClientEvent& event) {
  const auto* message = std::get_if<rtmp::SharedObjectMessage>(&event);
  if (message == nullptr) return test::describe_event(event);
  std::string text = message->name == "so" ? "" : message->name + " ";
  text += fmt::format("v{}{}:", message->version, message->persistent() ? " kept" : "");
  for (const shared::Event& each : message->events) {
    const std::string what = std::visit(DescribeNumbered{}, each);
    text += fmt::format("{} {}{}{}", text.back() == ':' ? "" : ",", each.index() + 1,
                        what.empty() ? "" : " ", what);
  }
  return text;
}

amf::Value number(double value) {
  return amf::Value::number(value);
}
amf::Value text(std::string_view value) {
  return amf::Value::string(value);
}

struct Scenario {
  explicit Scenario(hub::Options options = {}, std::string claims = {})
      : test(std::move(options), std::move(claims)) {}

  Peer in(const std::string& app = "chat") {
    Peer peer = test.in(app);
    peer->words = numbered;
    return peer;
  }
  Lines heard(const Peer& peer) { return test.heard(*peer); }
  /// Says it, and answers what it hears.
  Lines ask(const Peer& peer, std::vector<shared::Event> events, std::uint32_t flags = 0,
            std::string_view name = "so") {
    peer->say(std::move(events), flags, name);
    return heard(peer);
  }
  Lines use(const Peer& peer) { return ask(peer, {shared::Use{}}); }
  Lines set(const Peer& peer, std::string key, amf::Value value) {
    return ask(peer, {shared::RequestChange{std::move(key), std::move(value)}});
  }
  void leave(Peer& peer) {
    const std::size_t before = test.edge.connections.size();
    peer->hang_up();
    REQUIRE(wait_until(test.hub.loop, [&] { return test.edge.connections.size() == before - 1; }));
    peer.reset();
    test.hub.settle();
  }
  /// Until the object is gone.
  bool ends(std::string_view scope = "/chat") {
    return wait_until(test.hub.loop, [&] { return test.hub.list(scope) == "not_found"; });
  }

  IngestTest test;
};

/// A and B use so, past what they were told of it.
struct Pair : Scenario {
  explicit Pair(hub::Options options = {}, std::string claims = {})
      : Scenario(std::move(options), std::move(claims)), a(in()), b(in()) {
    use(a);
    use(b);
  }
  Peer a, b;
};

}  // namespace

TEST_CASE("a: a set is a success to its author, and is there for who comes later") {
  Scenario s;
  const Peer a = s.in();
  CHECK(s.use(a) == Lines{"v1: 11, 8"});
  CHECK(s.set(a, "message", text("hello")) == Lines{"v2: 5 message"});
  const Peer b = s.in();
  CHECK(s.use(b) == Lines{"v2: 11, 8, 4 message='hello'"});
}

TEST_CASE("b: the same again is told to its author alone") {
  Pair s;
  s.set(s.a, "message", text("hello"));
  s.heard(s.b);
  CHECK(s.set(s.a, "message", text("hello")) == Lines{"v2: 5 message"});
  CHECK(s.heard(s.b).empty());
}

TEST_CASE("c: two sets in one message are one version") {
  Pair s;
  CHECK(s.ask(s.b, {shared::RequestChange{"n", number(1)},
                    shared::RequestChange{
                        "o", amf::Value::object({{"x", number(1)}, {"y", text("z")}})}}) ==
        Lines{"v2: 5 n, 5 o"});
  CHECK(s.heard(s.a) == Lines{"v2: 4 n=1, 4 o={x: 1, y: 'z'}"});
}

TEST_CASE("d: null deletes, and undefined of nothing is told to its author alone") {
  Pair s;
  s.set(s.a, "message", text("hello"));
  s.heard(s.b);
  CHECK(s.set(s.a, "message", amf::Value::null()) == Lines{"v3: 5 message"});
  CHECK(s.heard(s.b) == Lines{"v3: 9 message"});
  CHECK(s.set(s.a, "nokey", amf::Value::undefined()) == Lines{"v3: 5 nokey"});
  CHECK(s.heard(s.b).empty());
}

TEST_CASE("e: a message is heard by both") {
  Pair s;
  CHECK(s.ask(s.a,
              {shared::SendMessage{"doIt", {text("p1"), number(2), amf::Value::boolean(true)}}}) ==
        Lines{"v2: 6 doIt('p1', 2, true)"});
  CHECK(s.heard(s.b) == Lines{"v2: 6 doIt('p1', 2, true)"});
}

TEST_CASE("f: a removal is heard by both, one of nothing by its author alone") {
  Pair s;
  s.set(s.a, "n", number(1));
  s.heard(s.b);
  CHECK(s.ask(s.a, {shared::RequestRemove{"n"}}) == Lines{"v3: 9 n"});
  CHECK(s.heard(s.b) == Lines{"v3: 9 n"});
  CHECK(s.ask(s.a, {shared::RequestRemove{"zzz"}}) == Lines{"v3: 9 zzz"});
  CHECK(s.heard(s.b).empty());
}

TEST_CASE("g: a mixed batch is one message to each") {
  Pair s;
  CHECK(s.ask(s.a, {shared::RequestChange{"a", number(1)}, shared::RequestChange{"b", number(2)},
                    shared::SendMessage{"m", {number(1)}}, shared::RequestRemove{"a"}}) ==
        Lines{"v2: 5 a, 5 b, 6 m(1), 9 a"});
  CHECK(s.heard(s.b) == Lines{"v2: 4 a=1, 4 b=2, 6 m(1), 9 a"});
}

TEST_CASE("h: a refused write, delete or send is told, with the value that there is") {
  Pair s{{}, R"({"role":"anonymous"})"};
  s.set(s.a, "ro", number(1));
  s.heard(s.b);
  s.test.hub.set_policy(
      test::rules({test::on_key(test::deny(Actions{Action::kWrite, Action::kDelete}), "ro"),
                   test::deny(Actions{Action::kSend})}));
  // Red5 does not tell the value, and nothing at all of a send.
  CHECK(s.set(s.a, "ro", number(2)) == Lines{"v2: 7 SharedObject.NoWriteAccess, 4 ro=1"});
  CHECK(s.ask(s.a, {shared::RequestRemove{"ro"}}) ==
        Lines{"v2: 7 SharedObject.NoWriteAccess, 4 ro=1"});
  CHECK(s.ask(s.a, {shared::SendMessage{"m", {}}}) == Lines{"v2: 7 SharedObject.NoWriteAccess"});
  CHECK(s.heard(s.b).empty());
}

TEST_CASE("i: a refused creation, and a reader who is refused may not write either") {
  Scenario s{{}, R"({"role":"anonymous"})"};
  s.test.hub.set_policy(
      test::rules({test::on_object(test::deny(Actions{Action::kCreate}), "never"),
                   test::on_object(test::deny(Actions{Action::kRead}), "secret")}));
  const Peer a = s.in();
  CHECK(s.ask(a, {shared::Use{}}, 0, "never") ==
        Lines{"never v0: 7 SharedObject.ObjectCreationFailed"});
  CHECK(s.ask(a, {shared::Use{}}, 0, "secret") == Lines{"secret v0: 7 SharedObject.NoReadAccess"});
  CHECK(s.ask(a, {shared::RequestChange{"k", number(1)}}, 0, "secret") ==
        Lines{"secret v0: 7 SharedObject.NoReadAccess"});  // Red5 lets it write
}

TEST_CASE("j: an object of the other kind of persistence is refused") {
  Scenario s;
  const Peer a = s.in();
  CHECK(s.ask(a, {shared::Use{}}, 0, "np") == Lines{"np v1: 11, 8"});
  CHECK(s.ask(a, {shared::Use{}}, rtmp::SharedObjectMessage::kPersistent, "np") ==
        Lines{"np v0 kept: 7 SharedObject.BadPersistence"});
}

TEST_CASE("k: a persistent object is not cleared before it is shown, and outlives its users") {
  constexpr auto kKept = rtmp::SharedObjectMessage::kPersistent;
  Scenario s{{.linger = Millis{20}}};
  Peer a = s.in();
  const Peer other = s.in();  // sees that time has passed: its object has ended
  CHECK(s.ask(a, {shared::Use{}}, kKept) == Lines{"v1 kept: 11"});
  CHECK(s.ask(a, {shared::RequestChange{"x", number(5)}}, kKept) == Lines{"v2 kept: 5 x"});
  s.ask(other, {shared::RequestChange{"k", number(1)}}, 0, "brief");
  s.leave(a);
  CHECK(wait_until(s.test.hub.loop,
                   [&] { return s.test.hub.list("/chat").find("brief") == std::string::npos; }));
  const Peer b = s.in();
  CHECK(s.ask(b, {shared::Use{}}, kKept) == Lines{"v2 kept: 11, 4 x=5"});
}

TEST_CASE("l: who comes back in time finds the data, who comes later a new object, every time") {
  Scenario s{{.linger = Millis{200}}};
  for (int round = 0; round < 3; ++round) {  // Red5 armed its timer only once
    CAPTURE(round);
    Peer a = s.in();
    CHECK(s.use(a) == Lines{"v1: 11, 8"});  // Red5 goes on counting
    CHECK(s.set(a, "k", number(1)) == Lines{"v2: 5 k"});
    s.leave(a);
    a = s.in();
    CHECK(s.use(a) == Lines{"v2: 11, 8, 4 k=1"});
    s.leave(a);
    CHECK(s.ends());
  }
}

TEST_CASE("m: whoever uses an object on the bus keeps it, until he releases it") {
  Scenario s{{.linger = Millis{20}}};
  bus::Client& tool = s.test.hub.client;
  constexpr std::uint64_t kHolder = 1000;
  tool.join(kHolder, "/chat", {});
  tool.use(kHolder, "/chat", "so", {});
  s.test.hub.settle();
  Peer a = s.in();
  CHECK(s.use(a) == Lines{"v1: 11, 8"});
  s.set(a, "k", number(1));
  s.ask(a, {shared::RequestChange{"k", number(1)}}, 0, "brief");
  s.leave(a);
  CHECK(wait_until(s.test.hub.loop,
                   [&] { return s.test.hub.list("/chat").find("brief") == std::string::npos; }));
  a = s.in();
  CHECK(s.use(a) == Lines{"v2: 11, 8, 4 k=1"});
  s.leave(a);
  tool.release(kHolder, "/chat", "so");
  CHECK(wait_until(s.test.hub.loop, [&] {
    return s.test.hub.list("/chat").find(R"("objects":[])") != std::string::npos;
  }));
}

TEST_CASE("n: a shorter list is a change") {
  Pair s;
  s.set(s.a, "l", amf::Value::array({number(1), number(2), number(3)}));
  s.heard(s.b);
  CHECK(s.set(s.a, "l", amf::Value::array({number(1), number(2)})) == Lines{"v3: 5 l"});
  CHECK(s.heard(s.b) == Lines{"v3: 4 l=[1, 2]"});  // Red5 tells nobody
}

TEST_CASE("o: a batch of the server is one message to all") {
  Pair s;
  s.set(s.a, "Three", number(3));
  s.heard(s.b);
  s.test.hub.client.change(1000, "/chat", "so",
                           R"({"changes":[{"op":"set","key":"One","value":"1"},)"
                           R"({"op":"set","key":"Two","value":2},{"op":"delete","key":"Three"}]})");
  s.test.hub.settle();
  const Lines told{"v3: 4 One='1', 4 Two=2, 9 Three"};
  CHECK(s.heard(s.a) == told);
  CHECK(s.heard(s.b) == told);
}

namespace {

/// A WebSocket in the chat of a room, as ws-gateway plays it: each line is told, a repeated one
/// too.
struct Chatter {
  Chatter(IngestTest& on, std::string_view scope, std::uint64_t number) : test(on), member(number) {
    test.hub.client.join(number, scope, {});
    test.hub.client.use(number, scope, "chat", {}, [this](const bus::Reply& reply) {
      CHECK(reply.ok());
      first = reply.body;
    });
    test.hub.settle();
  }
  void say(std::string_view scope, std::string_view line) {
    test.hub.client.change(
        member, scope, "chat",
        fmt::format(R"({{"changes":[{{"op":"set","key":"message","value":"{}"}}],"force":true}})",
                    line));
    test.hub.settle();
  }
  IngestTest& test;
  std::uint64_t member;
  std::string first;  // the object as it was
};

}  // namespace

TEST_CASE("p: what is said in the WebSocket chat is a change, a repeated line too") {
  Scenario s;
  const Peer a = s.in("chat/room1");
  CHECK(s.ask(a, {shared::Use{}}, 0, "chat") == Lines{"chat v1: 11, 8"});
  Chatter ws{s.test, "/chat/room1", 1000};
  ws.say("/chat/room1", "hello");
  ws.say("/chat/room1", "hello");
  CHECK(s.heard(a) == Lines{"chat v2: 4 message='hello'", "chat v3: 4 message='hello'"});
}

TEST_CASE("q: a WebSocket sees what RTMP set before it came") {
  Scenario s;
  const Peer a = s.in("chat/room1");
  s.ask(a, {shared::RequestChange{"message", text("first")}}, 0, "chat");
  const Chatter ws{s.test, "/chat/room1", 1000};
  CHECK(ws.first.ends_with(R"("data":{"message":"first"}})"));
}

TEST_CASE("r: an RTMP client that comes back sees what a WebSocket said meanwhile") {
  Scenario s{{.linger = Millis{20}}};
  Peer a = s.in("chat/room1");
  s.ask(a, {shared::Use{}}, 0, "chat");
  Chatter ws{s.test, "/chat/room1", 1000};
  s.leave(a);
  ws.say("/chat/room1", "are you there");
  a = s.in("chat/room1");
  CHECK(s.ask(a, {shared::Use{}}, 0, "chat") == Lines{"chat v2: 11, 8, 4 message='are you there'"});
}

namespace {

/// Somebody who writes numbers, and what it makes of what it hears.
struct Author {
  double id = 0;
  std::map<std::string, double> data{};
  std::map<std::string, int> successes{};
  std::uint32_t version = 0;
  std::string broken{};

  /// The n-th value of this author: nobody else's, so always a change.
  [[nodiscard]] double value(int n) const { return n * 10.0 + id; }

  void take(const rtmp::SharedObjectMessage& message) {
    if (message.version <= version) {
      broken = fmt::format("version {} after {}", message.version, version);
    }
    version = message.version;
    for (const shared::Event& event : message.events) {
      if (const auto* change = std::get_if<shared::Change>(&event)) {
        data[change->key] = change->value.as_number().value_or(-1);
      }
      // One's own value, which is not repeated, counts from here on.
      if (const auto* success = std::get_if<shared::Success>(&event)) {
        data[success->key] = value(successes[success->key]++);
      }
    }
  }
};

}  // namespace

TEST_CASE("s: five writers that do not wait: all is answered, all see the same") {
  constexpr int kWrites = 1000;
  IngestTest test;
  std::array<Author, 5> authors;
  std::vector<Peer> peers;
  for (Author& author : authors) {
    author.id = static_cast<double>(peers.size());
    peers.push_back(test.in("chat"));
    peers.back()->objects = [&author](const auto& message) { author.take(message); };
    peers.back()->say({shared::Use{}});
    peers.back()->all();
  }
  const auto own = [](const Author& author) { return fmt::format("own{}", author.id); };
  for (int n = 0; n < kWrites; ++n) {
    for (std::size_t i = 0; i < peers.size(); ++i) {
      for (const std::string& key : {own(authors.at(i)), std::string{"shared"}}) {
        peers[i]->say({shared::RequestChange{key, number(authors.at(i).value(n))}});
      }
    }
  }
  for (const Peer& peer : peers) peer->all();  // all that was said before is answered
  for (const Peer& peer : peers) test.heard(*peer);

  const Peer late = test.in("chat");
  Author truth;
  late->objects = [&](const auto& message) { truth.take(message); };
  late->say({shared::Use{}});
  late->all();
  CHECK(truth.version == 1 + 2 * kWrites * peers.size());
  CHECK(truth.data.size() == 1 + peers.size());
  for (Author& author : authors) {
    CHECK(author.broken == "");
    CHECK(author.successes["shared"] == kWrites);
    CHECK(author.successes[own(author)] == kWrites);
    CHECK(author.version == truth.version);
    CHECK(author.data == truth.data);
  }
}

TEST_CASE("t: events that nobody knows are skipped, and the connection stays") {
  Scenario s;
  const Peer a = s.in();
  s.use(a);
  for (const std::string_view type : {"0e", "0c", "c8", "00"}) {
    CAPTURE(type);
    const std::string unknown =
        fmt::format("0002736f 00000000 00000000 00000000 {} 00000003 ", type);
    a->say_raw(test::from_hex(unknown + "ffffff 03 0000000c 00016b 003ff0000000000000"));
    const Lines heard = s.heard(a);
    REQUIRE(heard.size() == 1);
    CHECK(heard[0].ends_with("5 k"));
  }
}

TEST_CASE("u: who answers no ping is closed, and who never says anything") {
  rtmp::ServerOptions session;
  CHECK(session.link.silence == Seconds{60});
  CHECK(session.link.handshake == Seconds{10});
  session.link.ping_after = Millis{100};
  session.link.silence = Millis{1000};
  session.link.handshake = Millis{300};
  test::LocalHub hub;
  hub.start();
  test::Edge edge{hub.loop, hub.client, session};
  const auto lively = edge.peer();
  lively->join("chat");
  const auto deaf = edge.peer();
  deaf->join("chat");
  deaf->deaf = true;
  auto [silent, far] = test::socket_pair();
  edge.connections.adopt(std::move(far), {"silent", 0});
  std::array<char, 1> byte{};
  CHECK(wait_until(hub.loop, [&, fd = silent.get()] { return read(fd, byte.data(), 1) == 0; }));
  CHECK(deaf->next() == "closed");
  lively->say({shared::Use{}});
  CHECK(lively->next() == "object so v1, in use, clear");
}
