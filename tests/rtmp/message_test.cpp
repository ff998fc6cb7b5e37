#include "rtmp/message.h"

#include <string>
#include <string_view>
#include <vector>

#include <doctest/doctest.h>

#include "rtmp/chunk_writer.h"
#include "support/hex.h"

using namespace so;
using namespace so::rtmp;
using amf::Value;
using test::from_hex;
using test::to_hex;

namespace {

// A control message as a whole chunk, both ways.
template <class Message>
void check_control(const Message& message, std::string_view chunk) {
  Bytes body;
  Writer out{body};
  message.encode(out);
  Bytes bytes;
  write_message({2, 0, Message::kType, 0}, body, kFirstChunkBytes, bytes);
  CHECK(to_hex(bytes) == chunk);
  CHECK(Message::decode(body) == message);
}

template <class Message>
std::string error_of(std::string_view body) {
  const auto message = Message::decode(from_hex(body));
  return message ? "" : message.error().text;
}

RawMessage raw(MessageType type, ByteView body) {
  return {{3, 0, type, 0}, body};
}

Result<Command> decode_command(std::string_view hex, MessageType type = MessageType::kCommandAmf0) {
  const Bytes body = from_hex(hex);
  return Command::decode(raw(type, body));
}

}  // namespace

TEST_CASE("control messages and bytes correspond both ways") {
  check_control(SetChunkSize{4096}, "02000000000004010000000000001000");
  check_control(Abort{6}, "02000000000004020000000000000006");
  check_control(Acknowledgement{0xFFFFFFFF}, "020000000000040300000000ffffffff");
  check_control(WindowAckSize{2500000}, "020000000000040500000000002625a0");
  check_control(SetPeerBandwidth{2500000, SetPeerBandwidth::Limit::kDynamic},
                "020000000000050600000000002625a002");
  using Event = UserControl::Event;
  check_control(UserControl{Event::kStreamBegin, 1}, "020000000000060400000000000000000001");
  check_control(UserControl{Event::kPingRequest, 0x01020304},
                "020000000000060400000000000601020304");
  check_control(UserControl{Event::kSetBufferLength, 1, 3000},
                "0200000000000a040000000000030000000100000bb8");
}

TEST_CASE("control messages may trail, and must not be short") {
  CHECK(WindowAckSize::decode(from_hex("00000005 ffff")) == WindowAckSize{5});
  CHECK(error_of<WindowAckSize>("000000") == "window acknowledgement size: the body is too short");
  CHECK(error_of<SetPeerBandwidth>("00000001") == "set peer bandwidth: the body is too short");
  CHECK(error_of<UserControl>("0006 000000") == "user control: the body is too short");
  CHECK(error_of<UserControl>("0003 00000001") == "user control: the body is too short");
  CHECK(error_of<UserControl>("00") == "user control: the body is too short");
}

TEST_CASE("user control events nobody knows are no error") {
  const auto swf_verify = UserControl::decode(from_hex("001a"));
  REQUIRE(swf_verify);
  CHECK(static_cast<int>(swf_verify->event) == 26);
  CHECK(UserControl::decode(from_hex("001f 00000001")));
}

TEST_CASE("a chunk size is between 1 and 2^31 - 1") {
  CHECK(error_of<SetChunkSize>("00000000") == "set chunk size: 0 is no size");
  CHECK(error_of<SetChunkSize>("80000000") == "set chunk size: 2147483648 is no size");
  CHECK(SetChunkSize::decode(from_hex("7fffffff")) == SetChunkSize{0x7FFFFFFF});
  CHECK(SetChunkSize::decode(from_hex("00000001")) == SetChunkSize{1});
}

