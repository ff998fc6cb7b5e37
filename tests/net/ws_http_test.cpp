#include <algorithm>
#include <array>
#include <memory>
#include <string>
#include <vector>

#include <doctest/doctest.h>

#include "net/run_until.h"
#include "net/ws_peer.h"
#include "net/ws_server.h"

using namespace so;

namespace {

const std::string& large_page() {
  static const std::string page(3U << 20U, 'p');
  return page;
}

// A listener with a page, a tool's own path, and two subprotocols.
struct Site {
  explicit Site(net::Loop& its_loop, net::WsOptions options = {},
                std::vector<std::string> origins = {})
      : loop(its_loop) {
    pages = {{"/index.html", "<p>home"}, {"/large.js", large_page()}};
    net::WsListener listener;
    listener.address = {"127.0.0.1", 0};
    listener.subprotocols = {"chat", "scopewire.v1"};
    listener.pages = pages;
    listener.origins = std::move(origins);
    auto opened = net::WsServer::open(loop, {listener}, options);
    REQUIRE(opened);
    ws = std::move(*opened);
    ws->set_handlers(
        0, {.on_request =
                [this](const net::HttpRequest& request) {
                  welcome = request.welcome;
                  return request.path == "/secret" ? net::WsVerdict::refuse(401, "who are you?")
                                                   : net::WsVerdict::accept();
                },
            .on_open = [this](net::ConnId, const net::HttpRequest&,
                              std::string_view agreed) { subprotocols.emplace_back(agreed); },
            .on_get = [](const net::HttpRequest& request) -> std::optional<net::HttpReply> {
              if (request.path != "/hello") return std::nullopt;
              return net::HttpReply{.body = "hello " + std::string{request.parameter("name")}};
            }});
  }
  [[nodiscard]] net::Address address() const { return ws->addresses()[0]; }

  // The whole answer to one request.
  std::string ask(std::string_view request) {
    WsPeer peer{address()};
    peer.send(request);
    REQUIRE(run_until(loop, [&] { return peer.ended(); }));
    return peer.received();
  }
  // The status of one handshake; 101 leaves it open for a moment.
  int shake(std::string_view request) {
    WsPeer peer{address()};
    peer.send(request);
    REQUIRE(run_until(loop, [&] { return peer.status() != 0 || peer.ended(); }));
    return peer.status();
  }

  net::Loop& loop;
  std::vector<net::Page> pages;
  std::vector<std::string> subprotocols;
  net::Welcome welcome{};  // of the last who wanted an upgrade
  std::unique_ptr<net::WsServer> ws;
};

bool has(std::string_view text, std::string_view what) {
  return text.find(what) != std::string_view::npos;
}

std::string get(std::string_view target) {
  return "GET " + std::string{target} + " HTTP/1.1\r\nHost: h\r\n\r\n";
}

}  // namespace

TEST_CASE("http: pages, own paths and what is not there") {
  net::Loop loop;
  Site site{loop};
  const std::string home = site.ask(get("/"));
  CHECK(home.starts_with("HTTP/1.1 200 OK\r\n"));
  CHECK(has(home, "Content-Type: text/html; charset=utf-8\r\n"));
  CHECK(has(home, "Content-Security-Policy: default-src 'self'"));
  CHECK(home.ends_with("\r\n\r\n<p>home"));
  CHECK(site.ask(get("/hello?name=you%20there")).ends_with("\r\n\r\nhello you there"));
  CHECK(site.ask(get("/nothing")).starts_with("HTTP/1.1 404 Not Found\r\n"));
  CHECK(site.ask(get("/x/../index.html")).ends_with("<p>home"));
  CHECK(site.ask("HEAD / HTTP/1.1\r\nHost: h\r\n\r\n").ends_with("\r\n\r\n"));
  CHECK(has(site.ask("HEAD / HTTP/1.1\r\nHost: h\r\n\r\n"), "Content-Length: 7\r\n"));
  CHECK(site.ws->counters().requests == 6);
}

