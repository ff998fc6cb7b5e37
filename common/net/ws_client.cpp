#include "net/ws_client.h"

#include <array>
#include <deque>
#include <unordered_map>

#include <fmt/format.h>
#include <libwebsockets.h>

#include "base/utf8.h"
#include "net/deadlines.h"
#include "net/turn_end.h"
#include "net/ws_client_connection.h"
#include "net/ws_context.h"
#include "net/ws_header.h"

namespace so::net {
namespace {

constexpr std::size_t kReadBytes = 64U << 10U;
constexpr Millis kTick{50};
constexpr Millis kCloseWithin{5000};

// The library counts the zero at the end of some of its texts.
std::string_view why_no_connection(std::string_view text) {
  text = text.substr(0, text.find('\0'));
  return text.empty() ? "no connection" : text;
}

class Client final : public WsClient {
 public:
  Client(Loop& loop, const WsClientOptions& options)
      : loop_(&loop),
        options_(options),
        turn_end_(loop, [this] { end_turn(); }),
        deadlines_(kTick),
        tick_(loop, [this] { check_deadlines(); }) {}
  ~Client() override {
    handlers_ = {};
    context_.reset();
  }
  Client(const Client&) = delete;
  Client& operator=(const Client&) = delete;

  Status start();
  int on_event(lws* wsi, int reason, void* in, std::size_t size);

  void set_handlers(WsClientHandlers handlers) override { handlers_ = std::move(handlers); }
  ConnId connect(const WsTarget& target) override;
  Sent send_text(ConnId id, std::string_view payload) override {
    return send(id, true, as_bytes(payload));
  }
  Sent send_binary(ConnId id, ByteView payload) override { return send(id, false, payload); }
  void close(ConnId id, std::uint16_t code, std::string_view reason) override;
  [[nodiscard]] std::size_t queued_bytes(ConnId id) const override {
    const auto found = connections_.find(id);
    return found != connections_.end() ? found->second.queued : 0;
  }

 private:
  WsClientConnection* find(ConnId id);
  Sent send(ConnId id, bool text, ByteView payload);
  void mark(const WsClientConnection& c);
  void end_turn();
  void dial(WsClientConnection& c);
  void on_open(WsClientConnection& c) const;
  void start_close(WsClientConnection& c, std::uint16_t code, std::string_view reason);
  void on_receive(WsClientConnection& c, ByteView chunk);
  void deliver(WsClientConnection& c, ByteView payload);
  int on_writable(WsClientConnection& c) const;
  void end(WsClientConnection& c, std::string_view why);
  void kill(const WsClientConnection& c);
  void forget(ConnId id);
  void check_deadlines();

