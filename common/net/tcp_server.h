#pragma once

#include <memory>
#include <utility>
#include <vector>

#include "base/result.h"
#include "net/admission.h"
#include "net/listener.h"
#include "net/tcp_connections.h"

namespace so::net {

struct TcpOptions {
  Admission::Caps caps;  // who is over a cap is closed at once
  TcpLimits limits;
  bool reuse_port = false;
};

/// Accepts into a TcpConnections, from any number of addresses under one set of caps. What the tool
/// dials itself (TcpDial) may be adopted there too and is handled alike.
class TcpServer {
 public:
  TcpServer(Loop& loop, const TcpOptions& options);
  /// With one address.
  static Result<std::unique_ptr<TcpServer>> listen(Loop& loop, const Address& address,
                                                   TcpOptions options = {});
  /// One more address; with `tls`, for clients that speak it from the first byte. Where it listens,
  /// with the real port.
  Result<Address> add(const Address& address, bool tls = false);
  /// What clients of TLS are shown from now on; before the first of them.
  void set_identity(std::shared_ptr<const TlsIdentity> identity) {
    identity_ = std::move(identity);
  }

  /// The first one's, with the real port.
  [[nodiscard]] const Address& address() const { return listeners_.front()->address(); }
  TcpConnections& connections() { return connections_; }

  /// Nobody is accepted from here on; the connections live.
  void stop_listening();

 private:
  void on_accept(UniqueFd socket, const SocketAddress& peer, bool tls);

  Loop* loop_;
  bool reuse_port_;
  Admission admission_;
  TcpConnections connections_;
  std::shared_ptr<const TlsIdentity> identity_;
  std::vector<std::unique_ptr<Listener>> listeners_;
};

}  // namespace so::net
