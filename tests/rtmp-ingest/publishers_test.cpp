// Whose a name is, what players see when publishers come and go, and what a server that ends says.
#include <string>

#include <doctest/doctest.h>

#include "ingest_test.h"
#include "support/rules.h"

using namespace so;
using rtmp::MediaKind;
using test::Av;
using test::IngestTest;
using test::Lines;

namespace {

constexpr Millis kSoon{300};

/// A status with what it says to a person.
std::string said_in_words(const rtmp::ClientEvent& event) {
  const auto* status = std::get_if<rtmp::StreamStatus>(&event);
  return status != nullptr ? status->code + ": " + status->description
                           : test::describe_event(event);
}

/// In live, and asks for the name.
std::unique_ptr<test::RtmpPeer> asks(IngestTest& test, std::string_view name) {
  auto peer = test.in("live");
  peer->publish(name);
  return peer;
}

}  // namespace

TEST_CASE("R5: a publisher that lives keeps its name, one that is dead does not") {
  IngestTest test{[](auto& options) { options.publisher_dead = kSoon; }};
  const auto first = test.publisher("cam");
  CHECK(asks(test, "cam")->next() == "error 1 NetStream.Publish.BadName");
  first->deaf = true;
  const auto second = asks(test, "cam");
  const auto third = asks(test, "cam");
  CHECK(third->next() == "error 1 NetStream.Publish.BadName");  // one at a time
  CHECK(second->next() == "status 1 NetStream.Publish.Start");
  CHECK(test.edge.ingest.counters().replaced_publishers == 1);
}

TEST_CASE("a second publisher replaces the first where that is wanted") {
  IngestTest test{[](auto& options) { options.replace_publisher = true; }};
  const auto first = test.publisher("cam");
  const auto second = asks(test, "cam");
  CHECK(second->next() == "status 1 NetStream.Publish.Start");
  CHECK(first->next() == "closed");
  second->send(MediaKind::kVideo, 0, Av::key());
  second->all();
  const auto player = test.player("cam");
  CHECK(player->next() == "video on 1 at 0, 12 bytes");
}