TEST_CASE("commands and bytes correspond both ways") {
  struct Case {
    Command command;
    std::string_view body;
  };
  const Value status = Value::object({{"level", Value::string("status")},
                                      {"code", Value::string("NetStream.Publish.Start")},
                                      {"description", Value::string("ok")}});
  const std::vector<Case> cases{
      {{"_result", 4, Value::null(), {Value::number(1)}},
       "0200075f726573756c7400401000000000000005003ff0000000000000"},
      {{"onStatus", 0, Value::null(), {status}},
       "0200086f6e537461747573000000000000000000050300056c6576656c0200067374617475730004636f646502"
       "00174e657453747265616d2e5075626c6973682e5374617274000b6465736372697074696f6e0200026f6b0000"
       "09"},
  };
  for (const Case& c : cases) {
    CHECK(to_hex(c.command.encode(Encoding::kAmf0)) == c.body);
    CHECK(decode_command(c.body) == c.command);
    CHECK(to_hex(c.command.encode(Encoding::kAmf3)) == "00" + std::string{c.body});
    CHECK(decode_command("00" + std::string{c.body}, MessageType::kCommandAmf3) == c.command);
    CHECK(decode_command(c.body, MessageType::kCommandAmf3) == c.command);  // the zero forgotten
  }
}

TEST_CASE("a command may stop early") {
  const auto command = decode_command("020005 636c6f7365");
  REQUIRE(command);
  CHECK(*command == Command{"close", 0, Value::null(), {}});
  CHECK(command->argument(3) == Value::undefined());
}

TEST_CASE("AMF3 values in a command are given as what they are") {
  const auto command =
      decode_command("00 020001 6d 11 0405 11 01 11 06 07 737472", MessageType::kCommandAmf3);
  REQUIRE(command);
  CHECK(command->transaction == 5);
  CHECK(command->object == Value::null());
  CHECK(command->argument(0) == Value::string("str"));
}

TEST_CASE("an argument that is there twice is given twice") {
  const auto command =
      decode_command("020001 6d 00 3ff0000000000000 05 03 000161 0101 000009 07 0000");
  REQUIRE(command);
  const Value object = Value::object({{"a", Value::boolean(true)}});
  CHECK(command->arguments == amf::Values{object, object});
  const auto cycle = decode_command("020001 6d 00 3ff0000000000000 05 03 000161 07 0000 000009");
  REQUIRE(cycle);
  CHECK(cycle->arguments == amf::Values{Value::object({{"a", {amf::Reference{0}}}})});
}

TEST_CASE("a command without a name, or with a broken value, is an error") {
  CHECK(decode_command("").error().text == "command: its name is not a string");
  CHECK(decode_command("05").error().text == "command: its name is not a string");
  CHECK(decode_command("020005 636c").error().text.find("command: ") == 0);
}

TEST_CASE("data of type 15 loses its leading zero") {
  const Bytes body = from_hex("00 020001 6d");
  CHECK(to_hex(amf0_values(raw(MessageType::kDataAmf3, body))) == "0200016d");
  CHECK(to_hex(amf0_values(raw(MessageType::kDataAmf0, body))) == "000200016d");
}

TEST_CASE("an aggregate is taken apart and keeps its own time") {
  const Bytes body = from_hex(
      "080000030003e800000000af01aa0000000e 0900000a0003f2000000002701000000000000010900000015");
  AggregateReader reader{{{4, 5000, MessageType::kAggregate, 7}, body}};
  const auto audio = reader.next();
  REQUIRE((audio && *audio));
  CHECK((*audio)->header == MessageHeader{4, 5000, MessageType::kAudio, 7});
  CHECK(to_hex((*audio)->body) == "af01aa");
  const auto video = reader.next();
  REQUIRE((video && *video));
  CHECK((*video)->header == MessageHeader{4, 5010, MessageType::kVideo, 7});
  CHECK((*video)->body.size() == 10);
  const auto end = reader.next();
  CHECK((end && !*end));
}

TEST_CASE("an aggregate that lies is an error") {
  const auto error_in = [](std::string_view hex) {
    const Bytes body = from_hex(hex);
    AggregateReader reader{{{4, 0, MessageType::kAggregate, 1}, body}};
    const auto message = reader.next();
    return message ? "" : message.error().text;
  };
  CHECK(error_in("08000004000000000000 00af01aa") ==
        "aggregate: a message inside goes beyond its end");
  CHECK(error_in("08") == "aggregate: a message inside goes beyond its end");
  CHECK(error_in("1600000000000000000000 0000000b") == "aggregate: a message of type 22 inside");
  CHECK(error_in("0100000000000000000000 0000000b") == "aggregate: a message of type 1 inside");
}
