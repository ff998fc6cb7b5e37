#pragma once

#include <functional>
#include <string>
#include <string_view>

#include <zmq.hpp>

#include "bus/zmq_poll.h"
#include "net/loop.h"

namespace so::bus {

/// Tells when a socket's connections come and go. For zmq_*.cpp alone.
class ZmqLinks {
 public:
  /// `why` is for people, of one that went or did not come to be.
  using Link = std::function<void(bool up, std::string_view why)>;
  ZmqLinks(zmq::context_t& context, zmq::socket_t& socket, net::Loop& loop, Link link);
  ~ZmqLinks();
  ZmqLinks(const ZmqLinks&) = delete;
  ZmqLinks& operator=(const ZmqLinks&) = delete;

 private:
  void receive();

  zmq::socket_t* watched_;
  zmq::socket_t events_;
  Link link_;
  ZmqPoll poll_;
};

}  // namespace so::bus
