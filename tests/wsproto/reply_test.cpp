#include "wsproto/reply.h"

#include <doctest/doctest.h>

using namespace so;
using namespace so::wsproto;

TEST_CASE("replies repeat the id and carry the position") {
  const wire::FrameView changed{{.kind = wire::Kind::kDone, .epoch = 255, .version = 8},
                                "/chat",
                                "chat",
                                R"({"status":"ok"})"};
  CHECK(done("5", wire::Kind::kChange, changed) ==
        R"({"id":5,"ok":true,"epoch":"00000000000000ff","version":8,"status":"ok"})");
  const wire::FrameView used{{.kind = wire::Kind::kDone, .epoch = 255, .version = 8},
                             "/chat",
                             "chat",
                             R"({"event":"sync"})"};
  CHECK(done("\"x\"", wire::Kind::kUse, used) ==
        R"({"id":"x","ok":true,"epoch":"00000000000000ff","version":8})");
  CHECK(done("", wire::Kind::kLeave, {}) == R"({"ok":true})");
}

TEST_CASE("refusals say why") {
  CHECK(refused("5", "bad_path", "no \"..\"") ==
        R"({"id":5,"ok":false,"error":{"code":"bad_path","message":"no \"..\""}})");
  CHECK(refused_by_hub("5", R"({"error":{"code":"denied","message":"m"}})") ==
        R"({"id":5,"ok":false,"error":{"code":"denied","message":"m"}})");
}

TEST_CASE("hello names the member and its scope") {
  CHECK(
      hello("00000000000000ff-1", "/chat") ==
      R"({"event":"hello","protocol":"scopewire.v1","member":"00000000000000ff-1","scope":"/chat"})");
  CHECK(pong("7") == R"({"id":7,"ok":true})");
}
