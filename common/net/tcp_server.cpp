#include "net/tcp_server.h"

namespace so::net {

TcpServer::TcpServer(Loop& loop, const TcpOptions& options)
    : loop_(&loop),
      reuse_port_(options.reuse_port),
      admission_(options.caps),
      connections_(loop, options.limits) {}

Result<std::unique_ptr<TcpServer>> TcpServer::listen(Loop& loop, const Address& address,
                                                     TcpOptions options) {
  auto server = std::make_unique<TcpServer>(loop, options);
  if (const auto listening = server->add(address); !listening) return fail(listening.error());
  return server;
}

Result<Address> TcpServer::add(const Address& address, bool tls) {
  auto listener = Listener::open(*loop_, address, {.reuse_port = reuse_port_},
                                 [this, tls](UniqueFd socket, const SocketAddress& peer) {
                                   on_accept(std::move(socket), peer, tls);
                                 });
  if (!listener) return fail(listener.error());
  listeners_.push_back(std::move(*listener));
  return listeners_.back()->address();
}

void TcpServer::stop_listening() {
  for (const auto& listener : listeners_) listener->stop();
}

void TcpServer::on_accept(UniqueFd socket, const SocketAddress& peer, bool tls) {
  Admission::Seat seat;
  if (admission_.enter(peer, seat) != Admission::Answer::kAdmitted) return;
  auto session = tls ? std::make_unique<TlsSession>(identity_) : nullptr;
  connections_.adopt(std::move(socket), to_address(peer), std::move(seat), std::move(session));
}

}  // namespace so::net
