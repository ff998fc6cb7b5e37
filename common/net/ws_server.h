#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/bytes.h"
#include "base/result.h"
#include "base/time.h"
#include "net/address.h"
#include "net/admission.h"
#include "net/conn_id.h"
#include "net/connect_rate.h"
#include "net/frame.h"
#include "net/histogram.h"
#include "net/http.h"
#include "net/loop.h"
#include "net/pages.h"
#include "net/rate.h"
#include "net/sent.h"
#include "net/ws_certificate.h"
#include "net/ws_message.h"

namespace so::net {

/// The answer to a handshake, given before the 101.
struct WsVerdict {
  int status = 101;    // 101: come in; else the HTTP status of the refusal
  std::string reason;  // one line of text for the person who reads the refusal
  static WsVerdict accept() { return {}; }
  static WsVerdict refuse(int status, std::string reason) { return {status, std::move(reason)}; }
};

/// What a full queue means. State disconnects; media asks and drops to the next key frame.
enum class WhenFull {
  kDisconnect,  // send() closes the connection with 4108 and says kFull
  kTell,        // send() says kFull; the tool discards, waits or closes
};

/// What a tool does with one listener. Called from the loop, never from inside a call of the tool's
/// own; each may call everything, for every connection. Unset ones are not missed.
struct WsHandlers {
  /// Before the 101. What RFC 6455 wants and the origin have been checked. Unset: come in.
  std::function<WsVerdict(const HttpRequest&)> on_request{};
  /// `subprotocol` is what was agreed on: one of WsListener::subprotocols, or empty.
  std::function<void(ConnId, const HttpRequest&, std::string_view subprotocol)> on_open{};
  std::function<void(ConnId, const WsMessage&)> on_message{};
  /// One more than WsOptions::messages allows, not given to on_message: the tool may say so.
  std::function<void(ConnId, const WsMessage&)> on_flood{};
  /// Exactly once for each on_open: the peer's code, or ours if we closed, or 1005/1006.
  std::function<void(ConnId, std::uint16_t code)> on_close{};
  /// The peer was behind and has now taken everything.
  std::function<void(ConnId)> on_drained{};
  /// GET and HEAD of anything that asks for no upgrade, before `pages`; nullopt: not mine.
  std::function<std::optional<HttpReply>(const HttpRequest&)> on_get{};
  /// A GET that on_get did not want: true if its answer comes later, by reply(). on_close follows
  /// in any case.
  std::function<bool(ConnId, const HttpRequest&)> on_get_later{};
  /// The head of a request with another method than those. An answer, else its body is awaited:
  /// one of a length that is told, at most WsListener::message_bytes. Unset: 405.
  std::function<std::optional<HttpReply>(const HttpRequest&)> on_method{};
  /// The whole body of such a request, to be answered by reply(). on_close follows in any case.
  std::function<void(ConnId, const HttpRequest&, std::string_view body)> on_body{};
};

/// One address with its own role.
struct WsListener {
  Address address;
  /// The first that a client offers of these is agreed on. One that offers only others gets 400;
  /// one that offers none comes in without. All that a client offers must fit 126 bytes
  /// (libwebsockets).
  std::vector<std::string> subprotocols;
  std::optional<TlsFiles> tls;  // else none: whoever stands between reads all
  /// "https://example.org:8443", exact; "*" lets everybody in. Same-origin always may, and so may a
  /// client that sends no Origin (it is not a browser). On a loopback address the same origin must
  /// also be a loopback name: attackers may point theirs at 127.0.0.1. Plain HTTP is answered all,
  /// with HttpRequest::welcome; but pages of others cannot read it (CORS).
  std::vector<std::string> origins;
  std::span<const Page> pages;  // they outlive the server
  WhenFull when_full = WhenFull::kDisconnect;
  std::size_t queue_bytes = 1U << 20U;  // per connection; see Outbox for what may exceed it
  /// Larger: closed with 1009 before it is buffered; the body of a request: 413.
  std::size_t message_bytes = 256U << 10U;
};

/// Times are more than 0, but for `coalesce`.
struct WsOptions {
  /// More get 503, more from one place 429; about 2.5 KiB each while idle. Lowered to 95 % of the
  /// descriptors that the system grants.
  Admission::Caps caps{.total = 10'000, .per_address = 1'000};
  ConnectRate::Limits connects;     // faster: 503 and 429, too
  std::size_t header_bytes = 8192;  // of a request head, while it is read
  /// What one client may say: messages and pings. More is not told to the tool but as a flood, and
  /// heard slowly; who is refused as many at once, at a quarter of the rate, is closed with 4029.
  RateLimit messages{.per_second = 1000, .burst = 2000};
  bool patient = false;  // more of them waits instead, with all that comes after: nothing is lost
  std::size_t read_bytes = 64U << 10U;  // per connection and turn; one buffer for all
  Millis handshake{10'000};    // from accept to the end of the request head, and as long for a body
  Millis ping_every{25'000};   // below the 30 s of the most impatient proxies
  Millis pong_within{10'000};  // then 4112; also: behind and taking nothing for so long, 4108
  Millis close_within{5'000};  // from our close frame to the peer's
  /// A plain HTTP reply of which nothing is taken for `handshake`, or after that less than so many
  /// bytes a second on average, is cut off.
  std::size_t reply_rate = 4U << 10U;    // 1 MiB in four minutes: a bad telephone
  std::size_t reply_bytes = 64U << 20U;  // of all such replies that are under way; see ReplyRoom
  Millis coalesce{0};       // what is sent may wait so long for company; 0: for the end of the turn
  bool reuse_port = false;  // several processes on one port
  bool ring = true;         // where the kernel has io_uring, many are sent to with one call of it
};

struct WsCounters {
  std::uint64_t accepted = 0;      // sockets
  std::uint64_t opened = 0;        // WebSocket connections
  std::uint64_t refused_full = 0;  // 503 and 429: the caps are reached
  std::uint64_t refused_fast = 0;  // 503 and 429: they come too fast
  std::uint64_t dropped = 0;  // closed without a word: too many to be told, or too fast for TLS
  std::uint64_t refused = 0;  // any other handshake that did not become a connection
  std::uint64_t broken = 0;   // gone before they had asked anything, or what they asked is not HTTP
  std::uint64_t late = 0;     // closed: half a request for too long
  std::uint64_t requests = 0;  // plain HTTP
  std::uint64_t messages_in = 0;
  std::uint64_t bytes_in = 0;  // payload
  std::uint64_t frames_out = 0;
  std::uint64_t writes = 0;          // it took to send them
  std::uint64_t bytes_out = 0;       // taken by the kernel, frame headers included
  std::uint64_t slow_consumers = 0;  // closed with 4108
  std::uint64_t no_pong = 0;         // closed with 4112
  std::uint64_t too_big = 0;         // closed with 1009
  std::uint64_t fragments = 0;       // closed with 1008: too many of one message
  std::uint64_t floods = 0;          // messages and pings over the rate
  std::uint64_t abusers = 0;         // closed with 4029
  std::uint64_t slow_replies = 0;    // cut off: they were taken too slowly, or not at all
  std::uint64_t crowded_out = 0;     // replies cut off, or 503 in their place: too many bytes
  std::map<std::uint16_t, std::uint64_t> closes;  // by code; 0: one of the peer's own
  Histogram pongs{Histogram::kSeconds};           // from our ping to its answer
  Histogram fanouts{Histogram::kSeconds};  // from what is said first in a turn to its last write
};

/// WebSocket and HTTP on any number of addresses, in the loop of the process. Abstract, so that a
/// tool is tested with a fake.
///
/// Sending: send() appends the shared frame to the connection's queue; at the end of the turn, or
/// of `coalesce`, each connection gets one write (of at most 1024 frames). A peer that does not
/// take everything is "behind": the rest waits in its queue, under `queue_bytes`, and leaves as the
/// peer reads. Nobody waits for anybody else. Of whom more than half of that waits nothing is read.
///
/// Receiving: RFC 6455 to the letter, WsReader says how. What a client sends before the answer to
/// its handshake is there (4.1: it must wait) stays in libwebsockets and is not heard.
class WsServer {
 public:
  /// Listens on all or fails with the first that does not work. The loop must outlive the server,
  /// and must not be running when the server is destroyed: libwebsockets needs it to let go.
  static Result<std::unique_ptr<WsServer>> open(Loop& loop, std::vector<WsListener> listeners,
                                                WsOptions options = {});
  virtual ~WsServer() = default;

  /// Where it listens, in the order of the listeners, with real ports.
  [[nodiscard]] virtual std::vector<Address> addresses() const = 0;

  /// Before the loop runs; the index is that of the listener.
  virtual void set_handlers(std::size_t listener, WsHandlers handlers) = 0;

  virtual Sent send(ConnId id, const Frame& frame) = 0;
  /// What on_get_later or on_body promised; only the first counts. After a reply that is chunked or
  /// lasts until the close, the chunks or pieces are sent with send(), and close() ends the body.
  virtual void reply(ConnId id, HttpReply reply) = 0;
  /// The same frame to many, like send() to each; what is full or gone is handled as there. Frames
  /// that go to the same ones in a turn are joined.
  virtual void broadcast(std::span<const ConnId> ids, const Frame& frame) = 0;

  /// Sends what is queued, then the close frame; on_close follows when the peer has answered or
  /// time is up, never from inside this call. Messages that still come in are dropped.
  virtual void close(ConnId id, std::uint16_t code, std::string_view reason) = 0;

  /// Bytes handed to send() that the kernel has not taken. 0 for unknown ids.
  [[nodiscard]] virtual std::size_t queued_bytes(ConnId id) const = 0;
  /// Drops the queued frames of which no byte has left; returns how many bytes that were.
  virtual std::size_t discard_unsent(ConnId id) = 0;

  /// Whether more is read from the peer: the tool stops it when it cannot pass on what comes in.
  virtual void want_messages(ConnId id, bool wanted) = 0;
  /// What it has said counts as so many more of WsOptions::messages.
  virtual void charge(ConnId id, std::uint32_t more) = 0;

  /// No new connections from here on; the existing ones live.
  virtual void stop_listening() = 0;

  /// Reads the TLS files again: new connections show what is in them now. If one cannot be used its
  /// listener keeps what it had, and the error says why.
  virtual Status reload_tls() = 0;

  [[nodiscard]] virtual std::size_t connections() const = 0;
  /// Plain HTTP under way, the tool's promises not counted: requests whose bodies come, and
  /// replies.
  [[nodiscard]] virtual std::size_t replies() const = 0;
  /// The bytes that wait for each connection, now.
  [[nodiscard]] virtual Histogram queues() const = 0;
  [[nodiscard]] virtual const WsCounters& counters() const = 0;
};

}  // namespace so::net
