#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "base/bytes.h"
#include "base/time.h"
#include "net/admission.h"
#include "net/conn_id.h"
#include "net/http.h"
#include "net/outbox.h"
#include "net/rate.h"
#include "net/ws_reader.h"

struct lws;

namespace so::net {

struct WsRole;

/// One accepted socket of a WsServer, from accept to the end. An idle one should be small.
struct WsConnection {
  /// Forward only. What is not listed for a phase is ignored in it.
  enum class Phase : std::uint8_t {
    kHead,       // the request head is not complete
    kContent,    // the request's body is not
    kReply,      // a plain HTTP reply is on its way
    kOwed,       // the tool has promised one
    kBody,       // it comes in pieces, and has begun
    kBodyEnd,    // its last piece is queued
    kOpen,       // WebSocket: messages go both ways
    kClosing,    // our close frame is queued; nothing is taken in any more
    kCloseSent,  // it has left: waiting for the peer's
    kEnding,     // libwebsockets is closing: not a byte of ours may follow
  };

  /// The body of a request, while it comes.
  struct Content {
    std::size_t length = 0;  // as announced
    std::string text;
  };

  /// A plain HTTP reply under way.
  struct Reply {
    std::string head;
    std::string own_body;
    std::string_view body;  // own_body, or a page
    FileBody file;          // or this
    std::size_t size = 0;   // of head and body
    std::size_t sent = 0;
    TimePoint since{};
  };

  WsConnection(ConnId its_id, WsRole& its_role, std::size_t queue_bytes, std::size_t message_bytes)
      : id(its_id), role(&its_role), out(queue_bytes), reader({.message_bytes = message_bytes}) {}

  std::size_t drop_unsent() { return out.discard_unsent(promised); }

  ConnId id;
  lws* wsi = nullptr;  // the library's; null before it has taken the socket over
  WsRole* role;
  Admission::Seat seat;
  Outbox out;
  WsReader reader;
  Allowance allowance;                   // for what it says
  Bytes held;                            // has come, and is told later
  std::unique_ptr<HttpRequest> request;  // until on_open, or a reply
  std::unique_ptr<Content> content;
  std::unique_ptr<Reply> reply;
  std::size_t held_taken = 0;    // of it was told
  std::size_t promised = 0;      // to TLS: bytes of `out` that have to stay
  TimePoint deadline{};          // the one that counts
  TimePoint pinged_at{};         // when our ping left for the queue; 0: its answer has come
  TimePoint progress_at{};       // when the kernel last took something, or the peer fell behind
  std::uint16_t close_code = 0;  // what on_close will say; 0: nobody has said anything
  int refusal = 0;               // the status for one too many: 503 or 429
  Phase phase = Phase::kHead;
  std::uint8_t tired = 0;  // so many messages too much since it rested last
  bool chunked = false;    // the body that is sent
  bool announced = false;  // on_open was called
  bool waiting = false;    // for the end of `coalesce`
  bool marked = false;     // the turn's end looks at it
  bool behind = false;
  bool busy = false;     // what it has said is told in bites
  bool resting = false;  // has said more than it may, and is not read for a while
  bool crowded = false;  // is not read until it has read more itself
  bool reading = false;  // we are told when something comes
  bool heard = false;    // something came since our ping
  bool pinged = false;   // and its answer is awaited
  bool wanted = true;    // messages are
};

}  // namespace so::net
