#include "net/ws_client.h"

#include <string>
#include <vector>

#include <doctest/doctest.h>

#include "net/run_until.h"
#include "net/socket.h"
#include "net/ws_server.h"

using namespace so;
using net::ConnId;
using net::Sent;

namespace {

// An echoing server and a client in one loop; what happens to the client's last connection.
struct Pair {
  explicit Pair(net::WsClientOptions options = {}) {
    net::WsListener listener;
    listener.address = {"127.0.0.1", 0};
    listener.subprotocols = {"chat"};
    auto opened_server = net::WsServer::open(loop, {listener});
    REQUIRE(opened_server);
    server = std::move(*opened_server);
    server->set_handlers(0,
                         {.on_request =
                              [this](const net::HttpRequest& request) {
                                authorization = request.authorization;
                                return request.path == "/no" ? net::WsVerdict::refuse(403, "no")
                                                             : net::WsVerdict::accept();
                              },
                          .on_open = [this](ConnId id, const net::HttpRequest&,
                                            std::string_view) { server_side = id; },
                          .on_message =
                              [this](ConnId id, const net::WsMessage& m) {
                                server->send(id, m.text ? net::Frame::text(as_text(m.payload))
                                                        : net::Frame::binary(m.payload));
                              },
                          .on_close = [this](ConnId, std::uint16_t code) { server_code = code; }});
    auto created = net::WsClient::create(loop, options);
    REQUIRE(created);
    client = std::move(*created);
    client->set_handlers({.on_open =
                              [this](ConnId, std::string_view agreed) {
                                open = true;
                                subprotocol = agreed;
                              },
                          .on_message =
                              [this](ConnId, const net::WsMessage& m) {
                                messages.push_back((m.text ? "t:" : "b:") + to_text(m.payload));
                              },
                          .on_drained = [this](ConnId) { ++drained; },
                          .on_failure = [this](ConnId, const Error& e) { failures.push_back(e); },
                          .on_close =
                              [this](ConnId, std::uint16_t c, std::string_view r) {
                                codes.push_back(c);
                                reason = r;
                              }});
  }
  [[nodiscard]] net::WsTarget target(std::string path = "/",
                                     std::string its_subprotocol = "") const {
    return {.url = {"ws", server->addresses()[0], std::move(path)},
            .subprotocol = std::move(its_subprotocol),
            .origin = ""};
  }
  ConnId connect(const net::WsTarget& to) {
    const ConnId id = client->connect(to);
    CHECK_FALSE(open);
    REQUIRE(run_until(loop, [&] { return open; }));
    return id;
  }

  net::Loop loop;
  std::unique_ptr<net::WsServer> server;
  std::unique_ptr<net::WsClient> client;
  ConnId server_side{};
  std::uint16_t server_code = 0;
  std::string authorization;
  bool open = false;
  std::string subprotocol;
  std::vector<std::string> messages;
  std::vector<Error> failures;
  std::vector<std::uint16_t> codes;
  std::string reason;
  int drained = 0;
};

}  // namespace

