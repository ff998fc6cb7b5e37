// Requests with a body, and replies that last until the close, over real sockets.
#include <string>
#include <vector>

#include <doctest/doctest.h>

#include "net/run_until.h"
#include "net/ws_peer.h"
#include "net/ws_server.h"

using namespace so;

namespace {

/// A server that answers each body with itself, and refuses what goes to /no.
struct ContentTest {
  explicit ContentTest(Millis handshake = Millis{10'000}, std::vector<std::string> origins = {}) {
    net::WsListener listener;
    listener.address = {"127.0.0.1", 0};
    listener.message_bytes = 100'000;
    listener.queue_bytes = 100'000;
    listener.origins = std::move(origins);
    net::WsOptions options;
    options.handshake = handshake;
    auto opened = net::WsServer::open(loop, {listener}, options);
    REQUIRE(opened);
    ws = std::move(*opened);
    net::WsHandlers handlers;
    handlers.on_close = [this](net::ConnId, std::uint16_t code) { closed.push_back(code); };
    handlers.on_get_later = [this](net::ConnId id, const net::HttpRequest& r) {
      last = r;
      stream = id;
      ws->reply(id, {.content_type = "text/event-stream", .until_close = true});
      return true;
    };
    handlers.on_method = [this](const net::HttpRequest& r) -> std::optional<net::HttpReply> {
      last = r;
      if (r.method == "OPTIONS") return net::HttpReply{.status = 204};
      if (r.path == "/no") return net::HttpReply{.status = 401, .body = "no"};
      return std::nullopt;
    };
    handlers.on_body = [this](net::ConnId id, const net::HttpRequest& r, std::string_view body) {
      ws->reply(id, {.body = r.method + " " + std::string{body}});
    };
    ws->set_handlers(0, std::move(handlers));
  }

  net::Loop loop;
  std::unique_ptr<net::WsServer> ws;
  net::HttpRequest last;
  net::ConnId stream{};
  std::vector<std::uint16_t> closed;

  [[nodiscard]] net::Address address() const { return ws->addresses()[0]; }
  std::string answer(WsPeer& peer) {
    REQUIRE(run_until(loop, [&] { return peer.ended(); }));
    const std::string& reply = peer.received();
    if (reply.size() < 12) return "";
    return reply.substr(9, 3) + " " + reply.substr(reply.find("\r\n\r\n") + 4);
  }
  std::string ask(std::string_view request) {
    WsPeer peer{address()};
    peer.send(request);
    return answer(peer);
  }
};

std::string post(std::string_view path, std::string_view body, std::string_view more = "") {
  return "POST " + std::string{path} +
         " HTTP/1.1\r\nHost: test\r\nContent-Length: " + std::to_string(body.size()) + "\r\n" +
         std::string{more} + "\r\n" + std::string{body};
}

}  // namespace

TEST_CASE("http: a body is read, in one piece or byte by byte") {
  ContentTest test;
  CHECK(test.ask(post("/x?a=1", "hello")) == "200 POST hello");
  CHECK(test.last.parameter("a") == "1");
  CHECK(test.ask(post("/x", "")) == "200 POST ");
  WsPeer peer{test.address()};
  for (const char c : post("/x", "drip by drip")) {
    peer.send(std::string(1, c));
    run_for(test.loop, Millis{1});
  }
  CHECK(test.answer(peer) == "200 POST drip by drip");
  const std::string large(100'000, 'x');
  CHECK(test.ask(post("/x", large)) == "200 POST " + large);
  REQUIRE(run_until(test.loop, [&] { return test.closed.size() == 4; }));
  CHECK(test.ws->connections() == 0);
}

TEST_CASE("http: other methods have a body or none") {
  ContentTest test;
  CHECK(test.ask("PUT /x HTTP/1.1\r\nHost: t\r\nContent-Length: 2\r\n\r\nhi") == "200 PUT hi");
  CHECK(test.ask("DELETE /x HTTP/1.1\r\nHost: t\r\n\r\n") == "200 DELETE ");
  CHECK(test.ask("PATCH /x HTTP/1.1\r\nHost: t\r\nContent-Length: 2\r\n\r\nhi") == "200 PATCH hi");
}

TEST_CASE("http: the headers that matter arrive") {
  ContentTest test;
  test.ask(post("/x", "",
                "Content-Type: application/json; charset=utf-8\r\nIdempotency-Key: k-1\r\n"
                "If-None-Match: \"e\"\r\nLast-Event-ID: 7\r\nAccept: text/html, a/b;q=1\r\n"));
  CHECK(net::is_type(test.last.content_type, "application/json"));
  CHECK(test.last.idempotency_key == "k-1");
  CHECK(test.last.last_event_id == "7");
  CHECK(test.last.if_none_match == "\"e\"");
  CHECK(net::names_type(test.last.accept, "A/B"));
  CHECK_FALSE(net::names_type(test.last.accept, "text"));
}

TEST_CASE("http: what is refused is answered before its body has come, or while it comes") {
  ContentTest test;
  const auto head = [](std::string_view headers) {
    return "POST /x HTTP/1.1\r\nHost: test\r\n" + std::string{headers} + "\r\n";
  };
  CHECK(test.ask(head("")).starts_with("411"));
  CHECK(test.ask(head("Transfer-Encoding: chunked\r\n")).starts_with("411"));
  for (const char* length : {"-1", "+1", "1x", " ", "0x10", "99999999999999999999"}) {
    CAPTURE(length);
    const std::string answer = test.ask(head("Content-Length: " + std::string{length} + "\r\n"));
    CHECK((answer.starts_with("400") || answer.starts_with("411")));
  }
  CHECK(test.ask(head("Content-Length: 1\r\nContent-Length: 2\r\n")).starts_with("400"));
  CHECK(test.ask(head("Content-Length: 100001\r\n")) ==
        "413 the body is over the limit of 100000 bytes\n");
  CHECK(test.ask(post("/no", std::string(90'000, 'x'))) == "401 no");
  CHECK(test.ws->counters().too_big == 1);
}

TEST_CASE("http: who waits to be told to go on is told so") {
  ContentTest test;
  WsPeer peer{test.address()};
  peer.send("POST /x HTTP/1.1\r\nHost: test\r\nContent-Length: 2\r\nExpect: 100-continue\r\n\r\n");
  REQUIRE(run_until(test.loop, [&] { return peer.answered(); }));
  CHECK(peer.received() == "HTTP/1.1 100 Continue\r\n\r\n");
  peer.send("hi");
  REQUIRE(run_until(test.loop, [&] { return peer.ended(); }));
  CHECK(peer.received().ends_with("POST hi"));
}

TEST_CASE("http: half a body is not waited for forever, however it drips") {
  ContentTest test{Millis{200}};
  WsPeer silent{test.address()};
  silent.send("POST /x HTTP/1.1\r\nHost: test\r\nContent-Length: 1000\r\n\r\nhalf");
  WsPeer dripping{test.address()};
  dripping.send("POST /x HTTP/1.1\r\nHost: test\r\nContent-Length: 100000\r\n\r\n");
  REQUIRE(run_until(test.loop, [&] {
    if (!dripping.ended()) ::send(dripping.fd(), "x", 1, MSG_NOSIGNAL);
    return silent.ended() && dripping.ended();
  }));
  CHECK(test.ws->counters().late == 2);
  CHECK(test.closed.empty());
}

TEST_CASE("http: a client that goes while its body comes is forgotten") {
  ContentTest test;
  WsPeer peer{test.address()};
  peer.send("POST /x HTTP/1.1\r\nHost: test\r\nContent-Length: 1000\r\n\r\nhalf");
  REQUIRE(run_until(test.loop, [&] { return test.last.method == "POST"; }));
  peer.reset();
  CHECK(test.ask(post("/x", "next")) == "200 POST next");
  CHECK(test.closed.size() == 1);
}

TEST_CASE("http: pages of listed origins may read what they asked, others may not") {
  ContentTest test{Millis{10'000}, {"https://good.example"}};
  const auto origin = [](std::string_view name) { return "Origin: " + std::string{name} + "\r\n"; };
  WsPeer good{test.address()};
  good.send(post("/x", "1", origin("https://good.example")));
  test.answer(good);
  CHECK(test.last.welcome == net::Welcome::kNamed);
  CHECK(good.received().find("Access-Control-Allow-Origin: https://good.example\r\n") !=
        std::string::npos);
  CHECK(good.received().find("Access-Control-Allow-Credentials: true\r\n") != std::string::npos);
  WsPeer evil{test.address()};
  evil.send(post("/x", "1", origin("https://evil.example")));
  test.answer(evil);
  CHECK(test.last.welcome == net::Welcome::kNo);
  CHECK(evil.received().find("Access-Control") == std::string::npos);
  CHECK(test.ask("OPTIONS /x HTTP/1.1\r\nHost: t\r\n\r\n") == "204 ");

  ContentTest open{Millis{10'000}, {"*"}};
  WsPeer any{open.address()};
  any.send(post("/x", "1", origin("https://any.example")));
  open.answer(any);
  CHECK(open.last.welcome == net::Welcome::kAnyone);
  CHECK(any.received().find("Access-Control-Allow-Origin: *\r\n") != std::string::npos);
  CHECK(any.received().find("Credentials") == std::string::npos);  // cookies prove nothing
}

TEST_CASE("http: a reply until the close is what is sent, and nothing else") {
  ContentTest test;
  WsPeer peer{test.address()};
  peer.send("GET /x HTTP/1.1\r\nHost: test\r\n\r\n");
  REQUIRE(run_until(test.loop, [&] { return peer.answered(); }));
  CHECK(peer.received().find("Content-Length") == std::string::npos);
  CHECK(peer.received().find("Transfer-Encoding") == std::string::npos);
  test.ws->send(test.stream, net::Frame::piece("one\n"));
  test.ws->send(test.stream, net::Frame::piece("two\n"));
  test.ws->close(test.stream, net::close_code::kNormal, "");
  REQUIRE(run_until(test.loop, [&] { return peer.ended() && !test.closed.empty(); }));
  CHECK(peer.received().ends_with("\r\n\r\none\ntwo\n"));
  CHECK(test.closed == std::vector<std::uint16_t>{net::close_code::kNormal});
}

TEST_CASE("http: a reader that reads nothing is cut off at the bound") {
  ContentTest test;
  WsPeer peer{test.address(), 4096};
  peer.send("GET /x HTTP/1.1\r\nHost: test\r\n\r\n");
  REQUIRE(run_until(test.loop, [&] { return test.stream != net::ConnId{}; }));
  const net::Frame frame = net::Frame::piece(std::string(50'000, 'x'));
  REQUIRE(run_until(test.loop,
                    [&] { return test.ws->send(test.stream, frame) != net::Sent::kQueued; }));
  REQUIRE(run_until(test.loop, [&] { return !test.closed.empty(); }));
  CHECK(test.closed[0] == net::close_code::kSlowConsumer);
  CHECK(test.ws->counters().slow_consumers == 1);
}
