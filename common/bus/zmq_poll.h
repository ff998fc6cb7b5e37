#pragma once

#include <functional>

#include <zmq.hpp>

#include "net/loop.h"
#include "net/turn_end.h"

namespace so::bus {

/// A ZeroMQ socket on the loop. Its descriptor is edge-triggered, and any call on the socket may
/// swallow the edge: `work` is called when the descriptor speaks, and at the end of every turn in
/// which somebody touched the socket. It must go on until there is nothing to receive, or touch()
/// again. The socket outlives it. For zmq_*.cpp alone.
class ZmqPoll {
 public:
  ZmqPoll(zmq::socket_t& socket, net::Loop& loop, const std::function<void()>& work)
      : turn_end_(loop, work),
        poll_(loop, socket.get(zmq::sockopt::fd), [work](net::Poll::Ready) { work(); }) {
    poll_.want(true, false);
    touch();  // what came before is not announced by the descriptor
  }

  void touch() { turn_end_.request(); }

 private:
  net::TurnEnd turn_end_;
  net::Poll poll_;
};

}  // namespace so::bus
