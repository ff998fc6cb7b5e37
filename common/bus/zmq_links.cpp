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

std::string_view reason(std::uint16_t number, std::uint32_t value) {
  if (number == ZMQ_EVENT_HANDSHAKE_FAILED_NO_DETAIL) return "";
  if (number == ZMQ_EVENT_HANDSHAKE_FAILED_AUTH) return kUnknownKey;
  if (value == ZMQ_PROTOCOL_ERROR_ZMTP_CRYPTOGRAPHIC) return "the keys do not fit";
  if (value == ZMQ_PROTOCOL_ERROR_ZMTP_MECHANISM_MISMATCH) {
    return "one side has keys, the other has none";
  }
  return "the peer does not speak ZeroMQ as we do";
}

}  // namespace

ZmqLinks::ZmqLinks(zmq::context_t& context, zmq::socket_t& socket, net::Loop& loop, Handler handler)
    : watched_(&socket),
      events_(monitor(context, socket)),
      handler_(std::move(handler)),
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
    std::uint32_t value = 0;
    std::memcpy(&number, event.data(), sizeof number);
    std::memcpy(&value, event.data<char>() + sizeof number, sizeof value);
    if (number == ZMQ_EVENT_HANDSHAKE_SUCCEEDED) handler_(Link::kUp, "");
    if (number == ZMQ_EVENT_DISCONNECTED) handler_(Link::kDown, "the connection was closed");
    if ((number & kFailures) != 0) handler_(Link::kFailed, reason(number, value));
  }
}

}  // namespace so::bus