TEST_CASE("ws client: text and binary go there and back") {
  Pair pair;
  net::WsTarget target = pair.target("/x?y=1", "other, chat");
  target.headers.emplace_back("Authorization", "Bearer abc");
  const ConnId id = pair.connect(target);
  CHECK(pair.subprotocol == "chat");
  CHECK(pair.authorization == "Bearer abc");
  const std::string large(200'000, 'x');
  CHECK(pair.client->send_text(id, "hello") == Sent::kQueued);
  CHECK(pair.client->send_binary(id, as_bytes(std::string_view{"\0\xFF", 2})) == Sent::kQueued);
  CHECK(pair.client->send_text(id, "") == Sent::kQueued);
  CHECK(pair.client->send_text(id, large) == Sent::kQueued);
  REQUIRE(run_until(pair.loop, [&] { return pair.messages.size() == 4; }));
  CHECK(pair.messages ==
        std::vector<std::string>{"t:hello", std::string{"b:\0\xFF", 4}, "t:", "t:" + large});
  CHECK(pair.client->queued_bytes(id) == 0);
}

TEST_CASE("ws client: closing sends what is queued first, and ends once") {
  Pair pair;
  const ConnId id = pair.connect(pair.target());
  CHECK(pair.client->send_text(id, "last") == Sent::kQueued);
  pair.client->close(id, 4000, "enough");
  CHECK(pair.client->send_text(id, "too late") == Sent::kGone);
  REQUIRE(run_until(pair.loop, [&] { return !pair.codes.empty() && pair.server_code != 0; }));
  CHECK(pair.server_code == 4000);
  CHECK(pair.codes == std::vector<std::uint16_t>{4000});
  CHECK(pair.failures.empty());
  CHECK(pair.client->send_text(id, "gone") == Sent::kGone);
}

TEST_CASE("ws client: the server's code and reason are reported") {
  Pair pair;
  pair.connect(pair.target());
  pair.server->close(pair.server_side, 4006, "replaced");
  REQUIRE(run_until(pair.loop, [&] { return !pair.codes.empty() && pair.server_code != 0; }));
  CHECK(pair.codes == std::vector<std::uint16_t>{4006});
  CHECK(pair.reason == "replaced");
  CHECK(pair.server_code == 4006);
}

TEST_CASE("ws client: a refusal says its status") {
  Pair pair;
  pair.client->connect(pair.target("/no"));
  REQUIRE(run_until(pair.loop, [&] { return !pair.failures.empty(); }));
  const std::string where = to_string(pair.server->addresses()[0]);
  CHECK(pair.failures == std::vector{Error{Code::kRefused, "unable to open ws://" + where +
                                                               "/no: refused with status 403"}});
  CHECK_FALSE(pair.open);
}

TEST_CASE("ws client: nobody there, or nobody who answers") {
  Pair pair{{.timeout = Millis{100}}};
  pair.server->stop_listening();
  pair.client->connect(pair.target());
  REQUIRE(run_until(pair.loop, [&] { return pair.failures.size() == 1; }));
  CHECK(pair.failures[0].code == Code::kUnreachable);

  const auto silent = net::listening_socket({"127.0.0.1", 0}, false, 5);
  REQUIRE(silent);
  net::WsTarget target = pair.target();
  target.url.address = net::local_address(silent->get());
  pair.client->connect(target);
  REQUIRE(run_until(pair.loop, [&] { return pair.failures.size() == 2; }));
  CHECK(pair.failures[1].text ==
        "unable to open ws://" + to_string(target.url.address) + "/: no answer in 100 ms");
}

TEST_CASE("ws client: closing before it is open is a failure, in its own time") {
  Pair pair;
  const ConnId id = pair.client->connect(pair.target());
  pair.client->close(id, 1000, "");
  CHECK(pair.failures.empty());
  REQUIRE(run_until(pair.loop, [&] { return pair.failures.size() == 1; }));
  CHECK(pair.failures[0].text.ends_with("closed before it was open"));
}

TEST_CASE("ws client: a message over the limit ends the connection with 1009") {
  Pair pair{{.message_bytes = 100}};
  pair.connect(pair.target());
  pair.server->send(pair.server_side, net::Frame::text(std::string(101, 'x')));
  REQUIRE(run_until(pair.loop, [&] { return !pair.codes.empty() && pair.server_code != 0; }));
  CHECK(pair.codes == std::vector<std::uint16_t>{1009});
  CHECK(pair.server_code == 1009);
  CHECK(pair.messages.empty());
}

TEST_CASE("ws client: a full queue refuses, and says when it is empty") {
  Pair pair{{.queue_bytes = 100'000}};
  const ConnId id = pair.connect(pair.target());
  pair.server->want_messages(pair.server_side, false);
  const std::string piece(50'000, 'x');
  std::size_t queued = 0;
  REQUIRE(run_until(pair.loop, [&] {
    for (int i = 0; i < 10; ++i) {
      const Sent sent = pair.client->send_text(id, piece);
      if (sent == Sent::kFull) return true;
      if (sent == Sent::kQueued) ++queued;
    }
    return false;
  }));
  CHECK(pair.client->queued_bytes(id) <= 100'000);
  CHECK(pair.drained == 0);
  pair.server->want_messages(pair.server_side, true);
  REQUIRE(run_until(pair.loop, [&] { return pair.drained == 1; }));
  REQUIRE(run_until(pair.loop, [&] { return pair.messages.size() == queued; }));
}

TEST_CASE("ws client: many connections of one client do not mix") {
  Pair pair{{.connections = 50}};
  std::vector<ConnId> ids;
  std::size_t open = 0;
  std::size_t right = 0;
  pair.client->set_handlers({.on_open =
                                 [&](ConnId id, std::string_view) {
                                   ++open;
                                   pair.client->send_text(id, std::to_string(to_number(id)));
                                 },
                             .on_message =
                                 [&](ConnId id, const net::WsMessage& m) {
                                   if (as_text(m.payload) == std::to_string(to_number(id))) ++right;
                                 }});
  for (int i = 0; i < 50; ++i) ids.push_back(pair.client->connect(pair.target()));
  REQUIRE(run_until(pair.loop, [&] { return right == 50; }));
  CHECK(open == 50);
}

TEST_CASE("ws client: TLS is refused honestly") {
  Pair pair;
  net::WsTarget target = pair.target();
  target.url.scheme = "wss";
  pair.client->connect(target);
  REQUIRE(run_until(pair.loop, [&] { return pair.failures.size() == 1; }));
  CHECK(pair.failures[0].text.ends_with("TLS is not spoken"));
}
