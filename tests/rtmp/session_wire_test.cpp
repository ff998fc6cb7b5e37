#include <string>
#include <string_view>

#include <doctest/doctest.h>

#include "rtmp/chunk_writer.h"
#include "rtmp/prepared.h"
#include "rtmp/session.h"
#include "support/hex.h"
#include "support/wire.h"

// What a server session puts on the wire, byte by byte, and when it loses patience.

using namespace so;
using namespace so::rtmp;
using amf::Value;
using std::chrono::seconds;
using test::Lines;
using test::to_hex;
using test::Wire;

namespace {

TimePoint at(int s) {
  return TimePoint{} + seconds{s};
}

}  // namespace

TEST_CASE("R1: connect is answered in the layout of Flash Media Server") {
  Wire wire;
  const Value properties = Value::object({{"fmsVer", Value::string("FMS/3,5,7,7009")},
                                          {"capabilities", Value::number(31)},
                                          {"mode", Value::number(1)}});
  const Value info = Value::object({{"level", Value::string("status")},
                                    {"code", Value::string("NetConnection.Connect.Success")},
                                    {"description", Value::string("Connection succeeded.")},
                                    {"objectEncoding", Value::number(0)}});
  Bytes result;
  write_message({3, 0, MessageType::kCommandAmf0, 0},
                Command{"_result", 1, properties, {info}}.encode(Encoding::kAmf0), 4096, result);
  CHECK(to_hex(wire.say(Wire::connect_command())) ==
        "020000000000040500000000002625a0"
        "020000000000050600000000002625a002"
        "02000000000004010000000000001000"
        "020000000000060400000000000000000000" +
            to_hex(result));
}

TEST_CASE("a status stands on the stream it is about, behind its StreamBegin") {
  Wire wire;
  wire.say(Wire::connect_command());
  wire.say(Command{"createStream", 2, Value::null(), {}});
  const std::string published =
      to_hex(wire.say(Command{"publish", 3, Value::null(), {Value::string("x")}}, 1));
  CHECK(published.find("020000000000060400000000000000000001"
                       "05000000") == 0);
  CHECK(published.find("1401000000"
                       "0200086f6e537461747573") != std::string::npos);
}

TEST_CASE("commands are answered in type 17 only to who speaks it") {
  const auto answer_type = [](double object_encoding, Encoding commands) {
    Wire wire;
    wire.connect(object_encoding);
    const Command create{"createStream", 2, Value::null(), {}};
    return wire.say(Wire::chunks(Command::type(commands), create.encode(commands))).at(7);
  };
  CHECK(answer_type(0, Encoding::kAmf0) == 20);
  CHECK(answer_type(0, Encoding::kAmf3) == 20);
  CHECK(answer_type(3, Encoding::kAmf0) == 20);
  CHECK(answer_type(3, Encoding::kAmf3) == 17);
}

TEST_CASE("R13: what needs no decision is answered, what wants no answer gets none") {
  Wire wire;
  wire.say(Wire::connect_command());
  wire.heard.clear();
  for (const std::string_view name : {"releaseStream", "FCPublish", "FCUnpublish", "_checkbw"}) {
    const Command command{std::string{name}, 7, Value::null(), {Value::string("x")}};
    const Command result{"_result", 7, Value::null(), {Value::undefined()}};
    Bytes expected;
    write_message({3, 0, MessageType::kCommandAmf0, 0}, result.encode(Encoding::kAmf0), 4096,
                  expected);
    CHECK(wire.say(command) == expected);
    CHECK(wire.say(Command{std::string{name}, 0, Value::null(), {}}).empty());
  }
  CHECK(wire.say(Command{"seek", 0, Value::null(), {Value::number(5)}}, 1).empty());
  CHECK(wire.say(Command{"_result", 9, Value::null(), {}}).empty());  // to no call of ours
  CHECK(wire.heard.empty());
}

