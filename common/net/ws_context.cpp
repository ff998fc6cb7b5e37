#include "net/ws_context.h"

#include <array>
#include <string_view>

#include <libwebsockets.h>

#include "base/log.h"
#include "net/socket.h"

namespace so::net {
namespace {

constexpr const char* kVhost = "scopewire";

// No pings of the library's: it keeps the times of all connections in one sorted list, and walks
// it.
constexpr lws_retry_bo_t kNoPings{};

void to_log(int, const char* line) {
  std::string_view text{line};
  if (text.ends_with('\n')) text.remove_suffix(1);
  log::debug("libwebsockets: {}", text);
}

unsigned seconds(Millis time) {
  return static_cast<unsigned>(std::chrono::ceil<Seconds>(time).count());
}

}  // namespace

Result<std::unique_ptr<WsContext>> WsContext::create(Loop& loop, const Options& options) {
  lws_set_log_level(LLL_ERR | LLL_WARN, to_log);
  const bool searched = options.descriptors == 0;
  const std::size_t descriptors = searched ? 0 : set_descriptor_limit(options.descriptors);
  std::unique_ptr<WsContext> self{new WsContext{loop, descriptors}};

  std::array<void*, 1> loops{loop.uv()};
  lws_context_creation_info info{};
  info.port = CONTEXT_PORT_NO_LISTEN_SERVER;  // we accept
  info.vhost_name = kVhost;
  info.protocols = options.protocols;
  info.user = options.user;
  info.foreign_loops = loops.data();
  info.options = LWS_SERVER_OPTION_LIBUV | LWS_SERVER_OPTION_SKIP_SERVER_CANONICAL_NAME;
  info.pcontext = &self->context_;
  info.retry_and_idle_policy = &kNoPings;
  info.pt_serv_buf_size = 16U << 10U;  // shared by all connections
  info.max_http_header_data2 = static_cast<unsigned>(options.header_bytes);
  info.max_http_header_pool2 = static_cast<unsigned>(options.heads);
  info.timeout_secs = seconds(options.handshake);
  info.timeout_secs_ah_idle = seconds(options.handshake);
  if (options.tls != nullptr) {
    info.options |= LWS_SERVER_OPTION_DO_SSL_GLOBAL_INIT;
    info.ssl_cert_filepath = options.tls->certificate.c_str();
    info.ssl_private_key_filepath = options.tls->key.c_str();
    info.alpn = "http/1.1";  // or browsers would speak HTTP/2, which has no upgrades
  }
  if (searched) info.fd_limit_per_thread = static_cast<unsigned>(options.heads);
  self->context_ = lws_create_context(&info);
  if (self->context_ == nullptr) {
    return fail(Code::kSystem,
                "unable to start libwebsockets: is the package libwebsockets-evlib-uv installed?");
  }
  return self;
}

lws_vhost* WsContext::vhost() const {
  return lws_get_vhost_by_name(context_, kVhost);
}

// The library lets go in steps, each after libuv has closed the handles of the one before: the
// connections, then its own, then the rest.
WsContext::~WsContext() {
  constexpr int kSteps = 3;
  while (context_ != nullptr) {
    lws_context_destroy(context_);
    for (int i = 0; i < kSteps && context_ != nullptr; ++i) uv_run(loop_->uv(), UV_RUN_NOWAIT);
  }
}

}  // namespace so::net
