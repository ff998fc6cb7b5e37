#include <algorithm>
#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include <sys/resource.h>

#include <doctest/doctest.h>

#include "net/raw_client.h"
#include "net/run_until.h"
#include "net/tcp_dial.h"
#include "net/tcp_server.h"

using namespace so;
using net::ConnId;
using net::Sent;

namespace {

constexpr int kSmallBuffer = 4096;

// A server on a free port, writing down what happens to each connection.
struct Server {
  explicit Server(net::Loop& loop, const net::TcpOptions& options = {}) {
    auto listening = net::TcpServer::listen(loop, {"127.0.0.1", 0}, options);
    REQUIRE(listening);
    tcp = std::move(*listening);
    tcp->connections().set_handlers({
        .on_open = [this](ConnId id, const net::Address&) { opened.push_back(id); },
        .on_bytes =
            [this](ConnId id, ByteView bytes) {
              received[id] += as_text(bytes);
              reads.push_back(bytes.size());
            },
        .on_drained = [this](ConnId) { ++drained; },
        .on_close =
            [this](ConnId id, std::string_view why) {
              REQUIRE(closed.count(id) == 0);
              closed[id] = why;
            },
    });
  }
  [[nodiscard]] net::TcpConnections& connections() const { return tcp->connections(); }
  [[nodiscard]] net::Address address() const { return tcp->address(); }

  std::vector<ConnId> opened;
  std::map<ConnId, std::string> received;
  std::vector<std::size_t> reads;
  std::map<ConnId, std::string> closed;
  int drained = 0;
  std::unique_ptr<net::TcpServer> tcp;
};

net::TcpOptions resting(Millis rest) {
  net::TcpOptions options;
  options.limits.rest = rest;
  return options;
}

// Those who have come, once they are so many.
const std::vector<ConnId>& opened(net::Loop& loop, const Server& server, std::size_t count) {
  REQUIRE(run_until(loop, [&] { return server.opened.size() == count; }));
  return server.opened;
}

Bytes filled(std::size_t size) {
  Bytes bytes(size, 'x');
  return bytes;
}

}  // namespace

TEST_CASE("tcp: what a client sends arrives, what is sent to it too") {
  net::Loop loop;
  Server server{loop};
  CHECK(server.address().port != 0);
  RawClient client{server.address()};
  client.send("hello");
  REQUIRE(run_until(loop, [&] { return server.opened.size() == 1; }));
  const ConnId id = server.opened[0];
  REQUIRE(run_until(loop, [&] { return server.received[id] == "hello"; }));
  CHECK(server.connections().send(id, to_bytes(as_bytes("one "))) == Sent::kQueued);
  CHECK(server.connections().send(id, to_bytes(as_bytes("two"))) == Sent::kQueued);
  CHECK(server.connections().queued_bytes(id) == 7);
  REQUIRE(run_until(loop, [&] { return client.received() == "one two"; }));
  CHECK(server.connections().queued_bytes(id) == 0);
  client.close();
  REQUIRE(run_until(loop, [&] { return server.closed.size() == 1; }));
  CHECK(server.closed[id] == "closed by the peer");
  CHECK(server.connections().send(id, Bytes{1}) == Sent::kGone);
  CHECK(server.connections().size() == 0);
}

TEST_CASE("tcp: a reset behind bytes that nobody has read yet is noticed") {
  net::Loop loop;
  Server server{loop};
  RawClient client{server.address()};
  REQUIRE(run_until(loop, [&] { return server.opened.size() == 1; }));
  const ConnId id = server.opened[0];
  client.send("last words");
  client.reset();
  REQUIRE(run_until(loop, [&] { return server.closed.size() == 1; }));
  CHECK(server.received[id] == "last words");
  CHECK(server.closed[id] == "connection reset by peer");
}

