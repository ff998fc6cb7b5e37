#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/result.h"
#include "base/time.h"
#include "net/conn_id.h"
#include "net/loop.h"
#include "net/sent.h"
#include "net/url.h"
#include "net/ws_message.h"

namespace so::net {

/// Called from the loop, never from inside a call of the tool's own.
struct WsClientHandlers {
  std::function<void(ConnId, std::string_view subprotocol)> on_open{};
  std::function<void(ConnId, const WsMessage&)> on_message{};
  std::function<void(ConnId)> on_drained{};  // the queue, having been refused more, is empty
  /// Exactly once for each connect(): refused, unreachable, timed out before on_open ...
  std::function<void(ConnId, const Error&)> on_failure{};
  /// ... or ended after it: the server's code and reason, or ours, or 1006.
  std::function<void(ConnId, std::uint16_t code, std::string_view reason)> on_close{};
};

/// What to ask a server for.
struct WsTarget {
  Url url;                  // ws://; TLS is not spoken
  std::string subprotocol;  // or several, with commas; may be empty
  std::string origin;       // empty: none, as programs do
  std::vector<std::pair<std::string, std::string>> headers{};  // Authorization and the like
};

struct WsClientOptions {
  Millis timeout{10'000};                  // from connect() to on_open
  std::size_t message_bytes = 16U << 20U;  // larger ones end the connection with 1009
  std::size_t queue_bytes = 4U << 20U;     // not yet sent; then send() says kFull
  std::size_t connections = 16;            // at a time; bounds a table that is searched
};

/// WebSocket connections to servers, on libwebsockets, in our loop. The looking up of names blocks.
class WsClient {
 public:
  /// The loop outlives the client and does not run when it is destroyed (WsContext).
  static Result<std::unique_ptr<WsClient>> create(Loop& loop, WsClientOptions options = {});
  virtual ~WsClient() = default;

  virtual void set_handlers(WsClientHandlers handlers) = 0;

  virtual ConnId connect(const WsTarget& target) = 0;
  virtual Sent send_text(ConnId id, std::string_view payload) = 0;
  virtual Sent send_binary(ConnId id, ByteView payload) = 0;
  /// Sends what is queued, then the close frame; before on_open it ends in on_failure.
  virtual void close(ConnId id, std::uint16_t code, std::string_view reason) = 0;
  [[nodiscard]] virtual std::size_t queued_bytes(ConnId id) const = 0;
};

}  // namespace so::net
