#pragma once

#include <functional>
#include <utility>

#include <zmq.hpp>

#include "net/loop.h"
#include "net/turn_end.h"

namespace so::bus {

/// A ZeroMQ socket on the loop. Its descriptor is edge-triggered, and any call on the socket may
/// swallow the edge: `take` is called when the descriptor speaks, and `work` at the end of every
/// turn in which somebody touched the socket, as the descriptor does. After `work` there must be
/// nothing to receive, or it must touch() again. The socket outlives it. For zmq_*.cpp alone.
class ZmqPoll {
 public:
  ZmqPoll(zmq::socket_t& socket, net::Loop& loop, std::function<void()> take,
          std::function<void()> work)
      : turn_end_(loop, std::move(work)),
        poll_(loop, socket.get(zmq::sockopt::fd), [this, take = std::move(take)](net::Poll::Ready) {
          touch();
          take();
        }) {
    poll_.want(true, false);
    touch();  // what came before is not announced by the descriptor
  }

  void touch() { turn_end_.request(); }

 private:
  net::TurnEnd turn_end_;
  net::Poll poll_;
};

}  // namespace so::bus