TEST_CASE("tcp: a closed connection first gets all that was sent to it") {
  net::Loop loop;
  Server server{loop};
  RawClient client{server.address(), kSmallBuffer};
  REQUIRE(run_until(loop, [&] { return server.opened.size() == 1; }));
  const ConnId id = server.opened[0];
  constexpr std::size_t kBytes = 3U << 20U;
  CHECK(server.connections().send(id, filled(kBytes)) == Sent::kQueued);
  server.connections().close(id, "done");
  CHECK(server.connections().send(id, Bytes{1}) == Sent::kGone);
  REQUIRE(run_until(loop, [&] { return client.ended(); }));
  CHECK(client.received().size() == kBytes);
  CHECK_FALSE(client.was_reset());
  client.close();
  REQUIRE(run_until(loop, [&] { return server.closed.size() == 1; }));
  CHECK(server.closed[id] == "done");
}

TEST_CASE("tcp: a client that only listens still hears what is queued") {
  net::Loop loop;
  Server server{loop};
  RawClient client{server.address(), kSmallBuffer};
  REQUIRE(run_until(loop, [&] { return server.opened.size() == 1; }));
  constexpr std::size_t kBytes = 3U << 20U;
  CHECK(server.connections().send(server.opened[0], filled(kBytes)) == Sent::kQueued);
  client.finish();
  REQUIRE(run_until(loop, [&] { return client.ended(); }));
  CHECK(client.received().size() == kBytes);
  REQUIRE(run_until(loop, [&] { return server.closed.size() == 1; }));
}

TEST_CASE("tcp: a reader that stops fills its own queue and nobody else's") {
  net::Loop loop;
  net::TcpOptions options;
  options.limits.queue_bytes = 1U << 20U;
  Server server{loop, options};
  RawClient slow{server.address(), kSmallBuffer};
  RawClient quick{server.address()};
  REQUIRE(run_until(loop, [&] { return server.opened.size() == 2; }));
  const ConnId first = server.opened[0];
  const ConnId second = server.opened[1];
  std::size_t sent = 0;
  bool full = false;
  const auto piece = std::make_shared<const Bytes>(filled(64U << 10U));
  REQUIRE(run_until(loop, [&] {
    full = server.connections().send(first, piece) == Sent::kFull;
    REQUIRE(server.connections().send(second, piece) == Sent::kQueued);
    sent += piece->size();
    quick.received();
    return full;
  }));
  CHECK(server.connections().queued_bytes(first) <= options.limits.queue_bytes);
  REQUIRE(run_until(loop, [&] { return quick.received().size() == sent; }));
  CHECK(server.drained == 0);

  const std::size_t before = server.connections().queued_bytes(first);
  const std::size_t dropped = server.connections().discard_unsent(first);
  CHECK(dropped % piece->size() == 0);
  CHECK(dropped > 0);
  CHECK(server.connections().queued_bytes(first) == before - dropped);
  // Drained: the kernel has it, perhaps not yet the reader's side of it.
  REQUIRE(run_until(loop, [&] {
    const std::size_t received = slow.received().size();
    return server.drained == 1 && received + dropped >= sent - piece->size();
  }));
  CHECK(slow.received().size() + dropped == sent - piece->size());
}

TEST_CASE("tcp: of many who are sent to at once each gets all, the slow one later") {
  net::Loop loop;
  Server server{loop};
  std::vector<std::unique_ptr<RawClient>> clients;
  for (std::size_t i = 0; i < 12; ++i) {
    clients.push_back(i == 5 ? std::make_unique<RawClient>(server.address(), kSmallBuffer)
                             : std::make_unique<RawClient>(server.address()));
    REQUIRE(run_until(loop, [&] { return server.opened.size() == i + 1; }));
  }
  Bytes large(3'000'000);
  for (std::size_t i = 0; i < large.size(); ++i) large[i] = static_cast<std::uint8_t>(i % 251);
  const auto all = std::make_shared<const Bytes>(large);
  clients[3]->reset();
  for (const ConnId id : server.opened) {
    CHECK(server.connections().send(id, all) == Sent::kQueued);
    CHECK(server.connections().send(id, to_bytes(as_bytes("end"))) == Sent::kQueued);
  }
  REQUIRE(run_until(loop, [&] { return server.closed.count(server.opened[3]) == 1; }));
  large.insert(large.end(), {'e', 'n', 'd'});
  for (std::size_t i = 0; i < clients.size(); ++i) {
    if (i == 3) continue;
    REQUIRE(run_until(loop, [&] { return clients[i]->received().size() == large.size(); }));
    CHECK((clients[i]->received() == as_text(large)));
  }
  CHECK(server.closed.size() == 1);
}

