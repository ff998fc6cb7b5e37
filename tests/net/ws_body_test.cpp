// Answers that come later, bodies that have no end yet, and messages in two pieces, over real
// sockets.
#include <optional>
#include <string>

#include <doctest/doctest.h>

#include "net/run_until.h"
#include "net/ws_peer.h"
#include "net/ws_server.h"

using namespace so;

namespace {

/// A server that promises an answer to /later, and leaves everything else to others.
struct LaterTest {
  LaterTest() {
    net::WsListener listener;
    listener.address = {"127.0.0.1", 0};
    listener.queue_bytes = 16U << 20U;
    auto opened = net::WsServer::open(loop, {listener});
    REQUIRE(opened);
    ws = std::move(*opened);
    ws->set_handlers(0, {.on_open = [this](net::ConnId its_id, const net::HttpRequest&,
                                           std::string_view) { id = its_id; },
                         .on_close = [this](net::ConnId, std::uint16_t code) { closed = code; },
                         .on_get_later =
                             [this](net::ConnId its_id, const net::HttpRequest& r) {
                               if (r.path != "/later") return false;
                               id = its_id;
                               return true;
                             }});
  }

  net::Loop loop;
  std::unique_ptr<net::WsServer> ws;
  std::optional<net::ConnId> id;
  std::optional<std::uint16_t> closed;

  void come(WsPeer& peer, std::string_view request) {
    peer.send(request);
    REQUIRE(run_until(loop, [&] { return id.has_value(); }));
  }
  [[nodiscard]] net::Address address() const { return ws->addresses()[0]; }
};

constexpr std::string_view kGet = "GET /later HTTP/1.1\r\nHost: test\r\n\r\n";

std::string body_of(const std::string& reply) {
  return reply.substr(reply.find("\r\n\r\n") + 4);
}

}  // namespace

TEST_CASE("http: an answer may come later, and is the end of the connection") {
  LaterTest test;
  WsPeer peer{test.address()};
  test.come(peer, kGet);
  CHECK(test.ws->connections() == 1);
  test.ws->reply(*test.id, {.status = 404, .body = "no"});
  test.ws->reply(*test.id, {.status = 200, .body = "only the first counts"});
  REQUIRE(run_until(test.loop, [&] { return peer.ended() && test.closed; }));
  CHECK(peer.status() == 404);
  CHECK(body_of(peer.received()) == "no");
  CHECK(test.ws->connections() == 0);
}

TEST_CASE("http: what nobody promises is answered as before") {
  LaterTest test;
  WsPeer peer{test.address()};
  peer.send("GET /other HTTP/1.1\r\nHost: test\r\n\r\n");
  REQUIRE(run_until(test.loop, [&] { return peer.ended(); }));
  CHECK(peer.status() == 404);
  CHECK_FALSE(test.closed);
}

TEST_CASE("http: a body comes in chunks until it is closed") {
  LaterTest test;
  WsPeer peer{test.address()};
  test.come(peer, kGet);
  test.ws->reply(*test.id, {.content_type = "video/mp4", .chunked = true});
  CHECK(test.ws->send(*test.id, net::Frame::chunk(true, {Bytes{'a', 'b'}}, share(Bytes{'c'}))) ==
        net::Sent::kQueued);
  test.ws->send(*test.id, net::Frame::chunk(false, {Bytes(10, 'x')}, {}));
  REQUIRE(run_until(test.loop, [&] { return peer.received().ends_with("xxxxxxxxxx"); }));
  CHECK(peer.received().find("Transfer-Encoding: chunked\r\n") != std::string::npos);
  CHECK(peer.received().find("Content-Length") == std::string::npos);
  test.ws->close(*test.id, net::close_code::kNormal, "");
  CHECK(test.ws->send(*test.id, net::Frame::last_chunk()) == net::Sent::kGone);
  REQUIRE(run_until(test.loop, [&] { return peer.ended() && test.closed; }));
  CHECK(body_of(peer.received()) == "3\r\nabc\r\na\r\nxxxxxxxxxx\r\n0\r\n\r\n");
  CHECK(test.closed == net::close_code::kNormal);
}

TEST_CASE("http: a reader of a body who goes away is noticed") {
  LaterTest test;
  {
    WsPeer peer{test.address()};
    test.come(peer, kGet);
    test.ws->reply(*test.id, {.chunked = true});
    REQUIRE(run_until(test.loop, [&] { return peer.answered(); }));
  }
  REQUIRE(run_until(test.loop, [&] { return test.closed.has_value(); }));
  CHECK(test.ws->connections() == 0);
}

TEST_CASE("a large message in two pieces reaches a slow reader whole, by both doors") {
  const SharedView tail = share(Bytes(3U << 20U, 'p'));
  SUBCASE("WebSocket") {
    LaterTest test;
    WsPeer peer{test.address()};
    test.come(peer, WsPeer::request("/"));
    const Bytes head(100'000, 'h');
    for (int i = 0; i < 3; ++i) test.ws->send(*test.id, net::Frame::binary_shared({head}, tail));
    REQUIRE(run_until(
        test.loop, [&] { return peer.frames().size() == 3; }, Millis{20'000}));
    for (const WsPeer::Frame& frame : peer.frames()) {
      CHECK(frame.payload.size() == head.size() + tail.bytes.size());
      CHECK(frame.payload.find_first_not_of('h') == head.size());
      CHECK(frame.payload.find_last_not_of('p') == head.size() - 1);
    }
  }
  SUBCASE("HTTP") {
    LaterTest test;
    WsPeer peer{test.address()};
    test.come(peer, kGet);
    test.ws->reply(*test.id, {.chunked = true});
    test.ws->send(*test.id, net::Frame::chunk(true, {Bytes(5, 'h')}, tail));
    test.ws->close(*test.id, net::close_code::kNormal, "");
    REQUIRE(run_until(
        test.loop, [&] { return peer.ended(); }, Millis{20'000}));
    CHECK(body_of(peer.received()).size() == 8 + 5 + tail.bytes.size() + 7);
  }
}