TEST_CASE("streams are stopped in all the ways clients know") {
  const auto ended = [](const Command& stop, std::uint32_t stream) {
    Wire wire;
    wire.say(Wire::connect_command());
    wire.say(Command{"createStream", 2, Value::null(), {}});
    wire.say(Command{"publish", 3, Value::null(), {Value::string("x")}}, 1);
    wire.heard.clear();
    wire.say(stop, stream);
    return wire.heard == Lines{"publish 1 ends"};
  };
  const Value null = Value::null();
  CHECK(ended({"deleteStream", 0, null, {Value::number(1)}}, 0));
  CHECK(ended({"deleteStream", 0, null, {Value::string("x")}}, 0));  // rtmp2sink
  CHECK(ended({"deleteStream", 0, null, {}}, 0));
  CHECK(ended({"deleteStream", 0, null, {Value::number(-1e300)}}, 0));
  CHECK(ended({"closeStream", 0, null, {}}, 1));
  CHECK(ended({"publish", 0, null, {Value::boolean(false)}}, 1));  // Wirecast
}

TEST_CASE("R9: players pause and choose what they hear") {
  Wire wire;
  wire.say(Wire::connect_command());
  wire.say(Command{"createStream", 2, Value::null(), {}});
  wire.say(
      Command{"play2", 3, Value::null(), {Value::object({{"streamName", Value::string("x")}})}}, 1);
  const Value yes = Value::boolean(true);
  const Value no = Value::boolean(false);
  wire.say(Command{"pause", 0, Value::null(), {yes, Value::number(5)}}, 1);
  wire.say(Command{"pauseRaw", 0, Value::null(), {no, Value::number(5)}}, 1);
  wire.say(Command{"receiveAudio", 0, Value::null(), {no}}, 1);
  wire.say(Command{"receiveVideo", 0, Value::null(), {yes}}, 1);
  wire.say(Command{"play", 0, Value::null(), {Value::string("y"), Value::number(-1000)}}, 1);
  wire.say(Command{"play", 0, Value::null(), {no}}, 1);
  CHECK(wire.heard == Lines{"connect live", "play 1 live/x from -2", "pause 1", "unpause 1",
                            "do not send audio 1", "send video 1", "play 1 live/y from -1000",
                            "play 1 ends"});
}

