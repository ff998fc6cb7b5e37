#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "bus/client.h"
#include "json/read.h"
#include "net/tcp_connections.h"
#include "rtmp/prepared.h"
#include "rtmp/shared_object_message.h"

namespace so::ingest {

/// The shared objects of RTMP clients: their messages become requests to the hub, its replies and
/// events become their messages. An author hears of its change from the reply, all others from the
/// event, which the hub sends right after it: every client sees the versions rise.
class Objects {
 public:
  /// How a client is spoken to: its encoding, and its chunk size. nullopt: it is gone.
  struct Voice {
    rtmp::Encoding encoding{};
    std::uint32_t chunk_size = 0;
  };
  using FindVoice = std::function<std::optional<Voice>(net::ConnId)>;

  Objects(bus::Client& hub, net::TcpConnections& connections, FindVoice find)
      : hub_(hub), connections_(connections), find_(std::move(find)) {}

  /// A client's message; `scope` is the one that it has joined.
  void message(net::ConnId id, const std::string& scope, const rtmp::SharedObjectMessage& message);

  /// A change event, or a sync that all users of the object must hear.
  void event(const wire::FrameView& event);

 private:
  void use(net::ConnId id, const std::string& scope, const rtmp::SharedObjectMessage& asked);
  void change(net::ConnId id, const std::string& scope, const rtmp::SharedObjectMessage& asked,
              std::string_view changes);
  void edited(net::ConnId id, const std::string& scope, const rtmp::SharedObjectMessage& asked,
              std::uint64_t version);
  void deny(net::ConnId id, const rtmp::SharedObjectMessage& asked, const bus::Reply& reply);
  void refuse(net::ConnId id, const rtmp::SharedObjectMessage& asked, std::string_view status);
  void send(net::ConnId id, const rtmp::SharedObjectMessage& message);
  void send_all(const wire::FrameView& event, const rtmp::SharedObjectMessage& message);

  bus::Client& hub_;
  net::TcpConnections& connections_;
  FindVoice find_;
  json::Parser parser_;
};

}  // namespace so::ingest
