#pragma once

#include <cstddef>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <unordered_map>
#include <vector>

#include "bus/client.h"
#include "chat_door.h"
#include "edge/drain.h"
#include "edge/ws_metrics.h"
#include "http_door.h"
#include "meta_door.h"
#include "net/static_dir.h"
#include "net/ws_server.h"
#include "policy/policy.h"
#include "rich_door.h"
#include "sse_door.h"
#include "token/verifier.h"
#include "user_rates.h"
#include "visitors.h"
#include "whereabouts.h"

namespace so::gateway {

/// Where metadata connections come in, and the stream of those that name none; empty: every stream.
struct MetaListener {
  net::Address address;
  std::string stream{};
  bool operator==(const MetaListener&) const = default;
};

struct GatewayOptions {
  std::vector<net::Address> listen;           // chat, scopewire.v1, pages
  std::vector<MetaListener> meta_listen;      // wsJsonMeta
  std::vector<net::Address> tls_listen;       // the same with TLS
  std::vector<MetaListener> tls_meta_listen;  //
  net::TlsFiles tls;
  std::vector<std::string> origins;
  std::shared_ptr<const net::StaticDir> files;  // before the own pages; null: none
  std::size_t message_bytes = 256U << 10U;
  std::size_t queue_bytes = 1U << 20U;  // for one client; the answers of a list of requests, too
  std::size_t list_bytes = 64U << 20U;  // the answers of all lists that are not complete
  /// What one user may say, over all its connections; 0: any.
  net::RateLimit user_messages{.per_second = 4000, .burst = 8000};
  net::WsOptions server;
};

/// What to open the server with.
std::vector<net::WsListener> listeners(const GatewayOptions& options);

/// The scope that an address names.
Result<std::string> scope_of_url(const net::HttpRequest& request);

/// Where the arrows turn: sockets to doors to the hub, and the hub's events back to the doors. Of a
/// connection it knows only through which door it came. gateway_http.cpp: what comes without a
/// WebSocket
class Gateway {
 public:
  /// `server` was opened with listeners(options); it and the hub outlive the gateway.
  Gateway(const GatewayOptions& options, bus::Client& hub, net::WsServer& server);

  /// Whom it lets into no scope is answered 403 before the 101; the hub has the last word on the
  /// others. nullptr: the hub has it on all.
  void set_policy(std::shared_ptr<const policy::Policy> policy) {
    policy_ = std::move(policy);
    meta_.look_again();
  }

  /// By which keys tokens are checked from now on; nullptr: by none, and all are anonymous. Who
  /// brings none is answered 401, unless they are optional.
  void set_verifier(std::shared_ptr<const token::Verifier> verifier, bool optional) {
    visitors_.set_verifier(std::move(verifier), optional);
  }
  /// Closes the connections whose tokens have expired; to be called every second or so.
  void close_expired(WallMillis now);

  /// Some of the readers over HTTP are told that the connection lives; to be called kBeats times in
  /// as long as they are to wait for that. The last time it is looked again what those may hear who
  /// listen to all streams: the hub may have another policy.
  void beat();
  static constexpr std::uint64_t kBeats = SseDoor::kBeats;

  /// How many came by which route.
  [[nodiscard]] std::map<std::string_view, std::size_t> routes() const;
  /// How often they met limits that the server knows nothing of.
  [[nodiscard]] edge::Limits limits() const;

  /// Nobody is let in any more. Everybody is told to come back elsewhere or later, with what they
  /// had asked answered; then `done`, once, a second after `within` at the latest.
  void drain(net::Loop& loop, Millis within, std::function<void()> done);

  /// Why nobody comes in at present; empty: they do.
  [[nodiscard]] std::string unready() const;

 private:
  enum class Door { kChat, kRich, kMeta, kSse, kHttp };

  void serve_rooms(std::size_t listener);
  [[nodiscard]] net::WsVerdict room_verdict(const net::HttpRequest& request);
  [[nodiscard]] net::WsVerdict room_verdict(const net::HttpRequest& request, bool nowhere);
  [[nodiscard]] net::WsVerdict meta_verdict(const net::HttpRequest& request,
                                            const std::string& fallback);
  [[nodiscard]] net::WsVerdict policy_verdict(const std::string& stream,
                                              const policy::Credentials& who) const;
  void serve_metadata(std::size_t listener, const std::string& stream);
  net::WsHandlers common_handlers();
  void open_room(net::ConnId id, const net::HttpRequest& request, std::string_view subprotocol);
  bool admit(net::ConnId id, const net::HttpRequest& request);
  [[nodiscard]] std::optional<net::HttpReply> refuse(const net::HttpRequest& request, bool nowhere);
  [[nodiscard]] std::optional<net::HttpReply> refuse_method(const net::HttpRequest& request);
  void ask(net::ConnId id, const net::HttpRequest& request, std::string_view body);
  bool get_later(net::ConnId id, const net::HttpRequest& request);
  void open_stream(net::ConnId id, const net::HttpRequest& request);
  void end(net::ConnId id, std::uint16_t code, std::string_view reason);
  void open_meta(net::ConnId id, const net::HttpRequest& request, const std::string& fallback);
  void message(net::ConnId id, const net::WsMessage& message);
  [[nodiscard]] bool within_rate(net::ConnId id, const net::WsMessage& message);
  void flood(net::ConnId id, const net::WsMessage& message);
  void closed(net::ConnId id);
  void event(const wire::FrameView& event);
  void call(const wire::FrameView& call);
  void kick(const wire::FrameView& kick);
  void settle(std::function<void()> then);
  [[nodiscard]] edge::Drain::Steps steps_out();
  void see_off(net::ConnId id);
  void mail(const wire::FrameView& mail);
  bool message(const wire::FrameView& message);
  void broadcast(const wire::FrameView& event);
  [[nodiscard]] std::optional<net::HttpReply> get(const net::HttpRequest& request) const;

  std::shared_ptr<const policy::Policy> policy_;
  Visitors visitors_;
  Whereabouts whereabouts_;
  UserRates rates_;
  std::shared_ptr<const net::StaticDir> files_;
  Doorway doorway_;
  ChatDoor chat_{doorway_};
  RichDoor rich_{doorway_};
  SseDoor sse_{doorway_};
  HttpDoor http_;
  MetaDoor meta_{doorway_};
  std::unordered_map<net::ConnId, Door> doors_;  // of every open connection
  std::uint64_t beats_ = 0;
  std::unique_ptr<edge::Drain> drain_;  // set when it has begun
};

}  // namespace so::gateway
