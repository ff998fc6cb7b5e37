#include "rtmp/session.h"

#include <string>
#include <vector>

#include <doctest/doctest.h>

#include "support/pair.h"

using namespace so;
using namespace so::rtmp;
using amf::Value;
using test::Lines;
using test::Pair;

namespace {

// A pair whose client has connected and has stream 1.
struct Ready : Pair {
  explicit Ready(const std::string& app = "live", const ServerOptions& options = {})
      : Pair(options) {
    connect(app);
    client.create_stream();
    pump();
    CHECK(server_heard() == Lines{"connect " + app});
    CHECK(client_heard() == Lines{"connected NetConnection.Connect.Success", "stream 1"});
  }
};

}  // namespace

TEST_CASE("a client connects, publishes and is heard") {
  Ready pair;
  pair.client.publish(1, "cam?key=1");
  pair.pump();
  CHECK(pair.server_heard() == Lines{"publish 1 live/cam?key=1 live"});
  CHECK(pair.client_heard() == Lines{"status 1 NetStream.Publish.Start"});

  pair.client.send_data(1, 0, {Value::string("@setDataFrame"), Value::string("onMetaData")});
  pair.client.send_media({1, MediaKind::kVideo, 0, Bytes(300)});
  pair.client.send_media({1, MediaKind::kAudio, 21, Bytes(7)});
  pair.client.send_media({1, MediaKind::kVideo, 40, Bytes(5000)});
  pair.client.unpublish("cam");
  pair.client.delete_stream(1);
  pair.pump();
  CHECK(pair.server_heard() == Lines{"data on 1 at 0, 29 bytes", "video on 1 at 0, 300 bytes",
                                     "audio on 1 at 21, 7 bytes", "video on 1 at 40, 5000 bytes",
                                     "publish 1 ends"});
}

TEST_CASE("a client plays, and hears the safe set at the end") {
  Ready pair;
  pair.client.play(1, "cam");
  pair.pump();
  CHECK(pair.server_heard() == Lines{"play 1 live/cam from -2", "buffer 1 of 3000 ms"});
  CHECK(pair.client_heard() == Lines{"status 1 NetStream.Play.Reset",
                                     "status 1 NetStream.Play.Start", "data on 1 at 0, 24 bytes"});

  pair.server.send_media({1, MediaKind::kVideo, 1000, Bytes(9)});
  pair.server.send_media({1, MediaKind::kVideo, 1040, Bytes(9)});
  pair.server.end_of_stream(1);
  pair.pump();
  CHECK(pair.client_heard() == Lines{"video on 1 at 1000, 9 bytes", "video on 1 at 1040, 9 bytes",
                                     "eof 1", "status 1 NetStream.Play.UnpublishNotify"});
  pair.client.delete_stream(1);
  pair.pump();
  CHECK(pair.server_heard() == Lines{"play 1 ends"});
  pair.server.send_media({1, MediaKind::kVideo, 1080, Bytes(9)});
  CHECK(pair.server.take_output().empty());
}

