#include "wsproto/reply.h"

#include <doctest/doctest.h>

using namespace so;
using namespace so::wsproto;

TEST_CASE("replies repeat the id and carry the position") {
  CHECK(done("5", wire::Kind::kChange, {255, 8}, R"({"status":"ok"})") ==
        R"({"id":5,"ok":true,"epoch":"00000000000000ff","version":8,"status":"ok"})");
  CHECK(done("\"x\"", wire::Kind::kUse, {255, 8}, R"({"event":"sync"})") ==
        R"({"id":"x","ok":true,"epoch":"00000000000000ff","version":8})");
  CHECK(done("10", wire::Kind::kGet, {255, 8}, R"({"value":"hello"})") ==
        R"({"id":10,"ok":true,"epoch":"00000000000000ff","version":8,"value":"hello"})");
  CHECK(
      done("10", wire::Kind::kGet, {255, 8},
           R"({"event":"sync","version":8,"persistent":false,"data":{"a":1}})") ==
      R"({"id":10,"ok":true,"epoch":"00000000000000ff","version":8,"data":{"a":1},"persistent":false})");
  CHECK(done("", wire::Kind::kLeave, {}, "") == R"({"ok":true})");
}

TEST_CASE("a call is answered by its result") {
  CHECK(done("1", wire::Kind::kCall, {}, R"({"result":{"s":3}})") ==
        R"({"id":1,"ok":true,"result":{"s":3}})");
  CHECK(done("1", wire::Kind::kResult, {}, "") == R"({"id":1,"ok":true})");
  CHECK(refused("1", R"({"error":{"code":"failed","message":"no","data":{"at":1}}})") ==
        R"({"id":1,"ok":false,"error":{"code":"failed","message":"no","data":{"at":1}}})");
}

TEST_CASE("refusals say why") {
  CHECK(refused("5", "bad_path", "no \"..\"") ==
        R"({"id":5,"ok":false,"error":{"code":"bad_path","message":"no \"..\""}})");
}

TEST_CASE("hello names the member and its scope") {
  CHECK(
      hello({.member = "00000000000000ff-1", .scope = "/chat", .user = {}, .expires = {}}) ==
      R"({"event":"hello","protocol":"scopewire.v1","member":"00000000000000ff-1","scope":"/chat"})");
  CHECK(hello({.member = "x-1", .scope = "/a", .user = "ann", .expires = WallMillis{1500}}) ==
        R"({"event":"hello","protocol":"scopewire.v1","member":"x-1","scope":"/a",)"
        R"("user":"ann","expires":1500})");
  CHECK(refreshed("1", WallMillis{1500}) == R"({"id":1,"ok":true,"expires":1500})");
  CHECK(refreshed("1", {}) == R"({"id":1,"ok":true})");
  CHECK(pong("7") == R"({"id":7,"ok":true})");
  CHECK(advice("restart", Millis{250}) ==
        R"({"event":"advice","reason":"restart","after_ms":250})");
}

TEST_CASE("an error of the hub is passed on with all that it says") {
  CHECK(refused("1", R"({"error":{"code":"denied","message":"no","value":3}})") ==
        R"({"id":1,"ok":false,"error":{"code":"denied","message":"no","value":3}})");
  CHECK(refused("", R"({"error":{"code":"denied","message":"no"}})") ==
        R"({"ok":false,"error":{"code":"denied","message":"no"}})");
}
