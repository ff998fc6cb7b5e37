#include "net/ws_io.h"

#include <cerrno>

#include <sys/socket.h>

#include <libwebsockets.h>

namespace so::net {
namespace {

Transfer failed() {
  return {.ended = errno != EAGAIN && errno != EINTR};
}

}  // namespace

Transfer receive(lws* wsi, std::span<std::uint8_t> into) {
  const ssize_t got = recv(lws_get_socket_fd(wsi), into.data(), into.size(), MSG_DONTWAIT);
  if (got < 0) return failed();
  return {.bytes = static_cast<std::size_t>(got), .ended = got == 0};
}

Transfer transmit(lws* wsi, std::span<const iovec> from) {
  msghdr message{};
  message.msg_iov = const_cast<iovec*>(from.data());  // only read, whatever the type says
  message.msg_iovlen = from.size();
  const ssize_t taken = sendmsg(lws_get_socket_fd(wsi), &message, MSG_NOSIGNAL | MSG_DONTWAIT);
  if (taken < 0) return failed();
  return {.bytes = static_cast<std::size_t>(taken)};
}

}  // namespace so::net
