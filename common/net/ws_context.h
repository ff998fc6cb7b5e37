#pragma once

#include <cstddef>
#include <memory>

#include "base/result.h"
#include "base/time.h"
#include "net/loop.h"
#include "net/ws_certificate.h"

struct lws_context;
struct lws_protocols;
struct lws_vhost;

namespace so::net {

/// libwebsockets inside our loop, with one virtual host. Its words go to the debug log.
class WsContext {
 public:
  struct Options {
    const lws_protocols* protocols = nullptr;  // outlive the context; the last one is empty
    void* user = nullptr;                      // for lws_context_user()
    /// The limit of open files that the process gets; the library's tables have that size. 0: the
    /// limit stays, and there is one table of `heads` that is searched, which suits clients.
    std::size_t descriptors = 0;
    std::size_t header_bytes = 8192;
    std::size_t heads = 256;  // requests that may be half read at a time
    Millis handshake{10'000};
    const TlsFiles* tls = nullptr;  // of a server; they have been read already
  };
  static Result<std::unique_ptr<WsContext>> create(Loop& loop, const Options& options);
  /// Runs the loop, which must not be running, until the library has let go; it calls back
  /// meanwhile.
  ~WsContext();
  WsContext(const WsContext&) = delete;
  WsContext& operator=(const WsContext&) = delete;

  [[nodiscard]] lws_context* get() const { return context_; }
  [[nodiscard]] lws_vhost* vhost() const;
  /// Descriptors from here on do not fit the library's tables.
  [[nodiscard]] std::size_t descriptors() const { return descriptors_; }

 private:
  WsContext(Loop& loop, std::size_t descriptors) : loop_(&loop), descriptors_(descriptors) {}

  Loop* loop_;
  std::size_t descriptors_;
  lws_context* context_ = nullptr;  // cleared by the library when it is gone
};

}  // namespace so::net
