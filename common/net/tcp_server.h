#pragma once

#include <memory>
#include <string_view>

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

/// Accepts into a TcpConnections. What the tool dials itself (TcpDial) may be adopted there too and
/// is handled alike.
class TcpServer {
 public:
  static Result<std::unique_ptr<TcpServer>> listen(Loop& loop, const Address& address,
                                                   TcpOptions options = {});

  [[nodiscard]] const Address& address() const { return listener_->address(); }
  TcpConnections& connections() { return connections_; }

  /// Nobody is accepted from here on; the connections live.
  void stop_listening() { listener_->stop(); }

 private:
  TcpServer(Loop& loop, const TcpOptions& options);
  void on_accept(UniqueFd socket, const SocketAddress& peer);

  Admission admission_;
  TcpConnections connections_;
  std::unique_ptr<Listener> listener_;
};

}  // namespace so::net