TEST_CASE("http: other methods are told what there is") {
  net::Loop loop;
  Site site{loop};
  for (const char* method : {"POST", "PUT", "DELETE", "OPTIONS", "PATCH"}) {
    const std::string reply =
        site.ask(std::string{method} + " / HTTP/1.1\r\nHost: h\r\nContent-Length: 4\r\n\r\nbody");
    CHECK_MESSAGE(reply.starts_with("HTTP/1.1 405 Method Not Allowed\r\n"), method);
    CHECK(has(reply, "\r\nAllow: GET, HEAD\r\n"));
  }
}

TEST_CASE("http: a large page reaches a slow reader whole") {
  net::Loop loop;
  Site site{loop};
  WsPeer peer{site.address(), 4096};
  CHECK(site.ws->replies() == 0);
  peer.send(get("/large.js"));
  REQUIRE(run_until(loop, [&] { return peer.status() == 200; }));
  CHECK(site.ws->replies() == 1);
  REQUIRE(run_until(loop, [&] { return peer.ended(); }));
  CHECK(site.ws->replies() == 0);
  CHECK_FALSE(peer.was_reset());
  CHECK(peer.received().size() - peer.received().find("\r\n\r\n") - 4 == large_page().size());
}

TEST_CASE("http: who asks on while he is answered, or reads nothing, is cut off") {
  net::Loop loop;
  net::WsOptions options;
  options.handshake = Millis{100};
  Site site{loop, options};
  WsPeer talker{site.address(), 4096};
  talker.send(get("/large.js") + get("/"));
  REQUIRE(run_until(loop, [&] { return site.ws->counters().requests == 1; }));
  run_for(loop, Millis{300});
  talker.received();
  REQUIRE(run_until(loop, [&] { return talker.ended(); }));
  CHECK(talker.received().size() < large_page().size());
  CHECK(site.ws->counters().requests == 1);
}

TEST_CASE("W2: subprotocols are agreed on in the client's order") {
  net::Loop loop;
  Site site{loop};
  const auto offer = [](std::string_view list) {
    return WsPeer::request("/", "Sec-WebSocket-Protocol: " + std::string{list} + "\r\n");
  };
  CHECK(site.shake(WsPeer::request("/")) == 101);
  CHECK(site.shake(offer("chat")) == 101);
  CHECK(site.shake(offer("other, scopewire.v1, chat")) == 101);
  CHECK(site.shake(offer("other")) == 400);
  CHECK(site.shake(offer("chat-extra")) == 400);
  CHECK(site.shake(offer("chat, " + std::string(200, 'x'))) == 400);
  CHECK(site.subprotocols == std::vector<std::string>{"", "chat", "scopewire.v1"});
  WsPeer peer{site.address()};
  peer.send(offer("chat"));
  REQUIRE(run_until(loop, [&] { return peer.answered(); }));
  CHECK(has(peer.received(), "\r\nSec-WebSocket-Protocol: chat\r\n"));
}

TEST_CASE("W1: a handshake that is not in order gets its status, not a 101") {
  net::Loop loop;
  Site site{loop};
  const std::string good = WsPeer::request("/");
  const auto with = [&](std::string_view from, std::string_view to) {
    std::string request = good;
    request.replace(request.find(from), from.size(), to);
    return request;
  };
  CHECK(site.shake(with("GET", "POST")) == 405);
  CHECK(site.shake(with("HTTP/1.1", "HTTP/1.0")) == 400);
  CHECK(site.shake(with("Host: test\r\n", "")) == 400);
  CHECK(site.shake(with("Connection: Upgrade\r\n", "")) == 400);
  CHECK(site.shake(with("Connection: Upgrade", "Connection: close")) == 400);
  CHECK(site.shake(with("Sec-WebSocket-Version: 13\r\n", "")) == 426);
  CHECK(site.shake(with("Sec-WebSocket-Version: 13", "Sec-WebSocket-Version: 14")) == 426);
  CHECK(site.shake(with("dGhlIHNhbXBsZSBub25jZQ==", "c2hvcnQ=")) == 400);
  CHECK(site.shake(with("GET /", "GET /%0Ax")) == 400);
  CHECK(site.shake(with("GET /", "GET /%FF")) == 400);
  CHECK(site.shake(with("GET / ", "GET /secret ")) == 401);
  CHECK(site.shake(with("Upgrade: websocket", "Upgrade: h2c")) == 400);
  CHECK(site.shake(with("Upgrade: websocket", "Upgrade: TLS/1.0")) == 403);  // the library's own
  CHECK(site.subprotocols.empty());
}