  Loop* loop_;
  WsClientOptions options_;
  WsClientHandlers handlers_;
  std::unordered_map<ConnId, WsClientConnection> connections_;
  std::uint64_t last_id_ = 0;
  std::deque<ConnId> marked_;  // to be dialled, or to be told that they are closed
  TurnEnd turn_end_;
  Deadlines deadlines_;
  Timer tick_;
  std::unique_ptr<WsContext> context_;
};

int on_event(lws* wsi, lws_callback_reasons reason, void*, void* in, std::size_t size) noexcept {
  auto* const client = static_cast<Client*>(lws_context_user(lws_get_context(wsi)));
  return client != nullptr ? client->on_event(wsi, reason, in, size) : 0;
}

// The last one is empty.
const lws_protocols* protocols() {
  static const std::array<lws_protocols, 2> all = [] {
    std::array<lws_protocols, 2> out{};
    out[0].name = "scopewire-client";
    out[0].callback = on_event;
    out[0].rx_buffer_size = kReadBytes;
    out[0].tx_packet_size = 1U << 20U;
    return out;
  }();
  return all.data();
}

Status Client::start() {
  // The library counts its own pipe, too.
  auto context = WsContext::create(*loop_, {.protocols = protocols(),
                                            .user = this,
                                            .heads = options_.connections + 2,
                                            .handshake = options_.timeout});
  if (!context) return fail(context.error());
  context_ = std::move(*context);
  return {};
}

WsClientConnection* Client::find(ConnId id) {
  const auto found = connections_.find(id);
  return found != connections_.end() ? &found->second : nullptr;
}

ConnId Client::connect(const WsTarget& target) {
  const ConnId id{++last_id_};
  if (connections_.empty()) tick_.start(kTick, kTick);
  WsClientConnection& c = connections_[id];
  c.id = id;
  c.target = target;
  deadlines_.add(id, loop_->now() + options_.timeout);
  mark(c);
  return id;
}

Sent Client::send(ConnId id, bool text, ByteView payload) {
  WsClientConnection* const c = find(id);
  if (c == nullptr || !c->open || c->closing || c->ended) return Sent::kGone;
  if (c->queued > 0 && c->queued + payload.size() > options_.queue_bytes) {
    c->full = true;
    return Sent::kFull;
  }
  Bytes bytes(LWS_PRE);
  bytes.insert(bytes.end(), payload.begin(), payload.end());
  c->queue.push_back({text, std::move(bytes)});
  c->queued += payload.size();
  lws_callback_on_writable(c->wsi);
  return Sent::kQueued;
}

void Client::close(ConnId id, std::uint16_t code, std::string_view reason) {
  WsClientConnection* const c = find(id);
  if (c == nullptr || c->closing || c->ended) return;
  start_close(*c, code, reason);
}

// What is queued still leaves; nothing is taken in any more.
void Client::start_close(WsClientConnection& c, std::uint16_t code, std::string_view reason) {
  if (std::exchange(c.closing, true)) return;
  c.code = code;
  c.reason = reason;
  deadlines_.add(c.id, loop_->now() + kCloseWithin);
  if (c.open) {
    lws_callback_on_writable(c.wsi);
  } else {
    mark(c);
  }
}

void Client::mark(const WsClientConnection& c) {
  marked_.push_back(c.id);
  turn_end_.request();
}

void Client::end_turn() {
  for (const ConnId id : std::exchange(marked_, {})) {
    WsClientConnection* const c = find(id);
    if (c == nullptr || c->ended || c->open) continue;
    if (c->closing) {
      end(*c, "closed before it was open");
    } else if (!c->dialled) {
      dial(*c);
    }
  }
}

void Client::dial(WsClientConnection& c) {
  const ConnId id = c.id;
  const Url& url = c.target.url;
  if (url.scheme != "ws" && url.scheme != "http") return end(c, "TLS is not spoken");
  c.dialled = true;
  const std::string host = to_string(url.address);
  lws_client_connect_info info{};
  info.context = context_->get();
  info.address = url.address.host.c_str();
  info.port = url.address.port;
  info.path = url.target.c_str();
  info.host = host.c_str();
  info.origin = c.target.origin.empty() ? nullptr : c.target.origin.c_str();
  info.protocol = c.target.subprotocol.empty() ? nullptr : c.target.subprotocol.c_str();
  info.local_protocol_name = protocols()->name;
  info.ietf_version_or_minus_one = -1;
  info.opaque_user_data = reinterpret_cast<void*>(to_number(id));  // NOLINT: a number for a pointer
  if (lws_client_connect_via_info(&info) != nullptr) return;
  // Mostly it has said so itself, and the connection is forgotten.
  if (WsClientConnection* const left = find(id)) end(*left, "no connection");
}

int Client::on_event(lws* wsi, int reason, void* in, std::size_t size) {
  WsClientConnection* const c =
      find(ConnId{reinterpret_cast<std::uintptr_t>(lws_get_opaque_user_data(wsi))});
  if (c == nullptr) return 0;
  c->wsi = wsi;
  const ByteView bytes{static_cast<const std::uint8_t*>(in), in != nullptr ? size : 0};
  switch (reason) {
    case LWS_CALLBACK_CLIENT_APPEND_HANDSHAKE_HEADER:
      return add_headers(*c, in, size);
    case LWS_CALLBACK_CLIENT_FILTER_PRE_ESTABLISH:
      c->subprotocol = header(wsi, WSI_TOKEN_PROTOCOL);
      return 0;
    case LWS_CALLBACK_CLIENT_ESTABLISHED:
      on_open(*c);
      return 0;
    case LWS_CALLBACK_CLIENT_RECEIVE:
      on_receive(*c, bytes);
      return 0;
    case LWS_CALLBACK_CLIENT_WRITEABLE:
      return on_writable(*c);
    case LWS_CALLBACK_WS_PEER_INITIATED_CLOSE:
      read_close(*c, bytes);
      return c->close_sent ? -1 : 0;  // the answer to ours, or the library answers
    case LWS_CALLBACK_CLIENT_CONNECTION_ERROR:
      end(*c, why_no_connection(as_text(bytes)));
      return 0;
    case LWS_CALLBACK_CLIENT_CLOSED:
      end(*c, "the connection ended");
      return 0;
    case LWS_CALLBACK_WSI_DESTROY:
      end(*c, "the connection ended");
      forget(c->id);
      return 0;
    default:
      return 0;
  }
}

void Client::on_open(WsClientConnection& c) const {
  if (c.ended) return;
  c.open = true;
  if (c.closing) lws_callback_on_writable(c.wsi);
  if (handlers_.on_open) handlers_.on_open(c.id, c.subprotocol);
}

void Client::on_receive(WsClientConnection& c, ByteView chunk) {
  if (c.closing || c.ended) return;
  const std::size_t owed = lws_remaining_packet_payload(c.wsi);
  const std::size_t known = c.message.size() + chunk.size();
  if (known > options_.message_bytes || owed > options_.message_bytes - known) {
    return start_close(c, close_code::kTooBig, "message too big");
  }
  const bool whole = lws_is_final_fragment(c.wsi) != 0;
  if (whole && c.message.empty()) return deliver(c, chunk);
  c.message.insert(c.message.end(), chunk.begin(), chunk.end());
  if (whole) deliver(c, std::exchange(c.message, {}));
}

void Client::deliver(WsClientConnection& c, ByteView payload) {
  const bool text = lws_frame_is_binary(c.wsi) == 0;
  if (text && !is_utf8(payload)) return start_close(c, close_code::kBadText, "text is not UTF-8");
  if (handlers_.on_message) handlers_.on_message(c.id, {text, payload});
}

int Client::on_writable(WsClientConnection& c) const {
  while (!c.queue.empty() && lws_send_pipe_choked(c.wsi) == 0) {
    WsClientConnection::Queued& next = c.queue.front();
    const std::size_t size = next.bytes.size() - LWS_PRE;
    if (lws_write(c.wsi, next.bytes.data() + LWS_PRE, size,
                  next.text ? LWS_WRITE_TEXT : LWS_WRITE_BINARY) < 0)
      return -1;
    c.queued -= size;
    c.queue.pop_front();
  }
  if (!c.queue.empty() || lws_partial_buffered(c.wsi) != 0) {
    lws_callback_on_writable(c.wsi);
    return 0;
  }
  if (c.closing && !std::exchange(c.close_sent, true)) return write_close(c) ? 0 : -1;
  if (std::exchange(c.full, false) && handlers_.on_drained) handlers_.on_drained(c.id);
  return 0;
}

// Once for each connection; the library may still need to let go of its side.
void Client::end(WsClientConnection& c, std::string_view why) {
  if (std::exchange(c.ended, true)) return;
  const ConnId id = c.id;
  if (c.open) {
    const std::uint16_t code = c.code != 0 ? c.code : close_code::kAbnormal;
    if (handlers_.on_close) handlers_.on_close(id, code, c.reason);
  } else if (handlers_.on_failure) {
    handlers_.on_failure(id, open_error(c, why));
  }
  if (c.wsi == nullptr) forget(id);
}

void Client::kill(const WsClientConnection& c) {
  lws_set_timeout(c.wsi, PENDING_TIMEOUT_USER_OK, LWS_TO_KILL_ASYNC);
  lws_cancel_service(context_->get());  // its timers run only when it is woken
}

void Client::forget(ConnId id) {
  connections_.erase(id);
  if (connections_.empty()) tick_.stop();
}

void Client::check_deadlines() {
  for (const Deadlines::Due& due : deadlines_.take(loop_->now())) {
    WsClientConnection* const c = find(due.id);
    if (c == nullptr || (c->open && !c->closing)) continue;
    if (c->wsi != nullptr) kill(*c);
    end(*c, fmt::format("no answer in {} ms", options_.timeout.count()));
  }
}

}  // namespace

Result<std::unique_ptr<WsClient>> WsClient::create(Loop& loop, WsClientOptions options) {
  auto client = std::make_unique<Client>(loop, options);
  if (auto started = client->start(); !started) return fail(started.error());
  return client;
}

}  // namespace so::net
