#include "net/ws_io.h"

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <openssl/err.h>
#include <openssl/ssl.h>

#include <sys/socket.h>

#include <libwebsockets.h>

namespace so::net {
namespace {

constexpr std::size_t kRecord = 16U << 10U;  // the most that one TLS record holds

Transfer plain(ssize_t moved, std::size_t offered) {
  if (moved < 0) return {.offered = 0, .ended = errno != EAGAIN && errno != EINTR};
  return {.bytes = static_cast<std::size_t>(moved), .ended = moved == 0 && offered > 0};
}

Transfer secret(SSL* ssl, int moved, std::size_t offered) {
  if (moved > 0) return {.bytes = static_cast<std::size_t>(moved)};
  const int why = SSL_get_error(ssl, moved);
  if (why == SSL_ERROR_WANT_READ || why == SSL_ERROR_WANT_WRITE) return {.offered = offered};
  ERR_clear_error();
  return {.ended = true};
}

// What is sent must be in one piece.
Transfer send_record(SSL* ssl, std::span<const iovec> from) {
  std::array<std::uint8_t, kRecord> record;  // NOLINT: filled as far as it is used
  std::size_t size = 0;
  for (const iovec& part : from) {
    const std::size_t some = std::min(part.iov_len, record.size() - size);
    std::memcpy(&record[size], part.iov_base, some);
    size += some;
    if (size == record.size()) break;
  }
  SSL_set_mode(ssl, SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER);
  ERR_clear_error();
  return secret(ssl, SSL_write(ssl, record.data(), static_cast<int>(size)), size);
}

}  // namespace

Transfer receive(lws* wsi, std::span<std::uint8_t> into) {
  if (SSL* const ssl = lws_get_ssl(wsi)) {
    ERR_clear_error();
    return secret(ssl, SSL_read(ssl, into.data(), static_cast<int>(into.size())), 0);
  }
  return plain(recv(lws_get_socket_fd(wsi), into.data(), into.size(), MSG_DONTWAIT), into.size());
}

Transfer transmit(lws* wsi, std::span<const iovec> from) {
  if (SSL* const ssl = lws_get_ssl(wsi)) return send_record(ssl, from);
  msghdr message{};
  message.msg_iov = const_cast<iovec*>(from.data());  // only read, whatever the type says
  message.msg_iovlen = from.size();
  return plain(sendmsg(lws_get_socket_fd(wsi), &message, MSG_NOSIGNAL | MSG_DONTWAIT), 0);
}

bool buffered(lws* wsi) {
  SSL* const ssl = lws_get_ssl(wsi);
  return ssl != nullptr && SSL_pending(ssl) > 0;
}

void say_goodbye(lws* wsi) {
  SSL* const ssl = lws_get_ssl(wsi);
  if (ssl == nullptr) return;
  if (SSL_is_init_finished(ssl) == 1) SSL_shutdown(ssl);
  ERR_clear_error();
  SSL_set_shutdown(ssl, SSL_SENT_SHUTDOWN | SSL_RECEIVED_SHUTDOWN);
}

}  // namespace so::net