TEST_CASE("a scenario does not depend on how its bytes are split") {
  const auto scenario = [](std::size_t step) {
    Pair pair;
    pair.step = step;
    pair.connect("chat/room1?user=1");
    pair.client.create_stream();
    pair.client.send_shared_object({"chat", 0, 0, {shared::Use{}}});
    pair.pump();
    pair.client.publish(1, "cam");
    for (std::uint32_t i = 0; i < 20; ++i) {
      pair.client.send_media({1, MediaKind::kVideo, i * 40, Bytes(i * 100)});
    }
    pair.client.call("sum", {Value::number(1), Value::number(2)});
    pair.pump();
    Lines heard = pair.server_heard();
    for (const std::string& line : pair.client_heard()) heard.push_back(line);
    return heard;
  };
  const Lines whole = scenario(100'000);
  CHECK(whole.size() == 27);
  for (const std::size_t step : {1U, 2U, 7U, 4096U}) CHECK(scenario(step) == whole);
}

TEST_CASE("a refused connect is told why, and the session is over") {
  Pair pair;
  pair.decide = [](ServerSession& server, const ServerEvent&) {
    server.reject_connect("NetConnection.Connect.Rejected", "no such room");
  };
  pair.connect("chat");
  pair.client.create_stream();
  pair.pump();
  CHECK(pair.server_heard() ==
        Lines{"connect chat", "connect refused: NetConnection.Connect.Rejected: no such room"});
  CHECK(pair.client_heard() == Lines{"refused NetConnection.Connect.Rejected: no such room"});
  CHECK(pair.server.next().error().code == Code::kRefused);
}

TEST_CASE("the reason of who refuses a connect is told as the application's") {
  Pair pair;
  pair.decide = [](ServerSession& server, const ServerEvent&) {
    server.reject_connect("NetConnection.Connect.Rejected", "full", amf::Value::string("full"));
  };
  pair.connect("chat");
  pair.pump();
  CHECK(pair.client_heard() == Lines{"refused NetConnection.Connect.Rejected: full for 'full'"});
}

TEST_CASE("an app that is no path is refused without asking") {
  Pair pair;
  pair.connect("live/..");
  pair.pump();
  CHECK(pair.client_heard() ==
        Lines{"refused NetConnection.Connect.Rejected: path: a segment is '..'"});
  CHECK(pair.server.next().error().code == Code::kRefused);
}

TEST_CASE("nothing is looked at while a request waits for its answer") {
  Pair pair;
  pair.decide = nullptr;
  pair.connect("live");
  pair.client.create_stream();
  pair.pump();
  CHECK(pair.server_heard() == Lines{"connect live"});
  CHECK(pair.client_heard().empty());
  CHECK(pair.server.wants_bytes());
  pair.decide = test::accept;
  pair.server.accept_connect();  // later, and nothing more has come
  CHECK(!pair.server.next().value());
  pair.pump();
  CHECK(pair.client_heard() == Lines{"connected NetConnection.Connect.Success", "stream 1"});
}

TEST_CASE("what waits behind a request is bounded by who stops reading") {
  Pair pair;
  pair.decide = nullptr;
  pair.connect("live");
  pair.pump();
  CHECK(pair.server.wants_bytes());
  pair.server.receive(Bytes(300'000), pair.now);
  CHECK_FALSE(pair.server.wants_bytes());
}

TEST_CASE("publish and play may be refused, and asked again") {
  Ready pair;
  pair.decide = [](ServerSession& server, const ServerEvent& event) {
    if (const auto* e = std::get_if<PublishRequest>(&event)) {
      server.publish_failed(e->stream, "NetStream.Publish.BadName", "in use");
    }
    if (const auto* e = std::get_if<PlayRequest>(&event)) {
      server.play_failed(e->stream, "NetStream.Play.StreamNotFound", "not there");
    }
  };
  pair.client.publish(1, "cam");
  pair.client.play(1, "cam");
  pair.pump();
  CHECK(pair.client_heard() ==
        Lines{"error 1 NetStream.Publish.BadName", "error 1 NetStream.Play.StreamNotFound"});
  pair.decide = test::accept;
  pair.client.publish(1, "cam2");
  pair.pump();
  CHECK(pair.client_heard() == Lines{"status 1 NetStream.Publish.Start"});
}

TEST_CASE("a stream name that is no path is refused without asking") {
  Ready pair;
  pair.client.publish(1, "../cam");
  pair.client.play(1, "a\nb");
  pair.pump();
  CHECK(pair.server_heard().empty());
  CHECK(pair.client_heard() ==
        Lines{"error 1 NetStream.Publish.BadName", "error 1 NetStream.Play.Failed"});
}

TEST_CASE("a stream does one thing at a time") {
  Ready pair;
  pair.client.publish(1, "a");
  pair.client.publish(1, "b");
  pair.client.play(1, "c");
  pair.pump();
  CHECK(pair.server_heard() == Lines{"publish 1 live/a live"});
  CHECK(pair.client_heard() == Lines{"status 1 NetStream.Publish.Start",
                                     "error 1 NetStream.Publish.BadName",
                                     "error 1 NetStream.Play.Failed"});
}

TEST_CASE("R4: stream ids begin at 1, are used again, and are bounded") {
  ServerOptions options;
  options.streams = 3;
  Ready pair{"live", options};
  pair.client.create_stream();
  pair.client.create_stream();
  pair.client.create_stream();
  pair.client.delete_stream(2);
  pair.client.create_stream();
  pair.pump();
  CHECK(pair.client_heard() ==
        Lines{"stream 2", "stream 3",
              "failure 5 {level: 'error', code: 'NetConnection.Call.Failed', description: 'more "
              "than 3 streams'}",
              "stream 2"});
}

TEST_CASE("media on a stream that does not publish is dropped, data on stream 0 finds the one") {
  Ready pair;
  pair.client.send_media({1, MediaKind::kAudio, 0, Bytes(3)});
  pair.client.publish(1, "cam");
  pair.client.send_media({2, MediaKind::kAudio, 0, Bytes(4)});
  pair.client.send_media({0, MediaKind::kData, 0, Bytes(5)});
  pair.pump();
  CHECK(pair.server_heard() == Lines{"publish 1 live/cam live", "data on 1 at 0, 5 bytes"});
}

TEST_CASE("remote calls go both ways and are answered or not") {
  Ready pair;
  pair.decide = [](ServerSession& server, const ServerEvent& event) {
    const auto* e = std::get_if<Call>(&event);
    if (e == nullptr) return;
    if (e->name == "sum")
      server.result(e->transaction, Value::number(3));
    else
      server.error(e->transaction, "NetConnection.Call.Failed", "no method");
  };
  pair.react = [](ClientSession& client, const ClientEvent& event) {
    if (const auto* e = std::get_if<Call>(&event))
      client.result(e->transaction, Value::string("me"));
  };
  pair.client.call("sum", {Value::number(1), Value::number(2)});
  pair.client.call("nothing", {});
  CHECK(pair.server.call("who", {}) == 2);
  pair.pump();
  CHECK(pair.server_heard() ==
        Lines{"call 3 sum(1, 2) on 0", "call 4 nothing() on 0", "reply 2 'me'"});
  CHECK(pair.client_heard() ==
        Lines{"call 2 who() on 0", "reply 3 3",
              "failure 4 {level: 'error', code: 'NetConnection.Call.Failed', description: 'no "
              "method'}"});
}

TEST_CASE("an error may say more, and a call may be given up") {
  Ready pair;
  pair.decide = [](ServerSession& server, const ServerEvent& event) {
    if (const auto* e = std::get_if<Call>(&event))
      server.error(e->transaction, "NetConnection.Call.Failed", "no",
                   {{"application", Value::number(7)}});
  };
  std::vector<double> asked;
  pair.react = [&asked](ClientSession& client, const ClientEvent& event) {
    const auto* e = std::get_if<Call>(&event);
    if (e == nullptr) return;
    asked.push_back(e->transaction);
    client.error(e->transaction, "NetConnection.Call.Failed", "busy", {{"n", Value::number(1)}});
  };
  pair.client.call("sum", {});
  const double given_up = pair.server.call("who", {});
  pair.server.call("who", {});
  pair.server.forget_call(given_up);
  pair.pump();
  CHECK(asked == std::vector<double>{2, 3});
  CHECK(pair.server_heard() ==
        Lines{"call 3 sum() on 0",
              "failure 3 {level: 'error', code: 'NetConnection.Call.Failed', "
              "description: 'busy', n: 1}"});
  CHECK(pair.client_heard() ==
        Lines{"call 2 who() on 0", "call 3 who() on 0",
              "failure 3 {level: 'error', code: 'NetConnection.Call.Failed', description: 'no', "
              "application: 7}"});
}

TEST_CASE("shared objects travel in the encoding the client has said") {
  for (const Encoding encoding : {Encoding::kAmf0, Encoding::kAmf3}) {
    Pair pair;
    pair.connect("chat", encoding);
    pair.client.send_shared_object({"o", 0, 2, {shared::Use{}}});
    pair.client.send_shared_object({"o", 1, 2, {shared::RequestChange{"k", Value::string("v")}}});
    pair.pump();
    CHECK(pair.server.encoding() == encoding);
    CHECK(pair.server_heard() ==
          Lines{"connect chat", "object o v0 kept, use", "object o v1 kept, request k='v'"});
    pair.server.send_shared_object({"o", 2, 2, {shared::Success{"k"}, shared::Remove{"l"}}});
    pair.pump();
    CHECK(pair.client_heard() == Lines{"connected NetConnection.Connect.Success",
                                       "object o v2 kept, success k, remove l"});
  }
}

TEST_CASE("extra members of the answer reach the client") {
  Pair pair;
  pair.decide = [](ServerSession& server, const ServerEvent&) {
    server.accept_connect({{"capsEx", Value::number(3)}});
  };
  Value information;
  pair.react = [&information](ClientSession&, const ClientEvent& event) {
    if (const auto* e = std::get_if<Connected>(&event)) information = e->information;
  };
  pair.connect("live");
  pair.pump();
  REQUIRE(information.find("capsEx") != nullptr);
  CHECK(information.find("capsEx")->as_number() == 3);
  REQUIRE(information.find("objectEncoding") != nullptr);
  CHECK(information.find("objectEncoding")->as_number() == 0);
}