TEST_CASE("a prepared message suits every session, wherever it stands") {
  test::Pair pair;
  pair.connect("live");
  pair.client.create_stream();
  pair.pump();
  pair.client.play(1, "x");
  pair.pump();
  pair.client_heard();
  const Bytes body(10'000);
  const Bytes bytes =
      prepare(Media{1, MediaKind::kVideo, 0x1000005, body}, pair.server.chunk_size());
  for (const std::uint32_t time : {0U, 20U, 40U}) {
    pair.server.send_media({1, MediaKind::kAudio, time, ByteView{body}.first(5)});
    const Bytes own = pair.server.take_output();
    pair.client.receive(own, {});
    pair.client.receive(bytes, {});
    pair.client.receive(prepare(SharedObjectMessage{"o", 1, 0, {shared::Clear{}}}, Encoding::kAmf0,
                                pair.server.chunk_size()),
                        {});
  }
  Lines heard;
  while (true) {
    const auto event = pair.client.next();
    REQUIRE(event);
    if (!*event) break;
    heard.push_back(test::describe_event(**event));
  }
  CHECK(heard == Lines{"audio on 1 at 0, 5 bytes", "video on 1 at 16777221, 10000 bytes",
                       "object o v1, clear", "audio on 1 at 20, 5 bytes",
                       "video on 1 at 16777221, 10000 bytes", "object o v1, clear",
                       "audio on 1 at 40, 5 bytes", "video on 1 at 16777221, 10000 bytes",
                       "object o v1, clear"});
}

TEST_CASE("who has shaken hands must connect, and then has so long to find something to do") {
  ServerOptions options;
  options.idle = Millis{10'000};
  options.link.ping_after = Millis{0};
  Wire wire{options};
  CHECK(wire.session.deadline() == at(5));
  wire.say(Wire::connect_command(), 0, at(4));
  CHECK(wire.session.deadline() == at(14));
  wire.say(Command{"createStream", 2, Value::null(), {}}, 0, at(5));
  CHECK(wire.session.deadline() == at(14));
  wire.say(Command{"play", 0, Value::null(), {Value::string("x")}}, 1, at(6));
  CHECK(wire.session.deadline() == at(66));  // what all have
  wire.say(Command{"closeStream", 0, Value::null(), {}}, 1, at(7));
  CHECK(wire.session.deadline() == at(17));
  wire.session.tick(at(17));
  const Bytes last = wire.session.take_output();
  CHECK(as_text(last).find("NetConnection.Connect.IdleTimeout") != std::string::npos);
  CHECK(wire.session.next().error() == Error{Code::kUnreachable, "idle for 10 s"});
}

TEST_CASE("who has called, or was called, has a reason to stay") {
  ServerOptions options;
  options.idle = Millis{10'000};
  options.link.ping_after = Millis{0};
  Wire calls{options};
  calls.connect();
  CHECK(calls.session.deadline() == at(10));
  calls.call("sum");
  CHECK(calls.session.deadline() == at(60));
  Wire called{options};
  called.connect();
  called.session.call("who", {});
  CHECK(called.session.deadline() == at(60));
}

TEST_CASE("a publisher that answers pings and sends no media has so long") {
  ServerOptions options;
  options.media = Millis{20'000};
  options.link.ping_after = Millis{0};
  const Bytes pong = test::from_hex("020000000000060400000000 0007 00000000");
  const auto media = [](Wire& wire, int when) {
    wire.say(Wire::chunks(MessageType::kAudio, Bytes(5), 1), at(when));
  };
  Wire wire{options};
  wire.publish();
  for (int s = 10; s < 30; s += 10) wire.say(pong, at(s - 1));
  CHECK(wire.session.deadline() == at(20));  // of the publish
  media(wire, 19);
  wire.say(pong, at(38));
  CHECK(wire.session.deadline() == at(39));
  wire.session.tick(at(39));
  const Bytes last = wire.session.take_output();
  CHECK(as_text(last).find("NetStream.Publish.Idle") != std::string::npos);
  CHECK(wire.session.next().error() == Error{Code::kUnreachable, "no media for 20 s"});
  Wire player{options};
  player.connect();
  player.call("createStream");
  player.call("play", {Value::string("x")}, 1);
  CHECK(player.session.deadline() == at(60));
}

TEST_CASE("R9: a recording says that it is one, is sought in, and has an end") {
  Wire wire;
  wire.connect();
  wire.call("createStream");
  wire.call("play", {Value::string("x.flv"), Value::number(5000), Value::number(1000)}, 1);
  CHECK(wire.heard == Lines{"play 1 live/x.flv from 5000"});
  wire.heard.clear();
  wire.call("seek", {Value::number(7000)}, 1);
  CHECK(wire.heard == Lines{"seek 1 to 7000"});
  wire.session.seek_started(1);
  const Bytes sought = wire.session.take_output();
  CHECK(to_hex(sought).find("0200000000000604000000000001"
                            "00000001") == 0);  // StreamEOF
  CHECK(as_text(sought).find("NetStream.Seek.Notify") != std::string::npos);
  wire.session.play_complete(1, 12.5, 1000);
  const Bytes last = wire.session.take_output();
  const std::string_view text = as_text(last);
  const std::size_t complete = text.find("NetStream.Play.Complete");
  const std::size_t stop = text.find("NetStream.Play.Stop");
  CHECK(text.find("onPlayStatus") < complete);
  CHECK(complete < stop);
  CHECK(stop != std::string::npos);
}

TEST_CASE("how long a player's buffer is, is heard of streams that play") {
  Wire wire;
  wire.connect();
  wire.call("createStream");
  const Bytes of_1 = test::from_hex("02000000 00000a 04 00000000 0003 00000001 00000bb8");
  wire.say(of_1);
  wire.call("play", {Value::string("x")}, 1);
  wire.say(of_1);
  wire.say(test::from_hex("02000000 00000a 04 00000000 0003 00000000 0000012c"));
  CHECK(wire.heard == Lines{"play 1 live/x from -2", "buffer 1 of 3000 ms"});
}

TEST_CASE("a publisher may be silent for a shorter time than others") {
  ServerOptions options;
  options.publisher_idle = Seconds{15};
  options.link.ping_after = Millis{0};
  Wire wire{options};
  wire.say(Wire::connect_command());
  wire.say(Command{"createStream", 2, Value::null(), {}});
  CHECK(wire.session.deadline() == at(60));
  wire.say(Command{"publish", 3, Value::null(), {Value::string("x")}}, 1);
  CHECK(wire.session.deadline() == at(15));
  wire.say(Command{"closeStream", 0, Value::null(), {}}, 1);
  CHECK(wire.session.deadline() == at(60));
}
