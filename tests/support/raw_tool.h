#pragma once

#include <optional>
#include <string>
#include <string_view>

#include <zmq.hpp>

#include "base/bytes.h"
#include "wire/frame.h"

namespace so {

/// A bare DEALER socket: a tool that does what ours never do.
class RawTool {
 public:
  explicit RawTool(const std::string& address, int receive_queue = 1000) {
    socket_.set(zmq::sockopt::linger, 0);
    socket_.set(zmq::sockopt::sndhwm, 0);  // never blocks the loop that it shares with the hub
    socket_.set(zmq::sockopt::rcvhwm, receive_queue);
    socket_.connect(address);
  }

  void send(std::string_view bytes) { socket_.send(zmq::buffer(bytes)); }
  void send(const wire::FrameView& frame) {
    Bytes bytes;
    wire::write_frame(frame, bytes);
    send(as_text(bytes));
  }
  /// The next message, if one is there.
  std::optional<Bytes> receive() {
    zmq::message_t message;
    if (!socket_.recv(message, zmq::recv_flags::dontwait)) return std::nullopt;
    return Bytes(message.data<std::uint8_t>(), message.data<std::uint8_t>() + message.size());
  }

 private:
  zmq::context_t context_;
  zmq::socket_t socket_{context_, zmq::socket_type::dealer};
};

}  // namespace so
