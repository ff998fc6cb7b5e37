#include "rtmp_door.h"

#include <functional>
#include <optional>
#include <string>

#include <doctest/doctest.h>
#include <fmt/format.h>

#include "net/tcp_server.h"
#include "rtmp/session.h"
#include "support/describe.h"
#include "support/lines.h"
#include "support/wait.h"

using namespace so;
using test::Lines;
namespace shared = rtmp::shared;

namespace {

/// An RTMP server for one client, on a port of this machine; the test decides what it answers.
class Server {
 public:
  explicit Server(net::Loop& loop)
      : loop_(&loop), tcp_(std::move(*net::TcpServer::listen(loop, {"127.0.0.1", 0}))) {
    tcp_->connections().set_handlers({.on_open =
                                          [this](net::ConnId id, const net::Address&) {
                                            id_ = id;
                                            session_.emplace(rtmp::ServerOptions{}, 1,
                                                             loop_->now());
                                          },
                                      .on_bytes =
                                          [this](net::ConnId, ByteView bytes) {
                                            session_->receive(bytes, loop_->now());
                                            turn();
                                          },
                                      .on_close = [](net::ConnId, std::string_view) {}});
  }

  std::function<void(rtmp::ServerSession&)> on_connect = [](rtmp::ServerSession& session) {
    session.accept_connect();
  };
  Lines heard;

  [[nodiscard]] rtmp::Url url() const {
    return *rtmp::parse_url(
        fmt::format("rtmp://127.0.0.1:{}/chat?scope=room1", tcp_->address().port));
  }
  void answer(std::vector<shared::Event> events, std::uint32_t version = 7) {
    rtmp::SharedObjectMessage message;
    message.name = "so";
    message.version = version;
    message.events = std::move(events);
    session_->send_shared_object(message);
    turn();
  }
  void hang_up() { tcp_->connections().close(id_, "told so"); }

 private:
  void turn() {
    for (auto event = session_->next(); event && *event; event = session_->next()) {
      heard.push_back(test::describe_event(**event));
      if (std::holds_alternative<rtmp::ConnectRequest>(**event)) on_connect(*session_);
    }
    tcp_->connections().send(id_, session_->take_output());
  }

  net::Loop* loop_;
  std::unique_ptr<net::TcpServer> tcp_;
  net::ConnId id_{};
  std::optional<rtmp::ServerSession> session_;
};

/// A door to that server, and what it told.
struct DoorTest {
  net::Loop loop;
  Server server{loop};
  ctl::RtmpDoor door{loop, server.url(), false};
  Lines told;

  ctl::Done note(std::string what) {
    return [this, what = std::move(what)](const bus::Reply& reply) {
      told.push_back(what + " " + std::string{reply.ok() ? reply.body : reply.code});
    };
  }
  void open() {
    door.open(note("open"), note("lost"));
    CHECK(tells() == "open ");
    CHECK(server.heard == Lines{"connect chat?scope=room1"});
    server.heard.clear();
  }
  /// The next thing told.
  std::string tells() {
    REQUIRE(wait_until(loop, [&] { return !told.empty(); }));
    std::string first = told.front();
    told.erase(told.begin());
    return first;
  }
  /// The next thing that the server hears.
  std::string asks() {
    REQUIRE(wait_until(loop, [&] { return !server.heard.empty(); }));
    std::string first = server.heard.front();
    server.heard.erase(server.heard.begin());
    return first;
  }
};

amf::Value one() {
  return amf::Value::number(1);
}

}  // namespace

TEST_CASE("over RTMP, a value or all") {
  DoorTest test;
  test.open();
  for (const char* key : {"k", "none", ""}) {
    test.door.get("so", key, test.note("get"));
    CHECK(test.asks().ends_with(", use"));
    test.server.answer({shared::UseSuccess{}, shared::Change{"k", one()}});
  }
  CHECK(test.tells() == R"(get {"value":1})");
  CHECK(test.tells() == "get not_found");
  CHECK(test.tells().find(R"("scope":"/chat/room1","object":"so","version":7)") !=
        std::string::npos);
}

TEST_CASE("over RTMP, a change is done when the server says so, to us") {
  DoorTest test;
  test.open();
  test.door.change("so", R"({"changes":[{"op":"set","key":"k","value":1}]})", test.note("change"));
  test.asks();
  test.server.answer({shared::UseSuccess{}});
  CHECK(test.asks() == "object so v7, request k=1");
  test.server.answer({shared::Change{"k", one()}});  // somebody else's
  test.server.answer({shared::Success{"k"}});
  CHECK(test.tells() == "change ");
  CHECK(test.told.empty());
}

TEST_CASE("over RTMP, what a refusal is called") {
  struct Case {
    const char* status;
    const char* told;
  };
  for (const Case& c : {Case{"SharedObject.BadPersistence", "get persistence"},
                        Case{"SharedObject.NoReadAccess", "get denied"},
                        Case{"SharedObject.NoWriteAccess", "get denied"},
                        Case{"SharedObject.ObjectCreationFailed", "get limit"},
                        Case{"SharedObject.Other", "get protocol"}}) {
    DoorTest test;
    test.open();
    test.door.get("so", "k", test.note("get"));
    test.asks();
    test.server.answer({shared::Status{c.status, "error"}});
    CHECK(test.tells() == c.told);
  }
}

TEST_CASE("over RTMP, watching shows the state and every change") {
  DoorTest test;
  test.open();
  test.door.watch(
      "so", [&](std::string_view line) { test.told.emplace_back(line); }, test.note("watch"));
  test.asks();
  test.server.answer({shared::UseSuccess{}, shared::Clear{}});
  CHECK(test.tells().starts_with(R"({"event":"sync","scope":"/chat/room1",)"));
  CHECK(test.tells().starts_with("watch "));
  test.server.answer({shared::Change{"k", one()}}, 8);
  CHECK(test.tells().ends_with(R"("version":8,"changes":[{"op":"set","key":"k","value":1}]})"));
}

TEST_CASE("over RTMP, there is nothing to list with") {
  DoorTest test;
  test.open();
  test.door.list("/", test.note("list"));
  CHECK(test.tells() == "list unsupported");
}

TEST_CASE("an RTMP server that refuses, that goes away, and that is not there") {
  for (const auto& [code, told] : {std::pair{"NetConnection.Connect.InvalidApp", "no_application"},
                                   std::pair{"NetConnection.Connect.Rejected", "denied"}}) {
    DoorTest test;
    test.server.on_connect = [code = code](rtmp::ServerSession& session) {
      session.reject_connect(code, "told so");
    };
    test.door.open(test.note("open"), test.note("lost"));
    CHECK(test.tells() == std::string{"open "} + told);
  }
  DoorTest gone;
  gone.open();
  gone.door.get("so", "k", gone.note("get"));
  gone.asks();
  gone.server.hang_up();
  CHECK(gone.tells() == "get hub_lost");
  CHECK(gone.tells() == "lost hub_lost");

  net::Loop loop;
  const rtmp::Url url = Server{loop}.url();  // its port is closed again
  ctl::RtmpDoor door{loop, url, false};
  std::string code;
  door.open([&](const bus::Reply& reply) { code = reply.code; }, {});
  CHECK(wait_until(loop, [&] { return !code.empty(); }));
  CHECK(code == "unreachable");
}
