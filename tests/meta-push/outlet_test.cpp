#include "outlet.h"

#include <memory>
#include <optional>
#include <string>

#include <doctest/doctest.h>

#include "intake.h"
#include "net/tcp_server.h"
#include "support/captured.h"
#include "support/fake_bus.h"
#include "support/wait.h"

using namespace so;

namespace {

/// A server that can go away and come back to its port.
struct Server {
  explicit Server(net::Loop& loop, const net::Address& address = {"127.0.0.1", 0}) {
    auto listening = net::TcpServer::listen(loop, address);
    REQUIRE(listening);
    tcp = std::move(*listening);
    tcp->connections().set_handlers(
        {.on_open = [this](net::ConnId id, const net::Address&) { last = id; },
         .on_bytes = [this](net::ConnId, ByteView bytes) { received += as_text(bytes); },
         .on_drained = {},
         .on_close = [this](net::ConnId, std::string_view) { ++closed; }});
  }

  std::unique_ptr<net::TcpServer> tcp;
  net::ConnId last = net::kNoConn;
  std::string received;
  int closed = 0;
};

std::string event(int n) {
  return fmt::format(R"({{"event":"meta","stream":"/a","timestamp":7,"data":{}}})", n);
}
std::string line(int n) {
  return fmt::format("{{\"EMS\":{{\"type\":\"json\",\"timestamp\":7}},\"data\":{}}}\n", n);
}

}  // namespace

TEST_CASE("what is followed leaves wrapped, one a line, and at the end all of it has left") {
  net::Loop loop;
  Server server{loop};
  meta::Outlet outlet{loop, server.tcp->address(), 1000};
  outlet.push(event(1));  // before there is a connection
  outlet.start();
  REQUIRE(wait_until(loop, [&] { return server.received == line(1); }));
  outlet.push(event(2));
  std::optional<Exit> done;
  outlet.drain([&](Exit exit) { done = exit; });
  REQUIRE(wait_until(loop, [&] { return done.has_value(); }));
  CHECK(done == Exit::kOk);
  REQUIRE(wait_until(loop, [&] { return server.received == line(1) + line(2); }));
}

TEST_CASE("what waits for a server is bounded: the oldest give way, and how many is said") {
  net::Loop loop;
  std::optional<Server> server{loop};
  const net::Address address = server->tcp->address();
  server.reset();
  test::Captured err{stderr};
  meta::Outlet outlet{loop, address, 3 * line(1).size()};
  outlet.start();
  for (int n = 1; n <= 5; ++n) outlet.push(event(n));
  CHECK(outlet.dropped() == 2);
  server.emplace(loop, address);
  REQUIRE(wait_until(loop, [&] { return !server->received.empty(); }));
  REQUIRE(wait_until(loop, [&] { return server->received == line(3) + line(4) + line(5); }));
  CHECK(err.take().find("the oldest 2 values were dropped") != std::string::npos);
}

TEST_CASE("what a server says is pushed, and half a value ends with its connection") {
  net::Loop loop;
  FakeBus bus;
  bus::Client hub{bus, loop, "meta-push"};
  test::Captured err{stderr};
  Server server{loop};
  meta::Intake intake{loop, hub, server.tcp->address(), {.stream = "/live/cam"}};
  bus.link(true);
  bus.done(bus.next(), R"({"hub":"00000000000000aa","beat":5000,"lease":15000})");
  intake.start();
  REQUIRE(wait_until(loop, [&] { return server.last != net::kNoConn; }));
  const auto say = [&](std::string_view text) {
    server.tcp->connections().send(server.last, to_bytes(as_bytes(text)));
  };
  const auto pushed = [&] {
    REQUIRE(wait_until(loop, [&] { return !bus.idle(); }));
    const wire::Frame frame = bus.next();
    bus.done(frame);
    return frame.body;
  };
  say("1\n{\"half\":");
  turn(loop);
  CHECK(bus.idle());  // the tool has not said that the hub is there
  intake.hub_is(true);
  CHECK(pushed() == R"({"data":1})");
  const net::ConnId first = server.last;
  server.tcp->connections().close(first, "gone");
  REQUIRE(wait_until(loop, [&] { return server.last != first; }));
  say("2\n");
  CHECK(pushed() == R"({"data":2})");
  CHECK(err.take().find(", line 2: the value is not complete") != std::string::npos);
}
