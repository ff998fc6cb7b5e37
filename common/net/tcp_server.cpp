#include "net/tcp_server.h"

namespace so::net {

TcpServer::TcpServer(Loop& loop, const TcpOptions& options)
    : admission_(options.caps), connections_(loop, options.limits) {}

Result<std::unique_ptr<TcpServer>> TcpServer::listen(Loop& loop, const Address& address,
                                                     TcpOptions options) {
  std::unique_ptr<TcpServer> server{new TcpServer{loop, options}};
  auto listener = Listener::open(loop, address, {.reuse_port = options.reuse_port},
                                 [self = server.get()](UniqueFd socket, const SocketAddress& peer) {
                                   self->on_accept(std::move(socket), peer);
                                 });
  if (!listener) return fail(listener.error());
  server->listener_ = std::move(*listener);
  return server;
}

void TcpServer::on_accept(UniqueFd socket, const SocketAddress& peer) {
  Admission::Seat seat;
  if (admission_.enter(peer, seat) != Admission::Answer::kAdmitted) return;
  connections_.adopt(std::move(socket), to_address(peer), std::move(seat));
}

}  // namespace so::net