TEST_CASE("W11: pages come from the own host or one that is listed, exactly") {
  net::Loop loop;
  Site site{loop, {}, {"https://chat.example"}};
  const auto from = [&](std::string_view host, std::string_view origin) {
    std::string request = WsPeer::request("/", "Origin: " + std::string{origin} + "\r\n");
    return site.shake(request.replace(request.find("test"), 4, host));
  };
  CHECK(site.shake(WsPeer::request("/")) == 101);  // no browser
  CHECK(from("localhost:1", "http://localhost:1") == 101);
  CHECK(from("localhost:1", "http://localhost:2") == 403);
  CHECK(from("localhost:1", "http://localhost") == 403);
  CHECK(from("evil.example", "http://evil.example") == 403);  // a name that points at loopback
  CHECK(from("localhost:1", "https://chat.example") == 101);
  CHECK(from("localhost:1", "http://chat.example") == 403);
  CHECK(from("localhost:1", "https://chat.example:444") == 403);
  CHECK(from("localhost:1", "https://my.chat.example") == 403);
  CHECK(from("localhost:1", "m") == 403);
  CHECK(from("localhost:1", "null") == 403);
}

TEST_CASE("W11: where all pages may come it is told apart who was named") {
  net::Loop loop;
  Site site{loop, {}, {"*", "https://chat.example"}};
  const auto from = [&](std::string_view origin) {
    CHECK(site.shake(WsPeer::request("/", origin)) == 101);
    return site.welcome;
  };
  CHECK(from("Origin: https://evil.example\r\n") == net::Welcome::kAnyone);
  CHECK(from("Origin: null\r\n") == net::Welcome::kAnyone);
  CHECK(from("Origin: https://chat.example\r\n") == net::Welcome::kNamed);
  CHECK(from("") == net::Welcome::kNamed);  // no browser
}

TEST_CASE("ws handshake: after a plain request nothing more is read from the connection") {
  net::Loop loop;
  Site site{loop};
  // A second request that asks for an unknown upgrade once made the library read freed memory.
  const std::string reply =
      site.ask(get("/") + "GET / HTTP/1.1\r\nHost: h\r\nUpgrade: foo\r\n\r\n");
  CHECK(reply.ends_with("<p>home"));
}

