#include "ws_door.h"

#include <string>

#include <doctest/doctest.h>

#include "support/lines.h"

using namespace so;
using test::Lines;

namespace {

/// A WebSocket without a socket: the test is the server.
class FakeWsClient : public net::WsClient {
 public:
  void set_handlers(net::WsClientHandlers all) override { handlers = std::move(all); }
  net::ConnId connect(const net::WsTarget& target) override {
    sent.push_back("connect " + target.url.target + " " + target.subprotocol);
    for (const auto& [name, value] : target.headers) headers += name + ": " + value;
    return kId;
  }
  net::Sent send_text(net::ConnId, std::string_view payload) override {
    sent.emplace_back(payload);
    return net::Sent::kQueued;
  }
  net::Sent send_binary(net::ConnId, ByteView) override { return net::Sent::kGone; }
  void close(net::ConnId, std::uint16_t, std::string_view) override {}
  [[nodiscard]] std::size_t queued_bytes(net::ConnId) const override { return 0; }

  static constexpr net::ConnId kId{7};
  net::WsClientHandlers handlers;
  Lines sent;
  std::string headers;
};

/// The door, what the server was told, and what the door told.
struct DoorTest {
  explicit DoorTest(bool persistent = false)
      : door(client, *net::parse_url("ws://127.0.0.1/chat/room1"), persistent) {
    door.open(note("open"), note("lost"));
    CHECK(sent() == Lines{"connect /chat/room1 scopewire.v1"});
  }

  FakeWsClient client;
  ctl::WsDoor door;
  Lines told;

  ctl::Done note(std::string what) {
    return [this, what = std::move(what)](const bus::Reply& reply) {
      told.push_back(what + " " + std::string{reply.ok() ? reply.body : reply.code});
    };
  }
  void hear(std::string_view text) {
    client.handlers.on_message(FakeWsClient::kId, {true, as_bytes(text)});
  }
  void hello() {
    hear(R"({"event":"hello"})");
    CHECK(take() == Lines{"open "});
  }
  Lines sent() { return std::exchange(client.sent, {}); }
  Lines take() { return std::exchange(told, {}); }
};

}  // namespace

TEST_CASE("the door is open when the server says hello, not when it is there") {
  DoorTest test;
  CHECK(test.take().empty());
  test.hello();
}

TEST_CASE("requests are numbered, and each has its own answer") {
  DoorTest test;
  test.hello();
  test.door.get("so", "k", test.note("one"));
  test.door.get("so", "", test.note("all"));
  test.door.list("/", test.note("here"));
  test.door.list("/chat", test.note("there"));
  CHECK(test.sent() == Lines{R"({"id":1,"op":"get","object":"so","key":"k"})",
                             R"({"id":2,"op":"get","object":"so"})", R"({"id":3,"op":"list"})",
                             R"({"id":4,"op":"list","scope":"/chat"})"});
  test.hear(R"({"id":2,"ok":true,"data":{}})");
  test.hear(R"({"id":1,"ok":false,"error":{"code":"not_found","message":"none"}})");
  test.hear(R"({"id":1,"ok":true})");  // a number has one answer
  test.hear(R"({"id":99,"ok":true})");
  CHECK(test.take() == Lines{R"(all {"id":2,"ok":true,"data":{}})", "one not_found"});
}

TEST_CASE("a change uses its object first, as what it is to be") {
  for (const bool persistent : {false, true}) {
    DoorTest test{persistent};
    test.hello();
    test.door.change("so", R"({"changes":[{"op":"clear"}]})", test.note("change"));
    CHECK(test.sent() == Lines{persistent ? R"({"id":1,"op":"use","object":"so","persistent":true})"
                                          : R"({"id":1,"op":"use","object":"so"})"});
    test.hear(R"({"id":1,"ok":true})");
    CHECK(test.sent() ==
          Lines{R"({"id":2,"op":"change","object":"so","changes":[{"op":"clear"}]})"});
    CHECK(test.take().empty());
    test.hear(R"({"id":2,"ok":true})");
    CHECK(test.take() == Lines{R"(change {"id":2,"ok":true})"});
  }
}

