#include "net/ws_server.h"

#include <algorithm>
#include <functional>
#include <map>
#include <string>
#include <vector>

#include <doctest/doctest.h>

#include "net/run_until.h"
#include "net/ws_peer.h"

using namespace so;
using net::ConnId;
using net::Frame;
using net::Sent;

namespace {

constexpr int kSmallBuffer = 4096;

struct Message {
  bool text;
  std::string payload;
  bool operator==(const Message&) const = default;
};

// One listener on a free port, writing down what happens.
struct Server {
  explicit Server(net::Loop& its_loop, net::WsListener listener = {}, net::WsOptions options = {})
      : loop(its_loop) {
    listener.address = {"127.0.0.1", 0};
    auto opened_server = net::WsServer::open(loop, {std::move(listener)}, options);
    REQUIRE(opened_server);
    ws = std::move(*opened_server);
    ws->set_handlers(
        0, {.on_open =
                [this](ConnId id, const net::HttpRequest& request, std::string_view subprotocol) {
                  opened.push_back(id);
                  last_request = request;
                  last_subprotocol = subprotocol;
                },
            .on_message =
                [this](ConnId id, const net::WsMessage& m) {
                  messages[id].push_back({m.text, to_text(m.payload)});
                  order.push_back(id);
                  if (echo) {
                    ws->send(id,
                             m.text ? Frame::text(as_text(m.payload)) : Frame::binary(m.payload));
                  }
                },
            .on_flood = [this](ConnId, const net::WsMessage&) { on_flood(); },
            .on_close =
                [this](ConnId id, std::uint16_t code) {
                  REQUIRE(closed.count(id) == 0);
                  closed[id] = code;
                },
            .on_drained = [this](ConnId) { ++drained; }});
  }
  [[nodiscard]] net::Address address() const { return ws->addresses()[0]; }
  // A client that is in, as the newest of `opened`.
  void open(WsPeer& peer, std::string_view path = "/") {
    const std::size_t before = opened.size();
    peer.send(WsPeer::request(path));
    REQUIRE(run_until(loop, [&] { return opened.size() > before && peer.status() == 101; }));
  }
  // The one code that ended the connection.
  std::uint16_t closed_with(ConnId id) {
    REQUIRE(run_until(loop, [&] { return closed.count(id) == 1; }));
    return closed[id];
  }

  net::Loop& loop;
  std::vector<ConnId> opened;
  std::map<ConnId, std::vector<Message>> messages;
  std::vector<ConnId> order;  // of all messages
  std::map<ConnId, std::uint16_t> closed;
  net::HttpRequest last_request;
  std::string last_subprotocol;
  int drained = 0;
  std::function<void()> on_flood = [] {};
  bool echo = true;
  std::unique_ptr<net::WsServer> ws;
};

net::WsOptions quick() {
  net::WsOptions options;
  options.handshake = Millis{100};
  options.ping_every = Millis{60};
  options.pong_within = Millis{40};
  options.close_within = Millis{50};
  return options;
}

}  // namespace

TEST_CASE("ws: a client comes in, is heard and is answered") {
  net::Loop loop;
  Server server{loop};
  WsPeer peer{server.address()};
  server.open(peer, "/chat/room%201?scope=a%26b&flag&x=1");
  CHECK(server.last_request.path == "/chat/room 1");
  CHECK(server.last_request.parameter("scope") == "a&b");
  CHECK(server.last_request.parameter("x") == "1");
  CHECK(server.last_request.query.size() == 3);
  CHECK(server.last_request.host == "test");
  CHECK(server.last_request.peer.host == "127.0.0.1");
  CHECK(server.last_subprotocol.empty());
  peer.send(WsPeer::frame(1, "hello"));
  peer.send(WsPeer::frame(2, std::string{"\0\xFF", 2}));
  REQUIRE(run_until(loop, [&] { return peer.frames().size() == 2; }));
  CHECK(peer.frames()[0] == WsPeer::Frame{1, "hello"});
  CHECK(peer.frames()[1] == WsPeer::Frame{2, std::string{"\0\xFF", 2}});
  CHECK(peer.received().find("Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n") !=
        std::string::npos);
  CHECK(server.ws->connections() == 1);
  CHECK(server.ws->counters().messages_in == 2);
}