TEST_CASE("garbage on the port is shown the door") {
  net::Loop loop;
  Site site{loop};
  std::vector<std::string> cases{
      std::string(3000, '\0'),
      "\x16\x03\x01\x02 a TLS hello\r\n\r\n",
      "\x03" + std::string(1536, 'r'),  // RTMP
      "GET\r\n\r\n",
      "FROB / HTTP/1.1\r\n\r\n",
      "CONNECT h:1 HTTP/1.1\r\nHost: h\r\n\r\n",
      "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
      "GET / HTTP/1.1\r\nHost: h\r\nX: " + std::string(20'000, 'x') + "\r\n\r\n",
      "GET /" + std::string(20'000, 'x') + " HTTP/1.1\r\nHost: h\r\n\r\n",
      "GET /" + std::string(2000, '&') + " HTTP/1.1\r\nHost: h\r\n\r\n",
  };
  for (const std::string& bytes : cases) {
    CAPTURE(bytes.substr(0, 20));
    WsPeer peer{site.address()};
    peer.send(bytes);
    CHECK(run_until(loop, [&] { return peer.ended(); }));
    CHECK(site.shake(WsPeer::request("/")) == 101);  // others notice nothing
  }
}

TEST_CASE("half a handshake is waited for, but not for ever") {
  net::Loop loop;
  net::WsOptions options;
  options.handshake = Millis{100};
  Site site{loop, options};
  WsPeer silent{site.address()};
  WsPeer half{site.address()};
  half.send(WsPeer::request("/").substr(0, 60));
  WsPeer dripping{site.address()};
  std::size_t sent = 0;
  const std::string slow = WsPeer::request("/");
  REQUIRE(run_until(loop, [&] {
    if (!dripping.ended() && sent < 20) dripping.send(slow.substr(sent++, 1));
    return silent.ended() && half.ended() && dripping.ended();
  }));
  CHECK(silent.received().empty());
}

TEST_CASE("one too many is told 503, and 429 if all are his") {
  for (const int status : {503, 429}) {
    net::Loop loop;
    net::WsOptions options;
    options.caps = status == 503 ? net::Admission::Caps{.total = 2, .per_address = 100}
                                 : net::Admission::Caps{.total = 100, .per_address = 2};
    options.caps.count_loopback = true;
    Site site{loop, options};
    auto first = std::make_unique<WsPeer>(site.address());
    WsPeer second{site.address()};
    first->send(WsPeer::request("/"));
    second.send(WsPeer::request("/"));
    REQUIRE(run_until(loop, [&] { return second.status() == 101; }));
    CHECK(site.shake(WsPeer::request("/")) == status);
    CHECK(site.shake(get("/")) == status);
    CHECK(site.ws->counters().refused_full == 2);
    first.reset();
    int again = 0;
    for (int i = 0; i < 100 && again != 101; ++i) again = site.shake(WsPeer::request("/"));
    CHECK(again == 101);
  }
}

TEST_CASE("of a flood of newcomers some are told 503, and the others are not let in either") {
  net::Loop loop;
  net::WsOptions options;
  options.connects.total = {.per_second = 1, .burst = 1};
  Site site{loop, options};
  CHECK(site.shake(WsPeer::request("/")) == 101);
  constexpr int kFlood = 500;
  std::vector<std::unique_ptr<WsPeer>> flood;
  for (int i = 0; i < kFlood; ++i) {
    flood.push_back(std::make_unique<WsPeer>(site.address()));
    flood.back()->send(WsPeer::request("/"));
  }
  REQUIRE(run_until(loop, [&] {
    return std::ranges::all_of(flood,
                               [](auto& each) { return each->status() != 0 || each->ended(); });
  }));
  const auto told = std::ranges::count_if(flood, [](auto& each) { return each->status() == 503; });
  CHECK(told > 0);
  CHECK(site.ws->counters().refused_fast >= kFlood - 5);
  CHECK(site.ws->counters().dropped >= kFlood / 3);
  CHECK(site.ws->counters().dropped + static_cast<std::size_t>(told) >= kFlood - 5);
}

TEST_CASE("two thousand come, speak and go") {
  net::Loop loop;
  Site site{loop};
  std::size_t messages = 0;
  std::size_t closed = 0;
  net::WsServer& ws = *site.ws;
  ws.set_handlers(0, {.on_message =
                          [&](net::ConnId id, const net::WsMessage& m) {
                            ++messages;
                            ws.send(id, net::Frame::text(as_text(m.payload)));
                          },
                      .on_close = [&](net::ConnId, std::uint16_t) { ++closed; }});
  constexpr std::size_t kMany = 2000;
  std::vector<std::unique_ptr<WsPeer>> peers;
  for (std::size_t i = 0; i < kMany; ++i) {
    peers.push_back(std::make_unique<WsPeer>(site.address()));
    peers.back()->send(WsPeer::request("/"));
    if (i % 50 == 0) run_until(loop, [&] { return ws.connections() + 60 > i; });
  }
  REQUIRE(run_until(loop, [&] { return ws.connections() == kMany; }));
  for (const auto& peer : peers) peer->send(WsPeer::frame(1, "hi"));
  REQUIRE(run_until(loop, [&] { return messages == kMany; }));
  CHECK(ws.connections() == kMany);
  for (const auto& peer : peers) CHECK(run_until(loop, [&] { return !peer->frames().empty(); }));
  for (std::size_t i = 0; i < kMany; ++i) {
    if (i % 3 == 0) peers[i]->reset();
  }
  peers.clear();
  REQUIRE(run_until(loop, [&] { return closed == kMany; }));
  CHECK(ws.connections() == 0);
}
