#include <string>
#include <string_view>

#include <doctest/doctest.h>
#include <fmt/format.h>

#include "rtmp/session.h"
#include "support/hex.h"
#include "support/wire.h"

// Clients that mean harm, or have lost their mind.

using namespace so;
using namespace so::rtmp;
using amf::Value;
using test::from_hex;
using test::Lines;
using test::Wire;

namespace {

constexpr std::size_t kPing = 18;  // a ping is as long as its answer

Bytes chunk_header(std::uint32_t id, std::uint32_t length, MessageType type) {
  return from_hex(
      fmt::format("{:02x}000000{:06x}{:02x}01000000", id, length, static_cast<unsigned>(type)));
}
Bytes repeat(std::string_view hex, std::size_t times) {
  const Bytes once = from_hex(hex);
  Bytes all;
  for (std::size_t i = 0; i < times; ++i) all.insert(all.end(), once.begin(), once.end());
  return all;
}

}  // namespace

TEST_CASE("a web browser on the port of RTMP is sent away at its first byte, unanswered") {
  ServerSession session{{}, 1, {}};
  session.receive(as_bytes("GET / HTTP/1.1\r\n"), {});
  CHECK(session.next().error().text ==
        "rtmp handshake: expected version 3, but version 71 looks like HTTP or text");
  CHECK(session.take_output().empty());
}

TEST_CASE("before connect there is connect, and it comes once") {
  const auto error = [](auto&& speak) {
    Wire wire;
    speak(wire);
    CHECK(wire.session.take_output().empty());
    return wire.heard.empty() ? "" : wire.heard.back();
  };
  CHECK(error([](Wire& w) { w.call("createStream"); }) == "command before connect");
  CHECK(error([](Wire& w) { w.say(Wire::chunks(MessageType::kVideo, Bytes(3))); }) ==
        "video message before connect");
  CHECK(error([](Wire& w) { w.say(Wire::chunks(MessageType::kSharedObjectAmf0, Bytes(3))); }) ==
        "shared object message before connect");
  CHECK(error([](Wire& w) {
          w.connect();
          w.say(Wire::connect_command());
        }) == "connect for the second time");
}

TEST_CASE("strangers may say little") {
  const auto error = [](MessageType type, std::uint32_t length, bool connected) {
    Wire wire;
    if (connected) wire.connect();
    wire.say(chunk_header(4, length, type));
    return wire.heard.empty() ? "" : wire.heard.back();
  };
  using Type = MessageType;
  CHECK(error(Type::kCommandAmf0, 32769, false) ==
        "command message of 32769 bytes is over the limit of 32768");
  CHECK(error(Type::kCommandAmf0, 32768, false).empty());
  CHECK(error(Type::kCommandAmf0, 32769, true).empty());
  CHECK(error(Type::kCommandAmf0, 262145, true) ==
        "command message of 262145 bytes is over the limit of 262144");
  CHECK(error(Type::kVideo, 32769, true) ==
        "video message of 32769 bytes is over the limit of 32768");
  Wire publisher;
  publisher.publish();
  publisher.say(chunk_header(4, (10 << 20) + 1, Type::kVideo));
  CHECK(publisher.heard == Lines{"video message of 10485761 bytes is over the limit of 10485760"});
}

TEST_CASE("a half message on every chunk stream costs what was sent, and there are 64") {
  Wire wire;
  wire.publish();
  Bytes bytes;
  for (std::uint32_t id = 4; id < 64; ++id) {  // 3 is there already
    const Bytes header = chunk_header(id, 10 << 20, MessageType::kVideo);
    bytes.insert(bytes.end(), header.begin(), header.end());
    bytes.resize(bytes.size() + kFirstChunkBytes);
  }
  wire.say(bytes);
  CHECK(wire.heard.empty());
  for (const std::string_view id : {"0000", "0001", "0002", "0003"}) {
    wire.say(from_hex(std::string{id} + "000000000001 09 01000000 aa"));
  }
  CHECK(wire.heard.back() == "chunk stream 67 is one more than 64");
  CHECK(wire.heard.size() == 4);
}