TEST_CASE("tcp: a peer that takes nothing is let go") {
  net::Loop loop;
  net::TcpOptions options;
  options.limits.stall = Millis{50};
  Server server{loop, options};
  RawClient stuck{server.address(), kSmallBuffer};
  REQUIRE(run_until(loop, [&] { return server.opened.size() == 1; }));
  CHECK(server.connections().send(server.opened[0], filled(4U << 20U)) == Sent::kQueued);
  REQUIRE(run_until(loop, [&] { return server.closed.size() == 1; }));
  CHECK(server.closed[server.opened[0]] == "the peer takes nothing");
}

TEST_CASE("tcp: closing ends though the peer never does") {
  net::Loop loop;
  net::TcpOptions options;
  options.limits.close_within = Millis{50};
  Server server{loop, options};
  RawClient deaf{server.address()};
  REQUIRE(run_until(loop, [&] { return server.opened.size() == 1; }));
  server.connections().close(server.opened[0], "bye");
  REQUIRE(run_until(loop, [&] { return server.closed.size() == 1; }));
  CHECK(server.closed[server.opened[0]] == "bye");
}

TEST_CASE("tcp: a reset is an end like any other") {
  net::Loop loop;
  Server server{loop};
  RawClient client{server.address()};
  client.send("half a mess");
  REQUIRE(run_until(loop, [&] { return server.received.size() == 1; }));
  client.reset();
  REQUIRE(run_until(loop, [&] { return server.closed.size() == 1; }));
  CHECK(server.closed[server.opened[0]] == "connection reset by peer");
}

TEST_CASE("tcp: reading stops when it is not wanted, and goes on") {
  net::Loop loop;
  Server server{loop};
  RawClient client{server.address()};
  REQUIRE(run_until(loop, [&] { return server.opened.size() == 1; }));
  const ConnId id = server.opened[0];
  server.connections().want_bytes(id, false);
  client.send("later");
  run_for(loop, Millis{20});
  CHECK(server.received[id].empty());
  server.connections().want_bytes(id, true);
  REQUIRE(run_until(loop, [&] { return server.received[id] == "later"; }));
}

TEST_CASE("tcp: a connection that fills what it may bring at once may bring more, up to a bound") {
  constexpr std::size_t kFirst = 16U << 10U;
  constexpr std::size_t kMost = 64U << 10U;
  net::Loop loop;
  net::TcpOptions options;
  options.limits.read_bytes = kMost;
  Server server{loop, options};
  RawClient client{server.address()};
  REQUIRE(run_until(loop, [&] { return server.opened.size() == 1; }));
  const ConnId id = server.opened[0];
  server.connections().want_bytes(id, false);
  client.send(std::string(2 * kFirst + kMost, 'x'));
  server.connections().want_bytes(id, true);
  REQUIRE(run_until(loop, [&] { return server.received[id].size() == 2 * kFirst + kMost; }));
  CHECK(server.reads.front() <= kFirst);
  CHECK(std::ranges::max(server.reads) > kFirst);
  CHECK(std::ranges::max(server.reads) <= kMost);
}

