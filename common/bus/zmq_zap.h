#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <unordered_map>
#include <vector>

#include <zmq.hpp>

#include "bus/keys.h"
#include "bus/zmq_poll.h"
#include "net/loop.h"

namespace so::bus {

/// Says to the CURVE sockets of a context who may come in (ZeroMQ RFC 27): whoever has one of the
/// keys. To be made before such a socket is bound. For zmq_*.cpp alone.
class ZmqZap {
 public:
  /// Is told of each who was turned away, for people.
  using Refused = std::function<void(std::string why)>;
  ZmqZap(zmq::context_t& context, net::Loop& loop, Refused refused);
  ~ZmqZap();
  ZmqZap(const ZmqZap&) = delete;
  ZmqZap& operator=(const ZmqZap&) = delete;

  void allow(const std::vector<KnownKey>& keys);

 private:
  void work();
  void answer(const std::vector<zmq::message_t>& request);

  zmq::socket_t socket_;
  std::unordered_map<std::string, std::string> names_;  // by the bytes of the key
  Refused refused_;
  ZmqPoll poll_;
};

}  // namespace so::bus
