#include <csignal>
#include <cstdlib>
#include <string>

#include <sys/socket.h>

#include "base/bytes.h"
#include "base/utf8.h"
#include "net/socket.h"
#include "net/ws_server.h"

using namespace so;

namespace {

constexpr std::size_t kMessageBytes = 1000;

// One server for all inputs. The first byte of an input says whether a handshake goes before the
// rest, and is answered first.
struct Server {
  Server() {
    net::WsListener listener;
    listener.address = {"127.0.0.1", 0};
    listener.message_bytes = kMessageBytes;
    listener.subprotocols = {"chat"};
    net::WsOptions options;
    options.handshake = options.close_within = Millis{20};
    options.connects.total.per_second = 0;  // as fast as inputs come
    ws = std::move(*net::WsServer::open(loop, {listener}, options));
    ws->set_handlers(0, {.on_open = [this](auto...) { ++open; },
                         .on_message =
                             [this](net::ConnId id, const net::WsMessage& m) {
                               if (m.payload.size() > kMessageBytes) std::abort();
                               if (m.text && !is_utf8(m.payload)) std::abort();
                               ws->send(id, net::Frame::binary(m.payload));
                             },
                         .on_close =
                             [this](net::ConnId, std::uint16_t code) {
                               if (--open < 0 || code < 1000) std::abort();
                               ++closed;
                             }});
  }
  net::Loop loop;
  std::unique_ptr<net::WsServer> ws;
  int open = 0;
  int closed = 0;
};

constexpr std::string_view kHandshake =
    "GET / HTTP/1.1\r\nHost: h\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
    "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n";

}  // namespace

// Whatever comes, who came in goes out, once; messages keep their bounds, and text is text.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static auto& server = *new Server;
  if (size == 0) return 0;
  const auto where = *net::resolve(server.ws->addresses()[0]);
  UniqueFd peer{socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)};
  if (connect(peer.get(), where.get(), where.size) != 0) return 0;
  if ((data[0] & 1U) != 0) {
    if (send(peer.get(), kHandshake.data(), kHandshake.size(), MSG_NOSIGNAL) < 0) std::abort();
    net::Timer look{server.loop, [] { server.loop.stop(); }};
    look.start(Millis{1}, Millis{1});
    while (server.open == 0) {
      server.loop.run();
      if (char byte = 0; recv(peer.get(), &byte, 1, MSG_PEEK | MSG_DONTWAIT) == 0)
        return 0;  // late
    }
  }
  const std::string_view bytes = as_text({data + 1, size - 1});
  if (send(peer.get(), bytes.data(), bytes.size(), MSG_NOSIGNAL) < 0) std::abort();
  shutdown(peer.get(), SHUT_WR);
  bool ended = false;
  net::Poll watch{server.loop, peer.get(), [&](net::Poll::Ready) {
                    char buffer[4096];
                    ended = recv(peer.get(), buffer, sizeof buffer, MSG_DONTWAIT) <= 0;
                    if (ended) server.loop.stop();
                  }};
  watch.want(true, false);
  while (!ended || server.open > 0) server.loop.run();
  return 0;
}