TEST_CASE("a use that is refused answers the change") {
  DoorTest test;
  test.hello();
  test.door.change("so", R"({"changes":[{"op":"clear"}]})", test.note("change"));
  test.sent();
  test.hear(R"({"id":1,"ok":false,"error":{"code":"denied","message":"no"}})");
  CHECK(test.take() == Lines{"change denied"});
  CHECK(test.sent().empty());
}

TEST_CASE("watching shows the events of its object") {
  DoorTest test;
  test.hello();
  test.door.watch(
      "so", [&](std::string_view line) { test.told.emplace_back(line); }, test.note("watch"));
  test.hear(R"({"id":1,"ok":true})");
  test.hear(R"({"event":"sync","object":"so"})");
  test.hear(R"({"event":"change","object":"other"})");
  test.hear(R"({"event":"change","object":"so"})");
  CHECK(test.take() == Lines{R"(watch {"id":1,"ok":true})", R"({"event":"sync","object":"so"})",
                             R"({"event":"change","object":"so"})"});
}

TEST_CASE("a server that cannot be reached, that refuses, and that goes away") {
  DoorTest nobody;
  nobody.client.handlers.on_failure(FakeWsClient::kId, Error{Code::kUnreachable, "refused"});
  CHECK(nobody.take() == Lines{"open unreachable"});

  DoorTest refused;
  refused.hear(R"({"ok":false,"error":{"code":"no_application","message":"none"}})");
  refused.client.handlers.on_close(FakeWsClient::kId, 4004, "none");
  CHECK(refused.take() == Lines{"open no_application", "lost hub_lost"});

  DoorTest gone;
  gone.hello();
  gone.door.get("so", "k", gone.note("get"));
  gone.client.handlers.on_close(FakeWsClient::kId, 1001, "");
  CHECK(gone.take() == Lines{"get hub_lost", "lost hub_lost"});
}

TEST_CASE("a server that does not speak JSON is given up") {
  DoorTest test;
  test.hear("hello");
  CHECK(test.take() == Lines{"open protocol"});
}

TEST_CASE("identities and events, in the words of scopewire.v1") {
  DoorTest test;
  test.hello();
  test.door.inbox(
      "ann", {Millis{600'000}, 2}, [&](std::string_view mail) { test.told.emplace_back(mail); },
      test.note("inbox"));
  test.door.acknowledge("ann", "00000000000000ff", 3, test.note("ack"));
  test.door.notify("bob", R"({"message":[1],"producer":"p","seq":1})", test.note("notify"));
  test.door.emit("hi", R"({"data":1,"to":"x-1"})", test.note("emit"));
  CHECK(test.sent() ==
        Lines{R"({"id":1,"op":"register","identity":"ann","max_connections":2,"lifetime":600000})",
              R"({"id":2,"op":"ack","identity":"ann","epoch":"00000000000000ff","seq":3})",
              R"({"id":3,"op":"notify","identity":"bob","message":[1],"producer":"p","seq":1})",
              R"({"id":4,"op":"emit","name":"hi","data":1,"to":"x-1"})"});
  test.hear(R"({"event":"mail","identity":"ann","seq":3})");
  CHECK(test.take() == Lines{R"({"event":"mail","identity":"ann","seq":3})"});
  test.hear(R"({"id":4,"ok":false,"error":{"code":"gone","message":"left"}})");
  test.hear(R"({"event":"identity_replaced","identity":"ann"})");
  CHECK(test.take() == Lines{"emit gone", "lost replaced"});
}

TEST_CASE("a token goes with the handshake, and a 401 has an exit code of its own") {
  FakeWsClient client;
  ctl::WsDoor door{client, *net::parse_url("ws://127.0.0.1/chat"), false, "a.b.c"};
  std::string told;
  const auto note = [&](const bus::Reply& reply) { told = reply.code; };
  door.open(note, note);
  CHECK(client.headers == "Authorization: Bearer a.b.c");
  client.handlers.on_failure(FakeWsClient::kId,
                             {Code::kRefused, "unable to open ws://x: refused with status 401"});
  CHECK(told == "unauthorized");
}
