#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "net/backoff.h"
#include "net/loop.h"
#include "net/tcp_connections.h"
#include "net/tcp_dial.h"
#include "rtmp/client_session.h"
#include "rtmp/url.h"

namespace so::ingest {

/// Another RTMP server, at which one stream is played or published, again and again: whenever the
/// connection is lost or refused, it is made anew after a while.
class Remote {
 public:
  enum class Role { kPlay, kPublish };
  struct Handlers {
    /// It plays or publishes. Who publishes sends with stream() from here on.
    std::function<void()> begun{};
    /// It no more does; once for each begun.
    std::function<void()> ended{};
    std::function<void(const rtmp::Media&)> media{};  // borrowed
  };
  struct Target {
    rtmp::Url url;
    Role role{};
    std::shared_ptr<const net::TlsIdentity> identity{};  // for rtmps, which needs one
  };
  Remote(net::Loop& loop, net::TcpConnections& connections, Target target, Handlers handlers);

  void start();
  void stop();  // in order; it can be started again

  /// For what comes on connections that it has dialled; others are not its own.
  bool received(net::ConnId id, ByteView bytes);
  bool closed(net::ConnId id, std::string_view why);

  [[nodiscard]] net::ConnId connection() const { return id_; }
  [[nodiscard]] std::uint32_t stream() const { return stream_; }
  [[nodiscard]] bool has_begun() const { return begun_; }
  [[nodiscard]] const std::string& name() const { return name_; }  // for logs: without secrets

 private:
  void dial();
  void dialled(Result<UniqueFd> socket);
  void turn();
  void tick();
  void give_up(std::string_view why);  // this connection
  [[nodiscard]] Status answer(std::string_view challenge);
  void lost(std::string_view why);
  void on(const rtmp::Connected& event);
  void on(const rtmp::ConnectRefused& event);
  void on(const rtmp::StreamCreated& event);
  void on(const rtmp::StreamStatus& event);
  void on(const rtmp::StreamEof& event);
  void on(const rtmp::Media& media) const;
  void on(const rtmp::Call& call);
  template <class Other>
  void on(const Other&) const {}  // nothing that was asked for; const, or it is preferred

  net::Loop& loop_;
  net::TcpConnections& connections_;
  Target target_;
  rtmp::AppAndName path_;
  std::string name_;
  Handlers handlers_;
  bool wanted_ = false;
  bool begun_ = false;
  std::uint32_t stream_ = 0;
  net::ConnId id_ = net::kNoConn;
  std::optional<net::TcpDial> dial_;
  std::optional<rtmp::ClientSession> session_;
  TimePoint since_;     // begun
  std::string auth_;    // what a challenge is answered with, behind the app
  unsigned asked_ = 0;  // for user and password, since it last was let in
  net::Backoff backoff_;
  net::Timer retry_;
  net::Timer tick_;
};

}  // namespace so::ingest
