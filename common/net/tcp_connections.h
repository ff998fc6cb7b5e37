#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <string_view>
#include <unordered_map>
#include <vector>

#include <sys/uio.h>

#include "base/bytes.h"
#include "base/time.h"
#include "base/unique_fd.h"
#include "net/address.h"
#include "net/admission.h"
#include "net/conn_id.h"
#include "net/deadlines.h"
#include "net/loop.h"
#include "net/outbox.h"
#include "net/read_set.h"
#include "net/send_ring.h"
#include "net/sent.h"
#include "net/tls.h"
#include "net/turn_end.h"

namespace so::net {

/// What a tool does with its connections. Called from the loop, never from inside a call of the
/// tool's own; each may call everything.
struct TcpHandlers {
  std::function<void(ConnId, const Address& peer)> on_open{};
  std::function<void(ConnId, ByteView bytes)> on_bytes{};  // borrowed for the call
  std::function<void(ConnId)> on_drained{};                // was behind, has taken everything
  /// Exactly once for each on_open. `why` is for the log.
  std::function<void(ConnId, std::string_view why)> on_close{};
};

struct TcpLimits {
  std::size_t queue_bytes = 8U << 20U;  // per connection: five seconds of a 12 Mbit/s stream
  // Per connection and turn, once it has shown that it fills smaller reads; one buffer for all.
  // With 64 KiB a publisher in a hurry costs a tenth to a third more.
  std::size_t read_bytes = 256U << 10U;
  Millis stall{30'000};        // behind and taking nothing for so long: closed
  Millis close_within{5'000};  // from close() to the end, while the peer takes nothing
  Millis gather{0};            // how long send_later() may wait for company
  Millis rest{10};             // from one read of all that may_wait() to the next
};

/// Connected TCP sockets, accepted or dialled, in the loop of the process.
///
/// send() only appends. At the end of the turn each connection gets one write, many of them by one
/// SendRing; what the kernel does not take waits in its Outbox and leaves as the peer reads. What
/// is given to send_later() leaves with other things, or limits.gather later: fewer and larger
/// writes.
class TcpConnections {
 public:
  explicit TcpConnections(Loop& loop, TcpLimits limits = {});
  ~TcpConnections();
  TcpConnections(const TcpConnections&) = delete;
  TcpConnections& operator=(const TcpConnections&) = delete;

  /// Before the first connection.
  void set_handlers(TcpHandlers handlers) { handlers_ = std::move(handlers); }

  /// Takes over a connected, non-blocking socket; on_open comes at the turn's end, bytes after it.
  /// The seat is given back when the connection is gone.
  /// With `tls`, what the tool says and hears is the plain side of it; the handshake has no time of
  /// its own, the tool bounds it as it bounds any peer that says nothing.
  ConnId adopt(UniqueFd socket, const Address& peer, Admission::Seat seat = {},
               std::unique_ptr<TlsSession> tls = nullptr);

  Sent send(ConnId id, SharedBytes bytes);
  Sent send(ConnId id, Bytes bytes) {
    return send(id, std::make_shared<const Bytes>(std::move(bytes)));
  }
  Sent send_later(ConnId id, SharedBytes bytes);

  /// Sends what is queued, then closes; what still comes in is dropped.
  void close(ConnId id, std::string_view why);
  /// Closes without sending: for a peer that deserves no answer.
  void abort(ConnId id, std::string_view why);

  /// Whether to read: the tool stops it when it cannot pass on what comes in.
  void want_bytes(ConnId id, bool wanted);
  /// Whether nobody is waiting for what comes in: while that is not much it is read up to
  /// limits.rest later, together with what comes from others of that kind.
  void may_wait(ConnId id, bool waits);

  /// Bytes handed to send() that the kernel has not taken. 0 for unknown ids.
  [[nodiscard]] std::size_t queued_bytes(ConnId id) const;
  /// Drops the buffers of which no byte has left; returns how many bytes that were.
  std::size_t discard_unsent(ConnId id);

  [[nodiscard]] std::size_t size() const { return connections_.size(); }

 private:
  enum class State : std::uint8_t;
  struct Connection;
  using Map = std::unordered_map<ConnId, std::unique_ptr<Connection>>;

  Connection* find(ConnId id) const;
  Sent queue(Connection* c, SharedBytes bytes);
  void mark(Connection& c);
  void end_gathering();
  void end_turn();
  void ride(std::span<Connection* const> all);
  void flush(Connection& c);
  bool write(Connection& c, std::span<iovec> bytes, std::size_t& taken);
  bool encrypt(Connection& c);
  void decrypt(Connection& c, ByteView cipher);
  void ended_by_peer(Connection& c);
  void settle(Connection& c, bool blocked);
  void watch(Connection& c);
  void count(Connection& c, std::size_t bytes, bool more);
  void on_ready(Connection& c, Poll::Ready ready);
  void read(Connection& c);
  void finish(Connection& c, std::string_view why);
  void schedule(Connection& c, Millis after);
  void check_deadlines();

  Loop* loop_;
  TcpLimits limits_;
  TcpHandlers handlers_;
  Bytes read_buffer_;
  Bytes plain_;
  Map connections_;
  std::uint64_t last_id_ = 0;
  std::vector<Connection*> marked_;  // to be looked at when the turn ends
  std::vector<Connection*> ending_;  // those that are being looked at
  SendRing ring_;
  std::vector<Connection*> riders_;  // whose bytes are in it
  std::vector<ConnId> gathering_;
  std::unique_ptr<ReadSet> unhurried_;  // once there is one that may wait
  TurnEnd turn_end_;
  Deadlines deadlines_;
  Timer tick_;
  Timer gathered_;
};

}  // namespace so::net
