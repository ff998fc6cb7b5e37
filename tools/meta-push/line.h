#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string_view>

#include "net/address.h"
#include "net/backoff.h"
#include "net/loop.h"
#include "net/tcp_connections.h"
#include "net/tcp_dial.h"

namespace so::meta {

/// A TCP connection to one address, made anew after a while whenever it is refused or lost.
class Line {
 public:
  struct Handlers {
    std::function<void()> open{};
    std::function<void(ByteView)> bytes{};  // borrowed
    std::function<void()> drained{};        // was behind, has taken everything
    std::function<void()> closed{};         // once for each open
  };
  Line(net::Loop& loop, net::Address address, Handlers handlers);

  void start();
  net::Sent send(Bytes bytes);
  /// When what was sent has left, and for good.
  void close();
  void want_bytes(bool wanted);  // of those that there will be, too

  [[nodiscard]] bool is_open() const { return id_ != net::kNoConn; }
  [[nodiscard]] std::size_t queued_bytes() const { return connections_.queued_bytes(id_); }
  [[nodiscard]] const net::Address& address() const { return address_; }

 private:
  void dial();
  void dialled(Result<UniqueFd> socket);
  void lost(std::string_view why);

  net::Loop& loop_;
  net::Address address_;
  Handlers handlers_;
  net::TcpConnections connections_;
  std::optional<net::TcpDial> dial_;
  net::ConnId id_ = net::kNoConn;
  bool wanted_ = true;
  bool closing_ = false;
  TimePoint since_;  // open
  net::Backoff backoff_;
  net::Timer retry_;
};

}  // namespace so::meta