TEST_CASE("storms of control messages are taken, and answered at most one for one") {
  Wire wire;
  wire.connect();
  CHECK(wire.say(repeat("020000000000040200000000 00000009", 10'000)).empty());  // abort
  CHECK(wire.say(repeat("020000000000040300000000 00000009", 10'000)).empty());  // acknowledgement
  CHECK(wire.say(repeat("0200000000000604 00000000 00ff 00000009", 10'000)).empty());
  CHECK(wire.say(repeat("0200000000000604 00000000 0006 00000009", 1000)).size() == 1000 * kPing);
  CHECK(wire.heard.empty());
}

TEST_CASE("streams cannot be collected, and a flapping publisher keeps its balance") {
  Wire wire;
  wire.connect();
  for (int i = 0; i < 1000; ++i) wire.say(Command{"createStream", 2, Value::null(), {}});
  Lines expected;
  for (int i = 0; i < 100; ++i) {
    wire.call("publish", {Value::string("x")}, 16);
    wire.call("closeStream", {}, 16);
    expected.insert(expected.end(), {"publish 16 live/x live", "publish 16 ends"});
  }
  CHECK(wire.heard == expected);
  wire.call("publish", {Value::string("x")}, 17);
  CHECK(wire.heard.back() == "publish on stream 17, which was not created");
}

TEST_CASE("values that would exhaust us end the session") {
  const auto error = [](std::string_view value, std::size_t times = 1) {
    Wire wire;
    Bytes body = from_hex("020007636f6e6e656374 003ff0000000000000");
    const Bytes deep = repeat(value, times);
    body.insert(body.end(), deep.begin(), deep.end());
    wire.say(Wire::chunks(MessageType::kCommandAmf0, body));
    return wire.heard.empty() ? "" : wire.heard.back();
  };
  CHECK(error("0a00000001", 6000).find("nested deeper than 32") != std::string::npos);
  CHECK(error("0affffffff").find("4294967295 items in 0 bytes") != std::string::npos);
  CHECK(error("05", 5000).find("more than 4096 values") != std::string::npos);
  CHECK(error("ff").find("command: ") == 0);
}

TEST_CASE("an aggregate of nothings is as many nothings") {
  Wire wire;
  wire.publish();
  const Bytes body = repeat("08 000000 000000 00 000000 0000000b", 2000);
  wire.say(Wire::chunks(MessageType::kAggregate, body, 1));
  CHECK(wire.heard.size() == 2000);
  CHECK(wire.heard.back() == "audio on 1 at 0, 0 bytes");
}

TEST_CASE("timestamps may jump as they like") {
  Wire wire;
  wire.publish();
  wire.say(
      from_hex("04 000000 000001 08 01000000 aa"
               "44 ffffff 000001 08 80000000 aa"
               "44 ffffff 000001 08 80000000 aa"
               "04 ffffff 000001 08 01000000 ffffffff aa"));
  CHECK(wire.heard == Lines{"audio on 1 at 0, 1 bytes", "audio on 1 at 2147483648, 1 bytes",
                            "audio on 1 at 0, 1 bytes", "audio on 1 at 4294967295, 1 bytes"});
}

TEST_CASE("chunks of one byte carry a message of any length") {
  Wire wire;
  wire.publish();
  Bytes bytes = from_hex("020000000000040100000000 00000001");
  write_message({4, 7, MessageType::kVideo, 1}, Bytes(100'000), 1, bytes);
  wire.say(bytes);
  CHECK(wire.heard == Lines{"video on 1 at 7, 100000 bytes"});
}

TEST_CASE("what failed stays failed, and says nothing more") {
  Wire wire;
  wire.connect();
  wire.say(from_hex("020000000000040100000000 00000000"));
  CHECK(wire.heard == Lines{"set chunk size: 0 is no size"});
  wire.say(Command{"createStream", 2, Value::null(), {}});
  CHECK(wire.session.next().error().text == "set chunk size: 0 is no size");
  wire.session.status(0, "status", "late", "");
  CHECK(wire.session.take_output().empty());
  CHECK_FALSE(wire.session.deadline());
}
