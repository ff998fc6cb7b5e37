#include "objects.h"

#include <limits>
#include <string>
#include <vector>

#include <doctest/doctest.h>
#include <fmt/format.h>

#include "ingest_test.h"
#include "support/rules.h"

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

TEST_CASE("O1: an object comes with its first use, or its first change") {
  IngestTest test;
  const auto ann = test.in("chat");
  ann->say({shared::Use{}});
  CHECK(ann->next() == "object so v1, in use, clear");
  ann->say({shared::RequestChange{"k", one()}}, 0, "other");  // which it does not use
  CHECK(test.heard(*ann) == Lines{"object other v2, success k"});
  ann->say({shared::Use{}, shared::RequestChange{"k", one()}}, 0, "third");
  CHECK(test.heard(*ann) == Lines{"object third v1, in use, clear", "object third v2, success k"});
}

TEST_CASE("O2: who comes later is shown every attribute once") {
  IngestTest test;
  const auto ann = user(test);
  std::vector<shared::Event> changes;
  for (int i = 0; i < 20; ++i) {
    changes.emplace_back(shared::RequestChange{fmt::format("k{:02}", i), one()});
  }
  ann->say(std::move(changes));
  ann->say({shared::RequestChange{"k07", amf::Value::number(2)}, shared::RequestRemove{"k13"}});
  const auto bob = test.in("chat");
  bob->say({shared::Use{}});
  std::string shown = "object so v3, in use, clear";
  for (int i = 0; i < 20; ++i) {
    if (i != 13) shown += fmt::format(", change k{:02}={}", i, i == 7 ? 2 : 1);
  }
  CHECK(test.heard(*bob) == Lines{shown});
  bob->say({shared::Use{}});  // again: answered again, Red5 says nothing
  CHECK(test.heard(*bob) == Lines{shown});
  CHECK(test.hub.list("/chat").find(R"("users":2)") != std::string::npos);
}

TEST_CASE("O3: the author is told of its success, all others of the change, as one version") {
  IngestTest test;
  const auto ann = user(test);
  const auto bob = user(test);
  const auto eve = user(test);
  ann->say({shared::RequestChange{"k", one()}});
  CHECK(test.heard(*ann) == Lines{"object so v2, success k"});
  CHECK(test.heard(*bob) == Lines{"object so v2, change k=1"});
  CHECK(test.heard(*eve) == Lines{"object so v2, change k=1"});
}

TEST_CASE("O4: null and undefined delete") {
  IngestTest test;
  const auto ann = user(test);
  const auto bob = user(test);
  for (const amf::Value& nothing : {amf::Value::null(), amf::Value::undefined()}) {
    ann->say({shared::RequestChange{"k", one()}});
    test.heard(*ann);
    test.heard(*bob);
    ann->say({shared::RequestChange{"k", nothing}});
    CHECK(test.heard(*ann).at(0).ends_with(", success k"));
    CHECK(test.heard(*bob).at(0).ends_with(", remove k"));
  }
}

TEST_CASE("O5: a removal is told to all, one of nothing to its author alone") {
  IngestTest test;
  const auto ann = user(test);
  const auto bob = user(test);
  ann->say({shared::RequestChange{"k", one()}});
  test.heard(*bob);
  ann->say({shared::RequestRemove{"k"}});
  CHECK(test.heard(*ann) == Lines{"object so v2, success k", "object so v3, remove k"});
  CHECK(test.heard(*bob) == Lines{"object so v3, remove k"});
  ann->say({shared::RequestRemove{"k"}});
  CHECK(test.heard(*ann) == Lines{"object so v3, remove k"});
  CHECK(test.heard(*bob).empty());
}

TEST_CASE("O6: a clear is told to all and leaves nothing") {
  IngestTest test;
  const auto ann = user(test);
  const auto bob = user(test);
  ann->say({shared::RequestChange{"k", one()}});
  test.heard(*ann);
  test.heard(*bob);
  bob->say({shared::RequestClear{}});
  CHECK(test.heard(*bob) == Lines{"object so v3, clear"});
  CHECK(test.heard(*ann) == Lines{"object so v3, clear"});
  const auto late = test.in("chat");
  late->say({shared::Use{}});
  CHECK(late->next() == "object so v3, in use, clear");
}

TEST_CASE("O7: arguments of every type reach all, the author too") {
  IngestTest test;
  const auto ann = user(test);
  const auto bob = user(test);
  const amf::Values arguments{one(),
                              amf::Value::boolean(true),
                              amf::Value::string("é"),
                              amf::Value::null(),
                              amf::Value::undefined(),
                              amf::Value::object({{"x", amf::Value::array({one()})}}),
                              amf::Value{amf::EcmaArray{1, {{"a", one()}}}},
                              amf::Value{amf::Date{1.7e12, 0}},
                              amf::Value{amf::TypedObject{"Point", {{"x", one()}}}},
                              amf::Value{amf::Xml{"<a/>", false}},
                              amf::Value::number(-0.0),
                              amf::Value::number(std::numeric_limits<double>::infinity())};
  const shared::Event sent = shared::SendMessage{"doIt", arguments};
  for (RtmpPeer* peer : {ann.get(), bob.get()}) {
    peer->objects = [&](const auto& message) { CHECK(message.events == std::vector{sent}); };
  }
  ann->say({sent});
  CHECK(test.heard(*ann).size() == 1);
  CHECK(test.heard(*bob).size() == 1);
}

