#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <string>
#include <string_view>

#include "base/bytes.h"
#include "base/result.h"
#include "net/conn_id.h"
#include "net/ws_client.h"

struct lws;

namespace so::net {

/// One connection of a WsClient, from connect() until the library has let go of it.
struct WsClientConnection {
  struct Queued {
    bool text;
    Bytes bytes;  // room for the library's header, then the payload
  };

  ConnId id;
  WsTarget target;
  lws* wsi = nullptr;  // from the first event on
  bool dialled = false;
  bool open = false;
  bool ended = false;    // on_failure or on_close was called
  bool full = false;     // send() has said so
  bool closing = false;  // our close frame follows the queue
  bool close_sent = false;
  std::uint16_t code = 0;  // of the end; 0: nobody has said anything
  std::string reason;
  std::string subprotocol;
  Bytes message;  // the fragments so far
  std::deque<Queued> queue;
  std::size_t queued = 0;  // payload bytes
};

/// Why it could not be opened: the server's status, or else `why`.
Error open_error(const WsClientConnection& c, std::string_view why);

/// The tool's headers, while the library writes the request: *in is where, `room` how much it has
/// there. Not 0: they do not fit.
int add_headers(const WsClientConnection& c, void* in, std::size_t room);

/// Notes code and reason of the server's close frame, if nobody has closed before.
void read_close(WsClientConnection& c, ByteView payload);

/// Ours, and not the library's: that one is forgotten when something comes in at that moment.
bool write_close(const WsClientConnection& c);

}  // namespace so::net
