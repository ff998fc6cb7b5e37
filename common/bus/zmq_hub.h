#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "base/result.h"
#include "bus/keys.h"
#include "hub/effects.h"
#include "net/loop.h"
#include "wire/frame.h"

namespace so::bus {

/// The hub's end of the bus: a ROUTER socket. Each connection of a tool is a ToolId from its first
/// good frame until forget() or until the connection is gone.
///
/// It never waits for a tool: what a tool does not read waits in its Outbox (bounds and policy
/// there), and once that is enough what it asks is put off; the others notice nothing. What is sent
/// in one turn goes out at its end, one message a tool. Bytes that are no frames are answered by
/// the error that hub::malformed() writes, and change nothing else.
class ZmqHub {
 public:
  struct Handlers {
    std::function<void(hub::ToolId, const wire::FrameView&)> frame{};
    /// The connection was closed, or the tool does not read its replies; it is forgotten already.
    std::function<void(hub::ToolId)> gone{};
    /// A connection did not come to be, for want of a key or of the right protocol.
    std::function<void(std::string_view why)> refused{};
  };
  struct Counters {
    std::uint64_t frames_in = 0;
    std::uint64_t frames_out = 0;
    std::uint64_t malformed = 0;  // messages that ended in bytes that are no frame
    std::uint64_t gaps = 0;       // times that a tool fell behind
    std::uint64_t refused = 0;    // connections that did not come to be
    std::uint64_t put_off = 0;    // messages of tools that had enough to read
  };

  /// An ipc socket (bus/address.h) has mode 0660; a dead hub's is replaced, a living one is an
  /// error.
  /// The keys are for tcp:// alone.
  static Result<std::unique_ptr<ZmqHub>> bind(std::string_view address, net::Loop& loop,
                                              HubKeyFiles keys = {});
  ~ZmqHub();
  ZmqHub(const ZmqHub&) = delete;
  ZmqHub& operator=(const ZmqHub&) = delete;

  void listen(Handlers handlers);
  void send(const hub::Send& send);
  /// What waits for the tool is sent as far as it goes now.
  void forget(hub::ToolId tool);

  /// Reads again who may come in, where keys say that. Who is in stays.
  Status load_tool_keys();

  [[nodiscard]] const Counters& counters() const;
  [[nodiscard]] std::size_t waiting() const;  // bytes, for all tools together
  [[nodiscard]] std::string address() const;  // a port of tcp that was left to the system is in it

 private:
  class Router;
  ZmqHub(std::unique_ptr<Router> router, HubKeyFiles keys);
  std::unique_ptr<Router> router_;
  HubKeyFiles keys_;
};

}  // namespace so::bus