TEST_CASE("O8: what came in one message leaves in one, in its order") {
  IngestTest test;
  const auto ann = user(test);
  const auto bob = user(test);
  ann->say({shared::RequestChange{"a", one()}, shared::RequestChange{"b", one()},
            shared::SendMessage{"m", {one()}}, shared::RequestRemove{"a"}});
  CHECK(test.heard(*ann) == Lines{"object so v2, success a, success b, send m(1), remove a"});
  CHECK(test.heard(*bob) == Lines{"object so v2, change a=1, change b=1, send m(1), remove a"});
}

TEST_CASE("O24: clients of AMF0 and of AMF3 share an object") {
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

TEST_CASE("O18: what a tool changes comes as events to all") {
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

TEST_CASE("O11: who has released hears nothing more") {
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

TEST_CASE("O16: a persistent object keeps what its user knows, and another kind is refused") {
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

TEST_CASE("O12: who is gone has released") {
  IngestTest test;
  const auto ann = user(test);
  const auto bob = user(test);
  CHECK(test.hub.list("/chat").find(R"("users":2)") != std::string::npos);
  bob->hang_up();
  CHECK(wait_until(test.hub.loop, [&] { return test.edge.connections.size() == 1; }));
  CHECK(test.hub.list("/chat").find(R"("users":1)") != std::string::npos);
}

TEST_CASE("O17: what a rule refuses is told as the status that Flash has for it") {
  IngestTest test{{}, R"({"role":"anonymous"})"};
  using policy::Action;
  using policy::Actions;
  test.hub.set_policy(
      test::rules({test::on_object(test::deny(Actions{Action::kCreate}), "never"),
                   test::on_object(test::deny(Actions{Action::kRead}), "secret"),
                   test::on_key(test::deny(Actions{Action::kWrite, Action::kDelete}), "ro"),
                   test::on_object(test::deny(Actions{Action::kSend}), "so")}));
  const auto ann = user(test);
  const auto bob = user(test);
  constexpr auto kRefused = "error SharedObject.NoWriteAccess";

  ann->say({shared::Use{}}, 0, "never");
  CHECK(ann->next() == "object never v0, error SharedObject.ObjectCreationFailed");
  ann->say({shared::RequestChange{"k", one()}}, 0, "never");
  CHECK(ann->next() == "object never v0, error SharedObject.ObjectCreationFailed");
  ann->say({shared::Use{}}, 0, "secret");
  CHECK(ann->next() == "object secret v0, error SharedObject.NoReadAccess");
  ann->say({shared::RequestChange{"k", one()}}, 0, "secret");  // Red5 lets it write
  CHECK(ann->next() == "object secret v0, error SharedObject.NoReadAccess");

  ann->say({shared::RequestChange{"ro", one()}});  // it has shown its own: here is the truth
  CHECK(ann->next() == fmt::format("object so v1, {}, remove ro", kRefused));
  ann->say({shared::RequestRemove{"ro"}});
  CHECK(ann->next() == fmt::format("object so v1, {}, remove ro", kRefused));
  ann->say({shared::SendMessage{"m", {}}});  // Red5 drops it in silence
  CHECK(ann->next() == fmt::format("object so v1, {}", kRefused));
  CHECK(test.heard(*bob).empty());
}

TEST_CASE("whose change was edited hears what was done, and the values of what was left out") {
  IngestTest test{{}, R"({"role":"guest"})"};
  policy::Hook hook;
  hook.on = policy::Actions{policy::Action::kWrite};
  hook.run = {"sh", "-c",
              R"(while read -r q; do q=${q#*:}; echo "{\"id\":${q%%,*},\"allow\":true,)"
              R"(\"changes\":[{\"op\":\"set\",\"key\":\"k\",\"value\":2},)"
              R"({\"op\":\"send\",\"handler\":\"h\",\"args\":[3]}]}"; done)"};
  test.hub.bus.set_hooks({hook});
  const auto ann = user(test);
  const auto bob = user(test);
  ann->say({shared::RequestChange{"k", one()}, shared::RequestChange{"l", one()},
            shared::SendMessage{"h", {one()}}});
  CHECK(ann->next() == "object so v2, success k, success l");
  CHECK(ann->next() == "object so v2, change k=2, send h(3)");
  CHECK(ann->next() == "object so v2, change k=2, remove l");
  CHECK(bob->next() == "object so v2, change k=2, send h(3)");
}
