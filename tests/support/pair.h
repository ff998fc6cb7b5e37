#pragma once

#include <algorithm>
#include <functional>
#include <string>
#include <vector>

#include "rtmp/client_session.h"
#include "rtmp/session.h"
#include "support/describe.h"
#include "support/lines.h"

namespace so::test {

/// Says yes to every request.
inline void accept(rtmp::ServerSession& server, const rtmp::ServerEvent& event) {
  if (std::holds_alternative<rtmp::ConnectRequest>(event)) server.accept_connect();
  if (const auto* e = std::get_if<rtmp::PublishRequest>(&event)) server.publish_started(e->stream);
  if (const auto* e = std::get_if<rtmp::PlayRequest>(&event)) server.play_started(e->stream);
}

/// A client and a server session, bytes carried from one to the other without a socket. Each
/// remembers what it heard, and its error as the last line.
class Pair {
 public:
  explicit Pair(const rtmp::ServerOptions& server_options = {},
                const rtmp::ClientOptions& client_options = {})
      : server(server_options, 1, now), client(client_options, 2, now) {}

  TimePoint now{};
  rtmp::ServerSession server;
  rtmp::ClientSession client;
  std::function<void(rtmp::ServerSession&, const rtmp::ServerEvent&)> decide = accept;
  std::function<void(rtmp::ClientSession&, const rtmp::ClientEvent&)> react;
  std::size_t step = 100'000;  // bytes at a time

  /// Until neither has anything to say.
  void pump() {
    while (true) {
      const Bytes up = client.take_output();
      const Bytes down = server.take_output();
      if (up.empty() && down.empty()) return;
      carry(up, server, server_heard_, decide);
      carry(down, client, client_heard_, react);
    }
  }
  void connect(const std::string& app, rtmp::Encoding encoding = rtmp::Encoding::kAmf0) {
    rtmp::ConnectArguments arguments;
    arguments.app = app;
    arguments.tc_url = "rtmp://h/" + app;
    arguments.encoding = encoding;
    client.connect(arguments);
  }

  /// What was heard since the last time.
  Lines server_heard() { return std::exchange(server_heard_, {}); }
  Lines client_heard() { return std::exchange(client_heard_, {}); }

 private:
  template <class Session, class React>
  void carry(ByteView bytes, Session& to, Lines& heard, const React& then) {
    while (!bytes.empty()) {
      const ByteView piece = bytes.first(std::min(step, bytes.size()));
      bytes = bytes.subspan(piece.size());
      to.receive(piece, now);
      while (true) {
        const auto event = to.next();
        if (!event) heard.push_back(event.error().text);
        if (!event || !*event) break;
        heard.push_back(describe_event(**event));
        if (then) then(to, **event);
      }
    }
  }

  Lines server_heard_;
  Lines client_heard_;
};

}  // namespace so::test
