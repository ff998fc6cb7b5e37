#include "rtmp/client_session.h"

#include <string>
#include <string_view>

#include <doctest/doctest.h>

#include "rtmp/chunk_writer.h"
#include "rtmp/digest.h"
#include "support/hex.h"
#include "support/pair.h"

// A client against servers that are not ours. Against ours: session_test.cpp.

using namespace so;
using namespace so::rtmp;
using amf::Value;
using std::chrono::seconds;
using test::from_hex;
using test::Lines;
using test::to_hex;

namespace {

/// A client that has asked to connect to an app, fed with chunks made by hand.
struct Client {
  explicit Client(const ClientOptions& options = {}) : session(options, 1, {}) {
    ConnectArguments arguments;
    arguments.app = "live";
    arguments.tc_url = "rtmp://h/live";
    session.connect(arguments);
    session.take_output();
    Bytes hello(1 + 2 * kBlockBytes);
    hello[0] = 3;
    asked = say(hello);
  }
  Bytes say(ByteView bytes) {
    session.receive(bytes, {});
    while (true) {
      const auto event = session.next();
      if (!event) heard.push_back(event.error().text);
      if (!event || !*event) return session.take_output();
      heard.push_back(test::describe_event(**event));
    }
  }
  Bytes say(const Command& command, std::uint32_t stream = 0) {
    Bytes bytes;
    write_message({3, 0, MessageType::kCommandAmf0, stream}, command.encode(Encoding::kAmf0),
                  kFirstChunkBytes, bytes);
    return say(bytes);
  }
  void connected() {
    say(Command{"_result", 1, Value::null(), {information("status", "Success", "")}});
    CHECK(heard == Lines{"connected Success"});
    heard.clear();
  }
  ClientSession session;
  Bytes asked;
  Lines heard;
};

}  // namespace

TEST_CASE("connect follows C2, and Set Chunk Size follows the answer") {
  Client client;
  CHECK(client.asked.size() > kBlockBytes);
  const std::string connect = to_hex(ByteView{client.asked}.subspan(kBlockBytes));
  CHECK(connect.find("03000000") == 0);
  CHECK(connect.find("020007636f6e6e656374003ff0000000000000030003617070") != std::string::npos);
  CHECK(to_hex(client.say(Command{"_result", 1, Value::null(), {}})) ==
        "02000000000004010000000000001000");
  CHECK(client.heard == Lines{"connected ?"});
}

TEST_CASE("an answer with another number belongs to the only question") {
  Client client;
  client.connected();
  client.session.create_stream();
  client.say(Command{"_result", 0, Value::null(), {Value::number(5)}});
  CHECK(client.heard == Lines{"stream 5"});
  client.say(Command{"_result", 2, Value::null(), {Value::number(6)}});  // nobody has asked
  CHECK(client.heard.size() == 1);
}

TEST_CASE("a stream that is refused, or is no number, is not there") {
  Client client;
  client.connected();
  client.session.create_stream();
  client.session.create_stream();
  client.say(Command{"_error", 2, Value::null(), {Value::string("no")}});
  client.say(Command{"_result", 3, Value::null(), {Value::string("1")}});
  CHECK(client.heard == Lines{"failure 2 'no'", "stream 0"});
}

TEST_CASE("status is heard on any stream, chatter is not") {
  Client client;
  client.connected();
  client.say(Command{"onBWDone", 0, Value::null(), {Value::number(8192)}});
  client.say(Command{"onFCPublish", 0, Value::null(), {information("status", "x", "")}});
  client.say(Command{"onStatus", 0, Value::null(), {information("status", "a", "")}}, 0);
  client.say(Command{"onStatus", 0, Value::null(), {information("error", "b", "")}}, 1);
  client.say(Command{"onStatus", 0, Value::null(), {}}, 1);
  client.say(Command{"_onbwcheck", 3, Value::null(), {}});
  CHECK(client.heard == Lines{"status 0 a", "error 1 b", " 1 ", "call 3 _onbwcheck() on 0"});
}

TEST_CASE("control of a server is obeyed: pings, chunk sizes, the end of a stream") {
  Client client;
  client.connected();
  CHECK(to_hex(client.say(from_hex("02000000000006040000000000060000 0001"))) ==
        "020000000000060400000000000700000001");
  client.say(
      from_hex("020000000000060400000000 0001 00000001"
               "020000000000060400000000 0000 00000001"
               "020000000000060400000000 0020 00000001"));
  CHECK(client.heard == Lines{"eof 1"});
}

TEST_CASE("a server that does not answer is given up") {
  Client client;
  CHECK(client.session.deadline() == TimePoint{} + seconds{10});
  client.session.tick(TimePoint{} + seconds{10});
  CHECK(client.session.next().error() ==
        Error{Code::kUnreachable, "waited 10 s for the answer to connect"});
}

TEST_CASE("a client may ask in the keyed form of the handshake") {
  ClientOptions options;
  options.link.form = HandshakeForm::kDigest;
  test::Pair pair{{}, options};
  pair.connect("live");
  pair.pump();
  CHECK(pair.client_heard() == Lines{"connected NetConnection.Connect.Success"});
}
