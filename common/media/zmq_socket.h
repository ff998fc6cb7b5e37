#pragma once

#include <functional>

#include <zmq.hpp>

#include "net/loop.h"

namespace so::media {

/// The one ZeroMQ context of the media sockets of this process.
zmq::context_t& media_context();

/// A machine that is gone is noticed, and forgotten.
void watch_over(zmq::socket_t& socket);

/// Calls back whenever the socket may have something to read. ZeroMQ's descriptor is edge-triggered
/// and a send may swallow the edge: the callback must read until nothing is left, and be called
/// after every send as well.
class Readable {
 public:
  Readable(net::Loop& loop, zmq::socket_t& socket, std::function<void()> callback)
      : poll_(loop, socket.get(zmq::sockopt::fd),
              [callback = std::move(callback)](net::Poll::Ready) { callback(); }) {
    poll_.want(true, false);
  }

 private:
  net::Poll poll_;
};

}  // namespace so::media
