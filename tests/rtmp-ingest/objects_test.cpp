#include "objects.h"

#include <string>

#include <doctest/doctest.h>

#include "ingest_test.h"

using namespace so;
using test::IngestTest;
using test::Lines;
using test::RtmpPeer;
namespace shared = rtmp::shared;

namespace {

amf::Value one() {
  return amf::Value::number(1);
}

/// A user of "so" in the app, past what it was told of it.
std::unique_ptr<RtmpPeer> user(IngestTest& test, const std::string& app = "chat",
                               rtmp::Encoding encoding = rtmp::Encoding::kAmf0) {
  auto peer = test.in(app, encoding);
  peer->say({shared::Use{}});
  CHECK(peer->next().find(", in use, clear") != std::string::npos);
  return peer;
}

}  // namespace

TEST_CASE("use is answered with the object") {
  IngestTest test;
  const auto ann = user(test);
  ann->say({shared::RequestChange{"k", one()}});
  ann->next();
  const auto bob = test.in("chat");
  bob->say({shared::Use{}});
  CHECK(bob->next() == "object so v2, in use, clear, change k=1");
}

TEST_CASE("the author is told of its success, all others of the change, in any encoding") {
  IngestTest test;
  const auto ann = user(test);
  const auto bob = user(test);
  const auto eve = user(test, "chat", rtmp::Encoding::kAmf3);
  const auto far = user(test, "chat/room2");
  ann->say({shared::RequestChange{"k", one()}, shared::SendMessage{"h", {one()}}});
  CHECK(test.heard(*ann) == Lines{"object so v2, success k, send h(1)"});
  CHECK(test.heard(*bob) == Lines{"object so v2, change k=1, send h(1)"});
  CHECK(test.heard(*eve) == Lines{"object so v2, change k=1, send h(1)"});
  CHECK(test.heard(*far).empty());
  eve->say({shared::RequestRemove{"k"}});
  CHECK(test.heard(*eve) == Lines{"object so v3, remove k"});
  CHECK(test.heard(*ann) == Lines{"object so v3, remove k"});
}

TEST_CASE("changes of others come as their events") {
  IngestTest test;
  const auto ann = user(test);
  bus::Client& hub = test.hub.client;
  constexpr std::uint64_t kOther = 1000;
  hub.join(kOther, "/chat", {});
  hub.use(kOther, "/chat", "so", {});
  hub.change(kOther, "/chat", "so",
             R"({"changes":[{"op":"set","key":"k","value":{"a":[1]}},{"op":"clear"}]})");
  CHECK(ann->next() == "object so v2, change k={a: [1]}, clear");
}

TEST_CASE("who has released hears nothing more") {
  IngestTest test;
  const auto ann = user(test);
  const auto bob = user(test);
  bob->say({shared::Release{}});
  test.heard(*bob);
  test.hub.settle();
  ann->say({shared::RequestChange{"k", one()}});
  ann->next();
  CHECK(test.heard(*bob).empty());
}

TEST_CASE("a persistent object keeps what its user knows, and another kind is refused") {
  IngestTest test;
  const auto ann = test.in("chat");
  ann->say({shared::Use{}}, rtmp::SharedObjectMessage::kPersistent);
  CHECK(ann->next() == "object so v1 kept, in use");
  const auto bob = test.in("chat");
  bob->say({shared::Use{}});
  CHECK(bob->next() == "object so v0, error SharedObject.BadPersistence");
}

TEST_CASE("a change that the hub refuses is answered to its author alone") {
  IngestTest test{{.value_bytes = 16}};
  const auto ann = user(test);
  const auto bob = user(test);
  ann->say({shared::RequestChange{"k", amf::Value::string("more than sixteen bytes")}});
  CHECK(test.heard(*ann) == Lines{"object so v0, error SharedObject.NoWriteAccess"});
  CHECK(test.heard(*bob).empty());
}