TEST_CASE("tcp: what may wait is read a rest later, or as soon as it may not") {
  net::Loop loop;
  Server server{loop, resting(Millis{10'000})};
  RawClient client{server.address()};
  const ConnId id = opened(loop, server, 1)[0];
  server.connections().may_wait(id, true);
  for (const std::string_view said : {"one", "two"}) {  // a rest begins when much comes
    client.send(said);
    REQUIRE(run_until(loop, [&] { return server.received[id].ends_with(said); }));
  }
  client.send("three");
  run_for(loop, Millis{20});
  CHECK(server.received[id] == "onetwo");
  server.connections().may_wait(id, false);
  REQUIRE(run_until(loop, [&] { return server.received[id] == "onetwothree"; }));
}

TEST_CASE("tcp: what may wait does not where much comes") {
  net::Loop loop;
  Server server{loop, resting(Millis{10'000})};
  RawClient client{server.address()};
  const ConnId id = opened(loop, server, 1)[0];
  server.connections().may_wait(id, true);
  constexpr std::size_t kMuch = 100'000;
  client.send(std::string(kMuch, 'x'));
  REQUIRE(run_until(loop, [&] { return server.received[id].size() == kMuch; }));
  client.send("one");
  REQUIRE(run_until(loop, [&] { return server.received[id].size() == kMuch + 3; }));
  client.send("two");
  REQUIRE(run_until(loop, [&] { return server.received[id].size() == kMuch + 6; }));
}

TEST_CASE("tcp: the end of one that may wait is noticed after a rest") {
  net::Loop loop;
  Server server{loop, resting(Millis{20})};
  RawClient leaver{server.address()};
  RawClient reset{server.address()};
  for (const ConnId id : opened(loop, server, 2)) server.connections().may_wait(id, true);
  for (const std::string_view said : {"one", "two"}) {
    leaver.send(said);
    reset.send(said);
    REQUIRE(run_until(loop, [&] {
      return std::ranges::all_of(server.opened,
                                 [&](ConnId id) { return server.received[id].ends_with(said); });
    }));
  }
  leaver.send("three");
  leaver.close();
  reset.reset();
  REQUIRE(run_until(loop, [&] { return server.closed.size() == 2; }));
  CHECK(server.received[server.opened[0]] == "onetwothree");
}

TEST_CASE("tcp: handlers may close the connection they are called for") {
  net::Loop loop;
  Server server{loop};
  auto& connections = server.connections();
  std::vector<std::string> calls;
  connections.set_handlers({
      .on_open =
          [&](ConnId id, const net::Address&) {
            calls.emplace_back("open");
            CHECK(connections.send(id, Bytes{'!'}) == Sent::kQueued);
          },
      .on_bytes =
          [&](ConnId id, ByteView) {
            calls.emplace_back("bytes");
            connections.abort(id, "nonsense");
            connections.abort(id, "again");
            CHECK(connections.send(id, Bytes{1}) == Sent::kGone);
          },
      .on_close = [&](ConnId, std::string_view why) { calls.emplace_back(why); },
  });
  RawClient client{server.address()};
  client.send("x");
  REQUIRE(run_until(loop, [&] { return calls.size() == 3; }));
  CHECK(calls == std::vector<std::string>{"open", "bytes", "nonsense"});
}

TEST_CASE("tcp: over the cap one is closed at once, and a place that is left can be taken") {
  net::Loop loop;
  net::TcpOptions options;
  options.caps.total = 2;
  Server server{loop, options};
  RawClient a{server.address()};
  RawClient b{server.address()};
  RawClient c{server.address()};
  REQUIRE(run_until(loop, [&] { return c.ended(); }));
  CHECK(server.opened.size() == 2);
  a.close();
  REQUIRE(run_until(loop, [&] { return server.closed.size() == 1; }));
  RawClient d{server.address()};
  REQUIRE(run_until(loop, [&] { return server.opened.size() == 3; }));
}

TEST_CASE("tcp: without descriptors callers are refused and the loop does not spin") {
  net::Loop loop;
  Server server{loop};
  rlimit before{};
  REQUIRE(getrlimit(RLIMIT_NOFILE, &before) == 0);
  RawClient first{server.address()};
  REQUIRE(run_until(loop, [&] { return server.opened.size() == 1; }));
  RawClient second{server.address()};
  // No number below the limit is free: the second caller's own descriptor was the last.
  const rlimit none{static_cast<rlim_t>(second.fd()) + 1, before.rlim_max};
  REQUIRE(setrlimit(RLIMIT_NOFILE, &none) == 0);
  const bool refused = run_until(loop, [&] { return second.ended(); });
  setrlimit(RLIMIT_NOFILE, &before);
  CHECK(refused);
  CHECK(server.opened.size() == 1);
  RawClient third{server.address()};
  CHECK(run_until(loop, [&] { return server.opened.size() == 2; }));
}

TEST_CASE("tcp: a port in use is an error with its reason") {
  net::Loop loop;
  Server server{loop};
  const auto again = net::TcpServer::listen(loop, server.address());
  REQUIRE_FALSE(again);
  CHECK(again.error().text ==
        "unable to listen on " + to_string(server.address()) + ": address already in use");
}

TEST_CASE("tcp: two listeners share a port when both ask for it") {
  net::Loop loop;
  net::TcpOptions options;
  options.reuse_port = true;
  const auto one = net::TcpServer::listen(loop, {"127.0.0.1", 0}, options);
  REQUIRE(one);
  CHECK(net::TcpServer::listen(loop, (*one)->address(), options));
}

TEST_CASE("tcp: one server listens in several places, and stops in all of them") {
  net::Loop loop;
  Server server{loop};
  const auto second = server.tcp->add({"127.0.0.1", 0});
  REQUIRE(second);
  CHECK(second->port != server.address().port);
  RawClient one{server.address()};
  RawClient two{*second};
  CHECK(run_until(loop, [&] { return server.opened.size() == 2; }));
  server.tcp->stop_listening();
  CHECK(net::TcpServer::listen(loop, server.address()));
  CHECK(net::TcpServer::listen(loop, *second));
}

TEST_CASE("tcp: what may wait leaves with what comes later, or when its time is over") {
  net::Loop loop;
  net::TcpOptions options;
  options.limits.gather = Millis{400};
  Server server{loop, options};
  RawClient client{server.address()};
  REQUIRE(run_until(loop, [&] { return server.opened.size() == 1; }));
  const ConnId id = server.opened[0];
  const auto later = [&](std::uint8_t byte) {
    return server.connections().send_later(id, std::make_shared<const Bytes>(1, byte));
  };
  const TimePoint start = loop.now();
  CHECK(later('a') == Sent::kQueued);
  CHECK(later('b') == Sent::kQueued);
  CHECK(run_until(loop, [&] { return server.connections().queued_bytes(id) == 0; }));
  CHECK(loop.now() - start >= Millis{390});
  later('c');
  server.connections().send(id, Bytes{'d'});
  const TimePoint again = loop.now();
  CHECK(run_until(loop, [&] { return client.received() == "abcd"; }));
  CHECK(loop.now() - again < Millis{300});
}

TEST_CASE("tcp: a dialled connection is handled like an accepted one") {
  net::Loop loop;
  Server server{loop};
  net::TcpConnections& connections = server.connections();
  ConnId dialled{};
  net::TcpDial dial{loop, server.address(), Millis{2000}, [&](Result<UniqueFd> socket) {
                      REQUIRE(socket);
                      dialled = connections.adopt(std::move(*socket), server.address());
                      CHECK(connections.send(dialled, Bytes{'h', 'i'}) == Sent::kQueued);
                    }};
  REQUIRE(run_until(loop, [&] { return server.opened.size() == 2; }));
  const ConnId accepted = server.opened[0] == dialled ? server.opened[1] : server.opened[0];
  REQUIRE(run_until(loop, [&] { return server.received[accepted] == "hi"; }));
}

TEST_CASE("tcp: dialling nobody says who does not answer and why") {
  net::Loop loop;
  net::Address closed;
  {
    Server gone{loop};
    closed = gone.address();
  }
  std::optional<Error> error;
  net::TcpDial dial{loop, closed, Millis{2000},
                    [&](Result<UniqueFd> socket) { error = socket.error(); }};
  CHECK_FALSE(error);
  REQUIRE(run_until(loop, [&] { return error.has_value(); }));
  CHECK(*error == Error{Code::kUnreachable,
                        "unable to connect to " + to_string(closed) + ": connection refused"});
}

TEST_CASE("tcp: a dial gives up in time") {
  net::Loop loop;
  // A full backlog answers no one: the kernel keeps the caller waiting.
  const UniqueFd full{socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)};
  auto where = *net::resolve({"127.0.0.1", 0});
  REQUIRE(bind(full.get(), where.get(), where.size) == 0);
  REQUIRE(listen(full.get(), 0) == 0);
  const net::Address address = net::local_address(full.get());
  RawClient sits_there{address};
  std::optional<Error> error;
  const auto note = [&](Result<UniqueFd> socket) {
    if (!socket) error = socket.error();
  };
  net::TcpDial one{loop, address, Millis{50}, note};
  net::TcpDial two{loop, address, Millis{50}, note};
  REQUIRE(run_until(loop, [&] { return error.has_value(); }));
  CHECK(error->text == "unable to connect to " + to_string(address) + ": no answer in 50 ms");
}
