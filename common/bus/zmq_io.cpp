#include "bus/zmq_io.h"

#include <cerrno>

namespace so::bus {
namespace {

// Anything but the expected errors would be a mistake of ours in using the socket.
void check_expected() {
  if (errno != EAGAIN && errno != EHOSTUNREACH) throw zmq::error_t{};
}

template <class Call>
int uninterrupted(Call call) {
  int result = call();
  while (result == -1 && errno == EINTR) result = call();
  return result;
}

}  // namespace

Sent try_send(zmq::socket_t& socket, ByteView part, bool more) {
  const int flags = ZMQ_DONTWAIT | (more ? ZMQ_SNDMORE : 0);
  const int sent =
      uninterrupted([&] { return zmq_send(socket.handle(), part.data(), part.size(), flags); });
  if (sent != -1) return Sent::kYes;
  check_expected();
  return errno == EAGAIN ? Sent::kFull : Sent::kGone;
}

bool try_receive(zmq::socket_t& socket, zmq::message_t& part) {
  const int received =
      uninterrupted([&] { return zmq_msg_recv(part.handle(), socket.handle(), ZMQ_DONTWAIT); });
  if (received == -1) check_expected();
  return received != -1;
}

Possible possible(zmq::socket_t& socket) {
  int events = 0;
  std::size_t size = sizeof events;
  if (uninterrupted([&] { return zmq_getsockopt(socket.handle(), ZMQ_EVENTS, &events, &size); }) ==
      -1) {
    throw zmq::error_t{};
  }
  return {(events & ZMQ_POLLIN) != 0, (events & ZMQ_POLLOUT) != 0};
}

}  // namespace so::bus
