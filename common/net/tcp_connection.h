#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <utility>

#include "net/tcp_connections.h"

namespace so::net {

enum class TcpConnections::State : std::uint8_t {
  kNew,  // on_open comes at the turn's end
  kOpen,
  kClosing,  // the tool or the peer is done: what is queued still leaves
  kFin,   // all has left: waiting for the peer's end, so that no reset destroys what is on the way
  kGone,  // on_close comes at the turn's end
};

/// What TcpConnections knows of one; only its own files see it.
struct TcpConnections::Connection {
  Connection(TcpConnections& owner, ConnId its_id, UniqueFd its_socket, Address its_peer)
      : id(its_id),
        socket(std::move(its_socket)),
        peer(std::move(its_peer)),
        out(owner.limits_.queue_bytes),
        poll(*owner.loop_, socket.get(),
             [&owner, this](Poll::Ready ready) { owner.on_ready(*this, ready); }) {}

  // What its first read may bring; twice as much after each that was full. Strangers bring little
  // that has to be kept until it is known what becomes of them.
  static constexpr std::size_t kFirstRead = 16U << 10U;

  ConnId id;
  UniqueFd socket;  // open longer than the poll below
  Address peer;
  Admission::Seat seat;
  std::unique_ptr<TlsSession> tls;
  Bytes cipher;          // of tls, for the socket
  std::size_t sent = 0;  // of cipher
  std::size_t read_bytes = kFirstRead;
  Outbox out;
  Poll poll;
  State state = State::kNew;
  bool announced = false;  // on_open was called
  bool wanted = true;
  bool waits = false;      // what comes in may
  bool unhurried = false;  // and is watched for in the set of those
  std::size_t much = 0;    // bytes that came in one rest,
  TimePoint since{};       // from here on
  TimePoint hurries{};     // until then: they were many
  bool behind = false;
  bool progressed = false;  // the kernel took something since the deadline was set
  bool marked = false;
  bool gathering = false;
  std::string why;
  TimePoint deadline{};  // the one that counts
};

}  // namespace so::net