TEST_CASE("W15: messages arrive whole however they were cut") {
  net::Loop loop;
  Server server{loop};
  WsPeer peer{server.address()};
  server.open(peer);
  const ConnId id = server.opened[0];
  std::string big(100'000, 'b');
  for (std::size_t i = 0; i < big.size(); ++i) big[i] = static_cast<char>('a' + i % 26);
  peer.send(WsPeer::frame(1, "one ", false));
  peer.send(WsPeer::frame(9, "ping between"));
  peer.send(WsPeer::frame(0, "", false));
  peer.send(WsPeer::frame(0, "message", true));
  peer.send(WsPeer::frame(2, ""));
  const std::string bytes = WsPeer::frame(1, big);
  for (std::size_t i = 0; i < bytes.size(); i += 7777) {
    peer.send(std::string_view{bytes}.substr(i, 7777));
    run_until(loop, [n = 0]() mutable { return ++n == 2; });
  }
  REQUIRE(run_until(loop, [&] { return server.messages[id].size() == 3; }));
  CHECK(server.messages[id] ==
        std::vector<Message>{{true, "one message"}, {false, ""}, {true, big}});
  REQUIRE(run_until(loop, [&] { return peer.frames().size() == 4; }));
  const auto frames = peer.frames();
  CHECK(std::count(frames.begin(), frames.end(), WsPeer::Frame{10, "ping between"}) == 1);
  CHECK(frames[3] == WsPeer::Frame{1, big});
}

TEST_CASE("ws: byte by byte is as good as at once") {
  net::Loop loop;
  Server server{loop};
  WsPeer peer{server.address()};
  for (const char c :
       WsPeer::request("/slow") + WsPeer::frame(1, "x") + WsPeer::close_frame(1000)) {
    peer.send(std::string_view{&c, 1});
    run_until(loop, [n = 0]() mutable { return ++n == 2; });
  }
  REQUIRE(run_until(loop, [&] { return server.closed.size() == 1; }));
  CHECK(server.last_request.path == "/slow");
  CHECK(server.messages[server.opened[0]] == std::vector<Message>{{true, "x"}});
  CHECK(peer.close_code() == 1000);
}

TEST_CASE("ws: who does not wait for the handshake's answer is not heard until then") {
  net::Loop loop;
  Server server{loop};
  WsPeer peer{server.address()};
  peer.send(WsPeer::request("/") + WsPeer::frame(1, "early bird"));
  REQUIRE(run_until(loop, [&] { return peer.status() == 101; }));
  peer.send(WsPeer::frame(1, "worm"));
  REQUIRE(run_until(loop, [&] { return !server.messages.empty(); }));
  CHECK(server.messages[server.opened[0]] == std::vector<Message>{{true, "worm"}});
}

TEST_CASE("ws: everything in one packet is as good as piece by piece") {
  net::Loop loop;
  Server server{loop};
  WsPeer peer{server.address()};
  server.open(peer);
  peer.send(WsPeer::frame(1, "early") + WsPeer::frame(1, "bird") +
            WsPeer::close_frame(1001, "bye"));
  REQUIRE(run_until(loop, [&] { return server.closed.size() == 1; }));
  CHECK(server.messages[server.opened[0]] == std::vector<Message>{{true, "early"}, {true, "bird"}});
  CHECK(server.closed[server.opened[0]] == 1001);
}

TEST_CASE("W10: a close is echoed and reported once") {
  struct Case {
    std::string frame;
    std::uint16_t reported;
    std::uint16_t echoed;
  };
  const std::vector<Case> cases{
      {WsPeer::close_frame(1000), 1000, 1000},
      {WsPeer::close_frame(1001, "going"), 1001, 1001},
      {WsPeer::close_frame(4000, "mine"), 4000, 4000},
      {WsPeer::frame(8, ""), 1005, 1000},
      {WsPeer::frame(8, "x"), 1002, 1002},                  // half a code
      {WsPeer::close_frame(999), 1002, 1002},               // not a code
      {WsPeer::close_frame(1005), 1002, 1002},              // never on the wire
      {WsPeer::close_frame(1006), 1002, 1002},              //
      {WsPeer::close_frame(2999), 1002, 1002},              // unassigned
      {WsPeer::close_frame(1000, "\xC3\x28"), 1007, 1007},  // not UTF-8
  };
  for (const Case& c : cases) {
    CAPTURE(c.reported);
    net::Loop loop;
    Server server{loop};
    WsPeer peer{server.address()};
    server.open(peer);
    peer.send(c.frame);
    CHECK(server.closed_with(server.opened[0]) == c.reported);
    REQUIRE(run_until(loop, [&] { return peer.ended(); }));
    CHECK(peer.close_code() == c.echoed);
    CHECK(server.ws->connections() == 0);
  }
}

TEST_CASE("ws: broken frames are a protocol error") {
  const std::vector<std::string> cases{
      WsPeer::frame(3, "reserved opcode"),
      WsPeer::frame(0, "continues nothing"),
      WsPeer::frame(1, "a", false) + WsPeer::frame(1, "not finished"),
      WsPeer::frame(9, "fragmented ping", false),
      WsPeer::frame(1 | 0x40, "compressed"),
      WsPeer::frame(1 | 0x10, "reserved bit"),
      WsPeer::frame(1, "bare", true, false),
      WsPeer::frame(9, std::string(126, 'x')),
  };
  for (const std::string& bytes : cases) {
    net::Loop loop;
    Server server{loop, {}, quick()};
    WsPeer peer{server.address()};
    server.open(peer);
    peer.send(bytes);
    REQUIRE(run_until(loop, [&] { return peer.close_code() != 0; }));
    CHECK(peer.close_code() == 1002);
    CHECK(server.closed_with(server.opened[0]) == 1002);
    CHECK(server.messages.empty());
  }
}

TEST_CASE("ws: all pings in one packet are answered, in order") {
  net::Loop loop;
  Server server{loop};
  WsPeer peer{server.address()};
  server.open(peer);
  peer.send(WsPeer::frame(9, "1") + WsPeer::frame(9, "2") + WsPeer::frame(1, "end"));
  REQUIRE(run_until(loop, [&] { return peer.frames().size() == 3; }));
  CHECK(peer.frames() == std::vector<WsPeer::Frame>{{10, "1"}, {10, "2"}, {1, "end"}});
}

TEST_CASE("ws: text that is not UTF-8 is closed with 1007") {
  const std::vector<std::string> cases{
      WsPeer::frame(1, "\xFF"),
      WsPeer::frame(1, "cut \xE2\x82"),
      WsPeer::frame(1, "\xED\xA0\x80"),
      WsPeer::frame(1, "\xC3", false) + WsPeer::frame(0, ""),
      WsPeer::frame(1, "\xC3", false) + WsPeer::frame(0, "("),
  };
  for (const std::string& bytes : cases) {
    net::Loop loop;
    Server server{loop};
    WsPeer peer{server.address()};
    server.open(peer);
    peer.send(bytes);
    REQUIRE(run_until(loop, [&] { return peer.close_code() != 0; }));
    CHECK(peer.close_code() == 1007);
    CHECK(server.messages.empty());
  }
}

TEST_CASE("ws: a character may be cut between fragments, with a pong in the cut") {
  net::Loop loop;
  Server server{loop};
  WsPeer peer{server.address()};
  server.open(peer);
  peer.send(WsPeer::frame(1, "\xE2\x82", false) + WsPeer::frame(10, "ping") +
            WsPeer::frame(0, "\xAC"));
  REQUIRE(run_until(loop, [&] { return !server.messages.empty(); }));
  CHECK(server.messages[server.opened[0]] == std::vector<Message>{{true, "\xE2\x82\xAC"}});
}

TEST_CASE("ws: a message over the limit is closed with 1009 before it has come") {
  net::WsListener listener;
  listener.message_bytes = 1000;
  const std::vector<std::string> cases{
      WsPeer::frame(1, std::string(1001, 'x')),
      WsPeer::frame(1, std::string(500'000, 'x')).substr(0, 2000),
      WsPeer::frame(2, std::string(600, 'x'), false) + WsPeer::frame(0, std::string(401, 'x')),
      std::string{"\x82\xFF\x7F\xFF\xFF\xFF\xFF\xFF\xFF\xFF\x01\x02\x03\x04zzzz", 18},
  };
  for (const std::string& bytes : cases) {
    net::Loop loop;
    Server server{loop, listener};
    WsPeer peer{server.address()};
    server.open(peer);
    peer.send(WsPeer::frame(1, std::string(1000, 'y')));
    peer.send(bytes);
    REQUIRE(run_until(loop, [&] { return peer.close_code() != 0; }));
    CHECK(peer.close_code() == 1009);
    CHECK(server.messages[server.opened[0]].size() == 1);
    peer.send(WsPeer::close_frame(1009));
    CHECK(server.ws->counters().too_big == 1);
  }
}

TEST_CASE("ws: closing sends what is queued, then the code, and ends with the peer's answer") {
  net::Loop loop;
  Server server{loop};
  WsPeer peer{server.address()};
  server.open(peer);
  const ConnId id = server.opened[0];
  CHECK(server.ws->send(id, Frame::text("last words")) == Sent::kQueued);
  server.ws->close(id, 4001, "unauthorized");
  server.ws->close(id, 4002, "again");
  CHECK(server.ws->send(id, Frame::text("too late")) == Sent::kGone);
  REQUIRE(run_until(loop, [&] { return peer.frames().size() == 2; }));
  CHECK(peer.frames()[0] == WsPeer::Frame{1, "last words"});
  CHECK(peer.frames()[1] == WsPeer::Frame{8, "\x0F\xA1unauthorized"});
  CHECK(server.closed.empty());
  peer.send(WsPeer::frame(1, "ignored") + WsPeer::close_frame(4001));
  CHECK(server.closed_with(id) == 4001);
  CHECK(server.messages.empty());
  REQUIRE(run_until(loop, [&] { return peer.ended(); }));
  CHECK(peer.frames().size() == 2);  // no second close frame
}

TEST_CASE("ws: a peer that does not answer a close is let go") {
  net::Loop loop;
  Server server{loop, {}, quick()};
  WsPeer peer{server.address()};
  server.open(peer);
  server.ws->close(server.opened[0], 1001, "");
  CHECK(server.closed_with(server.opened[0]) == 1001);
  REQUIRE(run_until(loop, [&] { return peer.ended(); }));
}

TEST_CASE("ws: a peer that vanishes is reported as 1006") {
  for (const bool reset : {false, true}) {
    net::Loop loop;
    Server server{loop};
    WsPeer peer{server.address()};
    server.open(peer);
    peer.send(WsPeer::frame(1, "half a message", false).substr(0, 9));
    run_until(loop, [n = 0]() mutable { return ++n == 5; });
    if (reset) {
      peer.reset();
    } else {
      peer.close();
    }
    CHECK(server.closed_with(server.opened[0]) == 1006);
  }
}

TEST_CASE("W9: pings are sent, answers keep the connection, silence ends it with 4112") {
  net::Loop loop;
  Server server{loop, {}, quick()};
  WsPeer lively{server.address()};
  server.open(lively);
  WsPeer dead{server.address()};
  server.open(dead);
  std::size_t answered = 0;
  REQUIRE(run_until(loop, [&] {
    const auto frames = lively.frames();
    for (; answered < frames.size(); ++answered) {
      CHECK(frames[answered].opcode == 9);
      lively.send(WsPeer::frame(10, frames[answered].payload));
    }
    return answered >= 4;
  }));
  CHECK(server.closed_with(server.opened[1]) == 4112);
  CHECK(dead.close_code() == 4112);
  CHECK(server.closed.count(server.opened[0]) == 0);
  CHECK(server.ws->counters().no_pong == 1);
}

TEST_CASE("ws: a reader that stops is closed with 4108, and nobody else waits") {
  net::Loop loop;
  Server server{loop};
  WsPeer slow{server.address(), kSmallBuffer};
  server.open(slow);
  WsPeer fast{server.address()};
  server.open(fast);
  const Frame frame = Frame::binary(Bytes(50'000, 'x'));
  std::size_t sent = 0;
  REQUIRE(run_until(loop, [&] {
    server.ws->broadcast(server.opened, frame);
    ++sent;
    fast.received();
    return server.ws->counters().slow_consumers == 1;
  }));
  CHECK(server.ws->queued_bytes(server.opened[0]) < 200'000);  // what waited is dropped
  REQUIRE(run_until(loop, [&] { return fast.frames().size() == sent; }));
  CHECK(server.ws->send(server.opened[0], frame) == Sent::kGone);
  // Once it reads again: whole frames, then the reason.
  REQUIRE(run_until(loop, [&] { return slow.close_code() != 0; }));
  CHECK(slow.close_code() == 4108);
  for (const auto& f : slow.frames()) CHECK((f.opcode == 8 || f.payload.size() == 50'000));
  slow.send(WsPeer::close_frame(4108));
  CHECK(server.closed_with(server.opened[0]) == 4108);
}

TEST_CASE("ws: a tool that asks is told, discards, and the rest arrives whole") {
  net::Loop loop;
  net::WsListener listener;
  listener.when_full = net::WhenFull::kTell;
  Server server{loop, listener};
  WsPeer peer{server.address(), kSmallBuffer};
  server.open(peer);
  const ConnId id = server.opened[0];
  const Frame frame = Frame::binary(Bytes(50'000, 'x'));
  std::size_t queued = 0;
  REQUIRE(run_until(loop, [&] {
    const Sent sent = server.ws->send(id, frame);
    if (sent == Sent::kQueued) ++queued;
    return sent == Sent::kFull;
  }));
  CHECK(server.ws->queued_bytes(id) > 900'000);
  const std::size_t dropped = server.ws->discard_unsent(id);
  CHECK(dropped % frame.size() == 0);
  CHECK(server.ws->send(id, Frame::text("key frame")) == Sent::kQueued);
  peer.send(WsPeer::frame(9, "still there?"));
  REQUIRE(run_until(loop, [&] {
    peer.received();
    return server.drained == 1;
  }));
  const auto frames = peer.frames();
  CHECK(frames.back().payload.size() != 50'000);
  std::size_t whole = 0;
  bool pong = false;
  bool key = false;
  for (const auto& f : frames) {
    if (f.opcode == 2 && f.payload.size() == 50'000) ++whole;
    if (f.opcode == 10 && f.payload == "still there?") pong = true;
    if (f.opcode == 1 && f.payload == "key frame") key = true;
  }
  CHECK(whole == queued - dropped / frame.size());
  CHECK(pong);
  CHECK(key);
  CHECK(server.ws->queued_bytes(id) == 0);
}

TEST_CASE("ws: behind and taking nothing ends in time") {
  net::Loop loop;
  Server server{loop, {}, quick()};
  WsPeer stuck{server.address(), kSmallBuffer};
  server.open(stuck);
  for (int i = 0; i < 20; ++i) {
    server.ws->send(server.opened[0], Frame::binary(Bytes(500'000, 'x')));
    run_until(loop, [n = 0]() mutable { return ++n == 2; });
  }
  const std::uint16_t code = server.closed_with(server.opened[0]);
  CHECK(code == 4108);
}

TEST_CASE("ws: messages wait while they are not wanted") {
  net::Loop loop;
  Server server{loop};
  WsPeer peer{server.address()};
  server.open(peer);
  const ConnId id = server.opened[0];
  server.ws->want_messages(id, false);
  peer.send(WsPeer::frame(1, "a") + WsPeer::frame(1, "b"));
  run_for(loop, Millis{20});
  CHECK(server.messages.empty());
  server.ws->want_messages(id, true);
  REQUIRE(run_until(loop, [&] { return server.messages[id].size() == 2; }));
}

TEST_CASE("ws: who says much is heard in bites, and nobody waits for the end of it") {
  constexpr std::size_t kFlood = 9'000;
  net::Loop loop;
  net::WsOptions options;
  options.messages = {};  // as many as it likes
  Server server{loop, {}, options};
  server.echo = false;
  WsPeer much{server.address()};
  server.open(much);
  WsPeer little{server.address()};
  server.open(little);
  std::string flood;
  for (std::size_t i = 0; i < kFlood; ++i) flood += WsPeer::frame(1, "x");
  much.send(flood);
  little.send(WsPeer::frame(1, "y"));
  REQUIRE(run_until(loop, [&] { return server.order.size() == kFlood + 1; }));
  const auto heard = std::ranges::find(server.order, server.opened[1]) - server.order.begin();
  CHECK(heard < 5'000);  // all were in one read
}

TEST_CASE("ws: who says too much is told so, is heard slowly, and is closed with 4029") {
  net::Loop loop;
  net::WsOptions options;
  options.messages = {.per_second = 10, .burst = 50};
  Server server{loop, {}, options};
  int refused = 0;
  server.on_flood = [&] { ++refused; };
  WsPeer peer{server.address()};
  server.open(peer);
  const TimePoint start = Clock::now();
  std::string flood;
  for (int i = 0; i < 1'000; ++i) flood += WsPeer::frame(1, "x");
  peer.send(flood);
  REQUIRE(run_until(loop, [&] { return peer.close_code() == 4029; }));
  CHECK(Clock::now() - start >= Millis{50});  // six rests of 10 ms, by a clock of milliseconds
  CHECK(server.messages[server.opened[0]].size() >= 50);
  CHECK(refused >= 50);
}

TEST_CASE("ws: frames sent in one turn leave together, in order, in one piece for all") {
  net::Loop loop;
  Server server{loop};
  std::vector<std::unique_ptr<WsPeer>> peers;
  for (int i = 0; i < 5; ++i) {
    peers.push_back(std::make_unique<WsPeer>(server.address()));
    server.open(*peers.back());
  }
  constexpr int kFrames = 200;  // more than fit one vector
  for (int i = 0; i < kFrames; ++i) {
    server.ws->broadcast(server.opened, Frame::text(std::to_string(i)));
  }
  for (const auto& peer : peers) {
    REQUIRE(run_until(loop, [&] { return peer->frames().size() == kFrames; }));
    for (int i = 0; i < kFrames; ++i) {
      CHECK(peer->frames()[static_cast<std::size_t>(i)].payload == std::to_string(i));
    }
  }
  CHECK(server.ws->counters().frames_out == 5 * kFrames);
  CHECK(server.ws->counters().writes == 5);
}

TEST_CASE("ws: what is said to all and to one keeps its order, and comes before a close") {
  net::Loop loop;
  Server server{loop};
  WsPeer ann{server.address()};
  WsPeer bob{server.address()};
  server.open(ann);
  server.open(bob);
  const std::vector<ConnId> all = server.opened;
  server.ws->broadcast(all, Frame::text("1"));
  server.ws->broadcast(all, Frame::text("2"));
  server.ws->send(all[0], Frame::text("for ann"));
  server.ws->broadcast(all, Frame::text("3"));
  server.ws->broadcast(std::span{all}.first(1), Frame::text("4"));
  server.ws->broadcast(all, Frame::text("5"));
  server.ws->close(all[1], 4000, "enough");
  server.ws->broadcast(all, Frame::text("6"));
  const auto said_to = [&](WsPeer& peer, std::size_t frames) {
    REQUIRE(run_until(loop, [&] { return peer.frames().size() == frames; }));
    std::string said;
    for (const auto& frame : peer.frames()) {
      said += frame.opcode == 8 ? "closed" : frame.payload + " ";
    }
    return said;
  };
  CHECK(said_to(ann, 7) == "1 2 for ann 3 4 5 6 ");
  CHECK(said_to(bob, 5) == "1 2 3 5 closed");
  CHECK(server.ws->counters().frames_out == 11);
}

TEST_CASE("ws: who does not read what it was sent is not heard until it does") {
  net::Loop loop;
  Server server{loop};
  WsPeer slow{server.address(), kSmallBuffer};
  server.open(slow);
  WsPeer fast{server.address()};
  server.open(fast);
  const ConnId id = server.opened[0];
  const auto another_is_heard = [&] {
    const std::size_t before = server.messages[server.opened[1]].size();
    fast.send(WsPeer::frame(1, "hello"));
    REQUIRE(run_until(loop, [&] { return server.messages[server.opened[1]].size() > before; }));
  };
  while (server.ws->queued_bytes(id) <= 512U << 10U) {
    REQUIRE(server.ws->send(id, Frame::binary(Bytes(400'000, 'x'))) == Sent::kQueued);
    another_is_heard();
  }
  slow.send(WsPeer::frame(1, "more"));
  for (int i = 0; i < 20; ++i) another_is_heard();
  CHECK(server.messages[id].empty());
  REQUIRE(run_until(loop, [&] {
    slow.received();
    return !server.messages[id].empty();
  }));
  CHECK(server.messages[id][0].payload == "more");
  CHECK(server.ws->counters().slow_consumers == 0);
}

TEST_CASE("ws: of many who are sent to at once each gets all, the slow one later") {
  for (const bool ring : {true, false}) {
    CAPTURE(ring);
    net::Loop loop;
    net::WsOptions options;
    options.ring = ring;
    Server server{loop, {}, options};
    std::vector<std::unique_ptr<WsPeer>> peers;
    for (std::size_t i = 0; i < 20; ++i) {
      peers.push_back(i == 7 ? std::make_unique<WsPeer>(server.address(), kSmallBuffer)
                             : std::make_unique<WsPeer>(server.address()));
      server.open(*peers.back());
    }
    std::string large(600'000, ' ');
    for (std::size_t i = 0; i < large.size(); ++i) large[i] = static_cast<char>('a' + i % 23);
    server.ws->broadcast(server.opened, Frame::text(large));
    REQUIRE(run_until(loop, [&] { return peers[0]->frames().size() == 1; }));
    server.ws->broadcast(server.opened, Frame::text("short"));
    for (const auto& peer : peers) {
      REQUIRE(run_until(loop, [&] { return peer->frames().size() == 2; }));
      CHECK(peer->frames()[0].payload == large);
      CHECK(peer->frames()[1].payload == "short");
    }
  }
}

TEST_CASE("ws: handlers may close connections, their own and others") {
  net::Loop loop;
  Server server{loop};
  server.echo = false;
  server.ws->set_handlers(
      0, {.on_open = [&](ConnId id, const net::HttpRequest&,
                         std::string_view) { server.opened.push_back(id); },
          .on_message =
              [&](ConnId, const net::WsMessage&) {
                for (const ConnId id : server.opened) server.ws->close(id, 4006, "replaced");
              },
          .on_close = [&](ConnId id, std::uint16_t code) { server.closed[id] = code; }});
  WsPeer one{server.address()};
  server.open(one);
  WsPeer two{server.address()};
  server.open(two);
  one.send(WsPeer::frame(1, "x") + WsPeer::frame(1, "y"));
  REQUIRE(run_until(loop, [&] { return one.close_code() == 4006 && two.close_code() == 4006; }));
  one.send(WsPeer::close_frame(4006));
  two.send(WsPeer::close_frame(4006));
  CHECK(server.closed_with(server.opened[0]) == 4006);
  CHECK(server.closed_with(server.opened[1]) == 4006);
}

TEST_CASE("ws: two listeners have their own ports and handlers") {
  net::Loop loop;
  net::WsListener chat;
  chat.address = {"127.0.0.1", 0};
  chat.subprotocols = {"chat"};
  net::WsListener meta;
  meta.address = {"127.0.0.1", 0};
  auto opened = net::WsServer::open(loop, {chat, meta});
  REQUIRE(opened);
  net::WsServer& server = **opened;
  std::vector<std::string> calls;
  for (const std::size_t i : {0U, 1U}) {
    server.set_handlers(
        i, {.on_open = [&calls, i](ConnId, const net::HttpRequest& request, std::string_view p) {
          calls.push_back(std::to_string(i) + request.path + " " + std::string{p});
        }});
  }
  WsPeer a{server.addresses()[0]};
  // The Host of the other listener leads nowhere else.
  a.send(
      "GET /a HTTP/1.1\r\nHost: " + to_string(server.addresses()[1]) +
      "\r\nUpgrade: websocket\r\nConnection: keep-alive, Upgrade\r\nSec-WebSocket-Version: 13\r\n"
      "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Protocol: chat\r\n\r\n");
  REQUIRE(run_until(loop, [&] { return a.status() == 101; }));
  WsPeer b{server.addresses()[1]};
  b.send(WsPeer::request("/b"));
  REQUIRE(run_until(loop, [&] { return b.status() == 101; }));
  CHECK(calls == std::vector<std::string>{"0/a chat", "1/b "});
}

TEST_CASE("ws: nobody comes in after listening has stopped, those inside stay") {
  net::Loop loop;
  Server server{loop};
  WsPeer peer{server.address()};
  server.open(peer);
  const net::Address address = server.address();
  server.ws->stop_listening();
  peer.send(WsPeer::frame(1, "still here"));
  REQUIRE(run_until(loop, [&] { return peer.frames().size() == 1; }));
  const auto where = *net::resolve(address);
  const UniqueFd late{socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)};
  CHECK(connect(late.get(), where.get(), where.size) == -1);
}

TEST_CASE("ws: a port in use is an error with its reason") {
  net::Loop loop;
  Server server{loop};
  net::WsListener again;
  again.address = server.address();
  const auto second = net::WsServer::open(loop, {again});
  REQUIRE_FALSE(second);
  CHECK(second.error().text ==
        "unable to listen on " + to_string(server.address()) + ": address already in use");
}
