#pragma once

#include <array>
#include <functional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include <sys/socket.h>

#include <doctest/doctest.h>

#include "net/tcp_connections.h"
#include "rtmp/chunk_writer.h"
#include "rtmp/client_session.h"
#include "support/describe.h"
#include "support/lines.h"
#include "support/wait.h"

namespace so::test {

/// The two ends of a connection that no network knows of.
inline std::array<UniqueFd, 2> socket_pair() {
  std::array<int, 2> ends{};
  REQUIRE(socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, ends.data()) == 0);
  return {UniqueFd{ends[0]}, UniqueFd{ends[1]}};
}

/// An RTMP client at the other end of one of the server's connections. What it hears is told in the
/// words of describe.h.
class RtmpPeer {
 public:
  RtmpPeer(net::Loop& loop, net::TcpConnections& server)
      : session({}, 1, loop.now()), loop_(loop), ours_(loop) {
    ours_.set_handlers(
        {.on_bytes = [this](net::ConnId, ByteView bytes) { received(bytes); },
         .on_close = [this](net::ConnId, std::string_view) { heard_.emplace_back("closed"); }});
    auto [near, far] = socket_pair();
    id_ = ours_.adopt(std::move(near), {"peer", 0});
    server.adopt(std::move(far), {"peer", 0});
    flush();
  }

  rtmp::ClientSession session;
  std::string (*words)(const rtmp::ClientEvent& event) = describe_event<rtmp::ClientEvent>;
  std::function<void(const rtmp::SharedObjectMessage& message)> objects;  // hears of them as well
  std::function<void(const rtmp::Media& media)> media;                    // hears of each as well
  bool deaf = false;  // takes no notice of the server, pings included

  void connect(const std::string& app, rtmp::Encoding encoding = rtmp::Encoding::kAmf0,
               const std::string& host = "h") {
    rtmp::ConnectArguments arguments;
    arguments.app = app;
    arguments.tc_url = "rtmp://" + host + "/" + app;
    arguments.encoding = encoding;
    session.connect(arguments);
    flush();
  }
  /// Connected to the app, and one message stream there, 1.
  RtmpPeer& join(const std::string& app, rtmp::Encoding encoding = rtmp::Encoding::kAmf0) {
    connect(app, encoding);
    CHECK(next() == "connected NetConnection.Connect.Success");
    session.create_stream();
    flush();
    CHECK(next() == "stream 1");
    return *this;
  }
  void publish(std::string_view name) {
    session.publish(1, name);
    flush();
  }
  void play(std::string_view name) {
    session.play(1, name);
    flush();
  }
  void send(rtmp::MediaKind kind, std::uint32_t timestamp, ByteView body) {
    session.send_media({1, kind, timestamp, body});
    flush();
  }
  void say(std::vector<rtmp::shared::Event> events, std::uint32_t flags = 0,
           std::string_view name = "so") {
    rtmp::SharedObjectMessage message;
    message.name = name;
    message.flags = flags;
    message.events = std::move(events);
    session.send_shared_object(message);
    flush();
  }
  /// A shared object message as no client of ours would write it, on a chunk stream of its own.
  void say_raw(ByteView body) {
    flush();
    Bytes bytes;
    rtmp::write_message({kRawChunkStream, 0, rtmp::MessageType::kSharedObjectAmf0, 0}, body,
                        rtmp::kFirstChunkBytes, bytes);
    ours_.send(id_, std::move(bytes));
  }
  void hang_up() { ours_.abort(id_, "hangs up"); }

  /// What it hears next.
  std::string next() {
    if (!wait_until(loop_, [this] { return !heard_.empty(); })) return "nothing";
    std::string first = heard_.front();
    heard_.erase(heard_.begin());
    return first;
  }
  /// The answer to a call that no server knows comes after all that was sent before.
  Lines all() {
    session.call("mark", {});
    flush();
    Lines lines;
    for (std::string line = next(); !line.starts_with("failure"); line = next()) {
      lines.push_back(line);
      if (line == "closed" || line == "nothing") break;
    }
    return lines;
  }
  void flush() {
    if (Bytes output = session.take_output(); !output.empty()) ours_.send(id_, std::move(output));
  }

 private:
  static constexpr std::uint32_t kRawChunkStream = 60;

  void received(ByteView bytes) {
    if (deaf) return;
    session.receive(bytes, loop_.now());
    for (auto event = session.next(); event && *event; event = session.next()) {
      heard_.push_back(words(**event));
      const auto* message = std::get_if<rtmp::SharedObjectMessage>(&**event);
      if (message != nullptr && objects) objects(*message);
      const auto* medium = std::get_if<rtmp::Media>(&**event);
      if (medium != nullptr && media) media(*medium);
    }
    flush();
  }

  net::Loop& loop_;
  net::TcpConnections ours_;
  net::ConnId id_{};
  Lines heard_;
};

}  // namespace so::test
