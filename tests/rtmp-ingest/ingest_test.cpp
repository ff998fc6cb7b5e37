#include "ingest.h"

#include <array>
#include <string>

#include <doctest/doctest.h>

#include "ingest_test.h"
#include "media/zmq_publisher.h"
#include "support/fake_bus.h"

using namespace so;
using rtmp::MediaKind;
using test::Av;
using test::IngestTest;
using test::Lines;

namespace {

/// An edge whose hub is in the hands of the test.
struct Hubless {
  net::Loop loop;
  FakeBus bus;
  bus::Client client{bus, loop, "rtmp-ingest"};
  test::Edge edge{loop, client};

  void hello(std::string_view hub) {
    bus.link(true);
    bus.done(bus.next(), fmt::format(R"({{"hub":"{}","beat":5000,"lease":15000}})", hub));
  }
  wire::Frame asked() {
    REQUIRE(wait_until(loop, [this] { return !bus.idle(); }));
    return bus.next();
  }
};

}  // namespace

TEST_CASE("who may connect") {
  struct Case {
    const char* app;
    const char* heard;
  };
  constexpr std::array kCases{
      Case{"chat", "connected NetConnection.Connect.Success"},
      Case{"chat/room1", "connected NetConnection.Connect.Success"},
      Case{"chat?scope=room1", "connected NetConnection.Connect.Success"},
      Case{"secret", "refused NetConnection.Connect.InvalidApp: "},
      Case{"chat?scope=../x", "refused NetConnection.Connect.Rejected: "},
  };
  IngestTest test{{.applications = {{"chat"}}}};
  for (const Case& c : kCases) {
    CAPTURE(c.app);
    const auto peer = test.peer();
    peer->connect(c.app);
    CHECK(peer->next().starts_with(c.heard));
  }
}

TEST_CASE("without a hub nobody comes in") {
  Hubless test;
  const auto peer = test.edge.peer();
  peer->connect("chat");
  CHECK(peer->next() == "refused NetConnection.Connect.Rejected: There is no hub at present.");
  CHECK(peer->next() == "closed");
}

TEST_CASE("R6: a stream is played as it is published, from the key frame on") {
  IngestTest test;
  const auto publisher = test.publisher("cam");
  publisher->send(MediaKind::kVideo, 0, Av::avc_config());
  publisher->send(MediaKind::kVideo, 0, Av::key());
  publisher->send(MediaKind::kAudio, 5, Av::audio());
  publisher->all();
  const auto player = test.player("cam");
  publisher->send(MediaKind::kVideo, 40, Av::inter());
  publisher->all();
  CHECK(player->all() == Lines{"video on 1 at 0, 13 bytes", "video on 1 at 0, 12 bytes",
                               "audio on 1 at 5, 4 bytes", "video on 1 at 40, 11 bytes"});
}

TEST_CASE("app and name may be cut anywhere") {
  IngestTest test;
  const auto publisher = test.in("live/studio");
  publisher->publish("cam");
  CHECK(publisher->next() == "status 1 NetStream.Publish.Start");
  const auto player = test.in("live");
  player->play("studio/cam");
  CHECK(player->next() == "status 1 NetStream.Play.Reset");
}

TEST_CASE("R5: a name has one publisher, and a stream has a name") {
  IngestTest test;
  const auto first = test.publisher("cam");
  const auto second = test.in("live");
  second->publish("cam");
  CHECK(second->next() == "error 1 NetStream.Publish.BadName");
  const auto nameless = test.in("live");
  nameless->publish("");
  CHECK(nameless->next() == "error 1 NetStream.Publish.BadName");
  first->send(MediaKind::kAudio, 5, Av::audio());
  const auto player = test.player("cam");  // the first one still publishes
}

TEST_CASE("a name that somebody else publishes at another edge is taken") {
  IngestTest test;
  constexpr std::uint64_t kOther = 1000;
  test.hub.client.join(kOther, "/live", {});
  test.hub.client.publish(kOther, "/live/cam", {.endpoint = "ipc:///nowhere"});
  test.hub.settle();
  const auto peer = test.in("live");
  peer->publish("cam");
  CHECK(peer->next() == "error 1 NetStream.Publish.BadName");
}

TEST_CASE("a stream of another edge is fetched and played") {
  IngestTest test;
  auto other = media::Publisher::open(test.hub.loop, test.edge.dir.path(""), {});
  REQUIRE(other);
  const Bytes key = Av::key();
  (*other)->publish({flv::TagType::kVideo, 7, key});
  constexpr std::uint64_t kOther = 1000;
  test.hub.client.join(kOther, "/live", {});
  test.hub.client.publish(kOther, "/live/cam", {.endpoint = (*other)->endpoint()});
  test.hub.settle();
  const auto player = test.player("cam");
  CHECK(player->next() == "video on 1 at 7, 12 bytes");
  test.hub.client.unpublish(kOther, "/live/cam");
  CHECK(player->next() == "eof 1");
  CHECK(player->next() == "status 1 NetStream.Play.UnpublishNotify");
}

TEST_CASE("what nobody publishes cannot be played") {
  IngestTest test;
  const auto player = test.in("live");
  player->play("none");
  CHECK(player->next() == "error 1 NetStream.Play.StreamNotFound");
}

