#pragma once

#include <zmq.hpp>

#include "base/bytes.h"

namespace so::bus {

// Non-blocking calls on ZeroMQ sockets. cppzmq throws when a signal interrupts a call, and when a
// ROUTER does not know a peer: here the first is tried again, the second is an answer. For
// zmq_*.cpp alone.

enum class Sent {
  kYes,
  kFull,  // no room in the pipe, or no pipe
  kGone,  // a ROUTER's peer went away
};
/// One part, copied.
Sent try_send(zmq::socket_t& socket, ByteView part, bool more = false);

/// One part; false: nothing is there.
bool try_receive(zmq::socket_t& socket, zmq::message_t& part);
inline ByteView view(const zmq::message_t& part) {
  return {part.data<std::uint8_t>(), part.size()};
}

/// What the socket could do now. As the last call of a turn it makes sure that whatever happens
/// next moves the edge-triggered descriptor.
struct Possible {
  bool receive = false;
  bool send = false;
};
Possible possible(zmq::socket_t& socket);

}  // namespace so::bus
