#include <string>
#include <vector>

#include <doctest/doctest.h>

#include "net/run_until.h"
#include "net/ws_peer.h"
#include "net/ws_server.h"

using namespace so;

TEST_CASE("ws: what is sent waits for company where that is asked") {
  net::Loop loop;
  net::WsListener listener;
  listener.address = {"127.0.0.1", 0};
  net::WsOptions options;
  options.coalesce = Millis{50};
  auto opened = net::WsServer::open(loop, {listener}, options);
  REQUIRE(opened);
  net::WsServer& server = **opened;
  std::vector<net::ConnId> ids;
  server.set_handlers(0, {.on_open = [&](net::ConnId id, const net::HttpRequest&,
                                         std::string_view) { ids.push_back(id); }});
  WsPeer peer{server.addresses()[0]};
  peer.send(WsPeer::request("/"));
  REQUIRE(run_until(loop, [&] { return peer.status() == 101; }));
  constexpr std::size_t kTurns = 10;
  for (std::size_t i = 0; i < kTurns; ++i) {
    server.send(ids[0], net::Frame::text(std::to_string(i)));
    run_until(loop, [n = 0]() mutable { return ++n == 2; });
  }
  REQUIRE(run_until(loop, [&] { return peer.frames().size() == kTurns; }));
  CHECK(peer.frames().back() == WsPeer::Frame{1, "9"});
  CHECK(server.counters().writes < kTurns);
  server.close(ids[0], 1000, "");
  REQUIRE(run_until(loop, [&] { return peer.close_code() == 1000; }));
}