TEST_CASE("players are told when the publisher goes, however it goes, and go on with the next") {
  IngestTest test;
  auto publisher = test.publisher("cam");
  const auto player = test.player("cam");
  publisher->session.unpublish("cam");
  publisher->session.delete_stream(1);
  publisher->flush();
  CHECK(player->next() == "eof 1");
  CHECK(player->next() == "status 1 NetStream.Play.UnpublishNotify");
  player->all();
  publisher = test.publisher("cam");
  CHECK(player->next() == "status 1 NetStream.Play.PublishNotify");
  publisher->send(MediaKind::kVideo, 0, Av::key());
  CHECK(player->next() == "video on 1 at 0, 12 bytes");
  publisher->hang_up();
  CHECK(player->next() == "eof 1");
  CHECK(player->next() == "status 1 NetStream.Play.UnpublishNotify");
  test.hub.settle();
  publisher = test.publisher("cam");  // the hub knows that the name is free again
}

TEST_CASE("metadata that is pushed to a stream reaches its players") {
  IngestTest test;
  const auto publisher = test.publisher("cam");
  const auto player = test.player("cam");
  test.hub.settle();
  test.hub.client.meta(1000, "/live/cam", R"({"lat":48.2})", {});
  CHECK(player->next().starts_with("data on 1 at 0, "));
  test.hub.client.meta(1000, "/", R"("to all")", {});
  CHECK(player->next().starts_with("data on 1 at 0, "));
}

TEST_CASE("a method that does not exist fails") {
  IngestTest test;
  const auto peer = test.in("live");
  peer->session.call("fly", {});
  peer->flush();
  CHECK(peer->next().find("no method fly in /live") != std::string::npos);
}

TEST_CASE("garbage is closed, and hurts nobody") {
  IngestTest test;
  const auto publisher = test.publisher("cam");
  auto ends = test::socket_pair();
  const UniqueFd& near = ends[0];
  test.edge.connections.adopt(std::move(ends[1]), {"vandal", 0});
  REQUIRE(wait_until(test.hub.loop, [&] { return test.edge.connections.size() == 2; }));
  const std::string garbage(5000, '\xff');
  CHECK(write(near.get(), garbage.data(), garbage.size()) == 5000);
  std::array<char, 64> answer{};
  CHECK(wait_until(test.hub.loop,
                   [&] { return read(near.get(), answer.data(), answer.size()) == 0; }));
  publisher->send(MediaKind::kVideo, 0, Av::key());
  const auto player = test.player("cam");
  CHECK(player->next() == "video on 1 at 0, 12 bytes");
}

TEST_CASE("O27: events that nobody knows are skipped and counted") {
  IngestTest test;
  const auto peer = test.in("chat");
  peer->say({rtmp::shared::Use{}});
  peer->say_raw(
      test::from_hex("0002736f 00000000 00000000 00000000 c8 00000003 ffffff"
                     "0c 00000003 ffffff 03 0000000c 00016b 003ff0000000000000"));
  CHECK(test.heard(*peer) == Lines{"object so v1, in use, clear", "object so v2, success k"});
  CHECK(test.edge.ingest.clients() == 1);
  CHECK(test.edge.ingest.counters().object_messages == 2);
  CHECK(test.edge.ingest.counters().unknown_events == 2);
}

TEST_CASE("a client that leaves is no member any more") {
  IngestTest test;
  auto peer = test.in("chat/room1");
  std::string listing;
  const auto list = [&] {
    test.hub.client.list(1000, "/chat/room1", [&](const bus::Reply& reply) {
      listing = reply.ok() ? reply.body : reply.code;
    });
    test.hub.settle();
    return listing;
  };
  CHECK(list().find(R"("members":1)") != std::string::npos);
  peer->hang_up();
  CHECK(wait_until(test.hub.loop, [&] { return test.edge.connections.size() == 0; }));
  CHECK(list() == "not_found");
}

TEST_CASE("who is refused by a restarted hub is closed, an object alone is not worth that") {
  Hubless test;
  test.hello("00000000000000aa");
  test.bus.done(test.asked());  // follows the streams
  const auto peer = test.edge.peer();
  peer->connect("chat");
  test.bus.done(test.asked());
  CHECK(peer->next() == "connected NetConnection.Connect.Success");
  test.bus.link(false);
  test.hello("00000000000000bb");
  while (true) {
    const wire::Frame request = test.asked();
    if (request.header.kind == wire::Kind::kJoin) {
      test.bus.refuse(request, "denied");
      break;
    }
    test.bus.done(request);
  }
  CHECK(peer->next() == "closed");
}

TEST_CASE("draining tells everybody, and is done when all have gone") {
  IngestTest test;
  const auto ann = test.in("chat");
  const auto bob = test.in("chat");
  bool done = false;
  test.edge.ingest.drain([&] { done = true; });
  CHECK_FALSE(done);
  CHECK(ann->next() == "status 0 NetConnection.Connect.Closed");
  CHECK(ann->next() == "closed");
  CHECK(bob->next() == "status 0 NetConnection.Connect.Closed");
  CHECK(wait_until(test.hub.loop, [&] { return done; }));
  IngestTest empty;
  bool at_once = false;
  empty.edge.ingest.drain([&] { at_once = true; });
  CHECK(at_once);
}
