#pragma once

#include <string>
#include <string_view>

#include "rtmp/chunk_writer.h"
#include "rtmp/digest.h"
#include "rtmp/session.h"
#include "support/pair.h"

namespace so::test {

/// A server session past the handshake, fed with chunks made by hand, that says yes to everything.
class Wire {
 public:
  explicit Wire(const rtmp::ServerOptions& options = {}) : session(options, 1, {}) {
    Bytes hello(1 + 2 * rtmp::kBlockBytes);
    hello[0] = 3;
    say(hello);
  }

  rtmp::ServerSession session;
  Lines heard;  // events, and the error, once

  /// What the session answers.
  Bytes say(ByteView bytes, TimePoint now = {}) {
    session.receive(bytes, now);
    while (true) {
      const auto event = session.next();
      if (!event && !failed_) heard.push_back(event.error().text);
      failed_ = !event;
      if (!event || !*event) return session.take_output();
      heard.push_back(describe_event(**event));
      accept(session, **event);
    }
  }
  Bytes say(const rtmp::Command& command, std::uint32_t stream = 0, TimePoint now = {}) {
    return say(
        chunks(rtmp::MessageType::kCommandAmf0, command.encode(rtmp::Encoding::kAmf0), stream),
        now);
  }
  Bytes call(std::string_view name, const amf::Values& arguments = {}, std::uint32_t stream = 0) {
    return say(rtmp::Command{std::string{name}, 0, amf::Value::null(), arguments}, stream);
  }
  void connect(double object_encoding = 0) {
    say(connect_command(object_encoding));
    heard.clear();
  }
  /// And publishes live/x on stream 1.
  void publish() {
    connect();
    call("createStream");
    call("publish", {amf::Value::string("x")}, 1);
    heard.clear();
  }

  static rtmp::Command connect_command(double object_encoding = 0) {
    return {"connect",
            1,
            amf::Value::object({{"app", amf::Value::string("live")},
                                {"objectEncoding", amf::Value::number(object_encoding)}}),
            {}};
  }
  /// A message in chunks of 128, on chunk stream 3.
  static Bytes chunks(rtmp::MessageType type, ByteView body, std::uint32_t stream = 0) {
    Bytes bytes;
    rtmp::write_message({3, 0, type, stream}, body, rtmp::kFirstChunkBytes, bytes);
    return bytes;
  }

 private:
  bool failed_ = false;
};

}  // namespace so::test
