#include "bus/zmq_links.h"

#include <cstdint>
#include <cstring>
#include <utility>

#include <fmt/format.h>

#include "bus/zmq_io.h"

namespace so::bus {
namespace {

constexpr int kFailures = ZMQ_EVENT_HANDSHAKE_FAILED_NO_DETAIL |
                          ZMQ_EVENT_HANDSHAKE_FAILED_PROTOCOL | ZMQ_EVENT_HANDSHAKE_FAILED_AUTH;
constexpr int kEvents = ZMQ_EVENT_HANDSHAKE_SUCCEEDED | ZMQ_EVENT_DISCONNECTED | kFailures;

// ZeroMQ writes the events into a socket of its own, named within the process.
zmq::socket_t monitor(zmq::context_t& context, zmq::socket_t& socket) {
  const std::string address = fmt::format("inproc://links-{}", socket.handle());
  if (zmq_socket_monitor(socket.handle(), address.c_str(), kEvents) != 0) throw zmq::error_t{};
  zmq::socket_t events{context, zmq::socket_type::pair};
  events.connect(address);
  return events;
}

}  // namespace

ZmqLinks::ZmqLinks(zmq::context_t& context, zmq::socket_t& socket, net::Loop& loop, Link link)
    : watched_(&socket),
      events_(monitor(context, socket)),
      link_(std::move(link)),
      poll_(
          events_, loop, [] {}, [this] { receive(); }) {}

ZmqLinks::~ZmqLinks() {
  zmq_socket_monitor(watched_->handle(), nullptr, 0);
}

// An event is two parts: number u16 and value u32 of the host's byte order; the address.
void ZmqLinks::receive() {
  zmq::message_t event;
  zmq::message_t address;
  while (try_receive(events_, event) && try_receive(events_, address)) {
    std::uint16_t number = 0;
    std::memcpy(&number, event.data(), sizeof number);
    if (number == ZMQ_EVENT_HANDSHAKE_SUCCEEDED) link_(true, "");
    if (number == ZMQ_EVENT_DISCONNECTED) link_(false, "the connection was closed");
    if ((number & kFailures) != 0) link_(false, "the peer does not speak ZeroMQ as we do");
  }
}

}  // namespace so::bus
