#include "net/handshake.h"

#include <functional>
#include <string>
#include <vector>

#include <doctest/doctest.h>

using namespace so;
using net::Handshake;

namespace {

const Handshake good{.get = true,
                     .http = "HTTP/1.1",
                     .host = "h",
                     .upgrade = "websocket",
                     .connection = "Upgrade",
                     .key = "dGhlIHNhbXBsZSBub25jZQ==",
                     .version = "13"};

}  // namespace

TEST_CASE("handshake: one in order goes on, in any letters") {
  CHECK_FALSE(net::refuse_handshake(good));
  Handshake loud = good;
  loud.upgrade = "WebSocket";
  loud.connection = "keep-alive , UPGRADE";
  CHECK_FALSE(net::refuse_handshake(loud));
}

TEST_CASE("handshake: each defect has its status and its reason") {
  struct Case {
    std::function<void(Handshake&)> spoil;
    int status;
    std::string why;
  };
  const std::string key_text = "Sec-WebSocket-Key is not 16 bytes in base64";
  const std::vector<Case> cases{
      {[](Handshake& h) { h.get = false; }, 405, "begins with GET"},
      {[](Handshake& h) { h.http = "HTTP/1.0"; }, 400, "the protocol is not HTTP/1.1"},
      {[](Handshake& h) { h.host = ""; }, 400, "no Host"},
      {[](Handshake& h) { h.upgrade = "h2c"; }, 400, "Upgrade is not websocket"},
      {[](Handshake& h) { h.upgrade = "websocket, h2c"; }, 400, "Upgrade is not websocket"},
      {[](Handshake& h) { h.connection = "close"; }, 400, "Connection has no Upgrade"},
      {[](Handshake& h) { h.connection = "upgraded"; }, 400, "Connection has no Upgrade"},
      {[](Handshake& h) { h.connection = ""; }, 400, "Connection has no Upgrade"},
      {[](Handshake& h) { h.key = ""; }, 400, key_text},
      {[](Handshake& h) { h.key = "dGhlIHNhbXBsZSBub25jZQ"; }, 400, key_text},
      {[](Handshake& h) { h.key = "c2hvcnQ="; }, 400, key_text},
      {[](Handshake& h) { h.key += "," + h.key; }, 400, key_text},
      {[](Handshake& h) { h.version = "8"; }, 426, "only version 13"},
      {[](Handshake& h) { h.version = ""; }, 426, "only version 13"},
      {[](Handshake& h) { h.version = "13, 13"; }, 426, "only version 13"},
  };
  for (const Case& c : cases) {
    Handshake handshake = good;
    c.spoil(handshake);
    const auto reply = net::refuse_handshake(handshake);
    REQUIRE(reply);
    CHECK(reply->status == c.status);
    CHECK_MESSAGE(reply->body.find(c.why) != std::string::npos, reply->body);
  }
}

TEST_CASE("handshake: who speaks another version is told ours") {
  Handshake old = good;
  old.version = "8";
  const auto reply = net::refuse_handshake(old);
  REQUIRE(reply);
  CHECK(net::reply_head(*reply, 0, WallMillis{0}).find("\r\nSec-WebSocket-Version: 13\r\n") !=
        std::string::npos);
}