TEST_CASE("a publisher who is refused does not end the wait of players") {
  IngestTest test{[](auto& options) { options.play_wait = Millis{10'000}; }};
  const auto player = test.in("live");
  player->play("cam");
  CHECK(player->next() == "status 1 NetStream.Play.Reset");
  CHECK(player->next() == "status 1 NetStream.Play.Start");
  test.heard(*player);
  test.hub.set_policy({.rules = {test::deny(policy::Actions{policy::Action::kPublish})},
                       .limits = {},
                       .objects = {}});
  CHECK(asks(test, "cam?key=wrong")->next() == "error 1 NetStream.Publish.Denied");
  CHECK(test.heard(*player).empty());
}

TEST_CASE("who may not enter the scope of the stream is told why") {
  IngestTest test{hub::Options{}, R"({"role":"anonymous"})"};
  test.hub.set_policy(test::rules({test::with_reason(
      test::deny(policy::Actions{policy::Action::kConnect}, "/live/vip"), "for members only")}));
  const auto peer = asks(test, "vip/cam");
  peer->words = said_in_words;
  CHECK(peer->next() == "NetStream.Publish.Denied: for members only");
  CHECK(test.edge.ingest.streams().empty());
}

TEST_CASE("who was refused to publish and does nothing else is closed") {
  IngestTest test;
  const auto first = test.publisher("cam");
  const auto second = asks(test, "cam");
  CHECK(second->next() == "error 1 NetStream.Publish.BadName");
  CHECK(second->next() == "closed");
  const auto flash = test.in("live");
  flash->say({rtmp::shared::Use{}});
  CHECK(flash->next() == "object so v1, in use, clear");
  flash->publish("cam");
  CHECK(flash->next() == "error 1 NetStream.Publish.BadName");
  const TimePoint then = test.hub.loop.now();
  CHECK(wait_until(test.hub.loop, [&] { return test.hub.loop.now() - then > Millis{1600}; }));
  flash->say({rtmp::shared::RequestChange{"k", amf::Value::number(1)}});
  CHECK(flash->next() == "object so v2, success k");
}

TEST_CASE("players of a lost publisher stay, and its return is a pause to them") {
  IngestTest test{[](auto& options) { options.publisher_grace = Millis{60'000}; }};
  auto publisher = test.publisher("cam");
  const auto player = test.player("cam");
  publisher->send(MediaKind::kVideo, 700, Av::key());
  publisher->send(MediaKind::kVideo, 740, Av::inter());
  CHECK(player->next() == "video on 1 at 700, 12 bytes");
  CHECK(player->next() == "video on 1 at 740, 11 bytes");
  publisher->hang_up();
  REQUIRE(wait_until(test.hub.loop, [&] { return test.edge.ingest.clients() == 1; }));
  const auto waiting = test.player("cam");  // comes meanwhile
  publisher = test.publisher("cam");
  publisher->send(MediaKind::kVideo, 0, Av::avc_config());
  publisher->send(MediaKind::kVideo, 10'000, Av::key());
  publisher->send(MediaKind::kAudio, 10'005, Av::audio());
  for (const auto& each : {player.get(), waiting.get()}) {
    CHECK(each->next() == "video on 1 at 740, 13 bytes");
    CHECK(each->next() == "video on 1 at 760, 12 bytes");
    CHECK(each->next() == "audio on 1 at 765, 4 bytes");
  }
}

TEST_CASE("a lost publisher that does not come back has ended") {
  IngestTest test{[](auto& options) { options.publisher_grace = kSoon; }};
  const auto publisher = test.publisher("cam");
  const auto player = test.player("cam");
  publisher->hang_up();
  CHECK(player->next() == "eof 1");
  CHECK(player->next() == "status 1 NetStream.Play.UnpublishNotify");
}

TEST_CASE("players wait for a publisher where that is wanted, and not for ever") {
  IngestTest test{[](auto& options) { options.play_wait = Millis{700}; }};
  const auto player = test.player("cam");
  const auto other = test.player("never");
  const auto publisher = test.publisher("cam");
  CHECK(player->next() == "status 1 NetStream.Play.PublishNotify");
  publisher->send(MediaKind::kAudio, 20, Av::audio());
  CHECK(player->next() == "audio on 1 at 20, 4 bytes");
  CHECK(other->next() == "error 1 NetStream.Play.StreamNotFound");
  CHECK(player->all().empty());
  CHECK(test.edge.ingest.streams().size() == 1);
}

TEST_CASE("what a publisher says in data messages its players hear once, as it was said") {
  IngestTest test;
  const auto publisher = test.publisher("cam");
  const auto player = test.player("cam");
  publisher->session.send_data(1, 40, {amf::Value::string("onCuePoint"), amf::Value::number(1)});
  publisher->flush();
  CHECK(test.heard(*publisher).empty());
  CHECK(test.heard(*player) == Lines{"data on 1 at 40, 22 bytes"});
}

TEST_CASE("streams that break their codec's rules are relayed as they are, and hurt nobody") {
  IngestTest test{[](auto& options) { options.play_wait = Millis{60'000}; }};
  const auto player = test.player("cam");
  const auto publisher = test.publisher("cam");
  CHECK(player->next() == "status 1 NetStream.Play.PublishNotify");
  const Bytes other_config = test::from_hex("17 00 000000 0142c01effe10000 00");
  const Bytes hevc_config = test::from_hex("90 68766331 01");
  const Bytes cut{0x17};
  const Bytes unknown{0xBB, 0xBB, 0xBB};
  publisher->send(MediaKind::kVideo, 0, Av::inter());  // no configuration, no key frame
  publisher->send(MediaKind::kAudio, 0, {});           // nothing at all
  publisher->send(MediaKind::kVideo, 10, cut);
  publisher->send(MediaKind::kVideo, 4'000'000'000, Av::avc_config());
  publisher->send(MediaKind::kVideo, 20, Av::key());     // a clock that jumps
  publisher->send(MediaKind::kVideo, 20, other_config);  // another configuration, and codec
  publisher->send(MediaKind::kVideo, 5, hevc_config);
  publisher->send(MediaKind::kVideo, 6, unknown);
  publisher->send(MediaKind::kData, 6, {});
  for (const auto* wanted :
       {"video on 1 at 0, 11 bytes", "audio on 1 at 0, 0 bytes", "video on 1 at 10, 1 bytes",
        "video on 1 at 4000000000, 13 bytes", "video on 1 at 20, 12 bytes",
        "video on 1 at 20, 14 bytes", "video on 1 at 5, 6 bytes", "video on 1 at 6, 3 bytes",
        "data on 1 at 6, 0 bytes"}) {
    CHECK(player->next() == wanted);
  }
  const auto late = test.player("cam");
  CHECK(late->next() == "video on 1 at 4000000000, 13 bytes");  // what the key frame needs
  CHECK(late->next() == "video on 1 at 20, 12 bytes");
  CHECK(late->next() == "video on 1 at 20, 14 bytes");
}

TEST_CASE("R14: the streams of a scope are listed") {
  IngestTest test;
  const auto one = test.publisher("cam");
  const auto two = test.publisher("room/cam");
  const std::string listing = test.hub.list("/live");
  CHECK(listing.find(R"("/live/cam")") != std::string::npos);
  CHECK(listing.find("/live/room/cam") == std::string::npos);
  CHECK(test.hub.list("/live/room").find(R"("/live/room/cam")") != std::string::npos);
}

TEST_CASE("a server that ends asks those to reconnect who can, and closes the others") {
  IngestTest test{[](auto& options) { options.drain = Millis{60'000}; }};
  const auto old = test.in("live");
  const auto able = test.peer();
  rtmp::ConnectArguments arguments;
  arguments.app = "live";
  arguments.extra = {{"capsEx", amf::Value::number(1)}};
  able->session.connect(arguments);
  able->flush();
  CHECK(able->next() == "connected NetConnection.Connect.Success");
  bool done = false;
  test.edge.ingest.drain([&] { done = true; });
  CHECK(old->next() == "status 0 NetConnection.Connect.Closed");
  CHECK(old->next() == "closed");
  CHECK(able->next() == "status 0 NetConnection.Connect.ReconnectRequest");
  CHECK_FALSE(done);
  able->hang_up();  // it does
  CHECK(wait_until(test.hub.loop, [&] { return done; }));
}
