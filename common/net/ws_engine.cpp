#include "net/ws_engine.h"

#include <algorithm>
#include <cassert>

#include <fmt/format.h>
#include <libwebsockets.h>

#include "base/log.h"
#include "net/socket.h"

namespace so::net {
namespace {

constexpr std::size_t kLane = 64;             // callers over a cap who are being told so
constexpr std::size_t kOtherFiles = 256;      // the bus, the log, the library's own
constexpr std::size_t kTxPacket = 1U << 20U;  // otherwise one write is cut at rx_buffer_size
constexpr Millis kOursFirst{2000};      // before the library does, we close who takes too long
constexpr std::size_t kVectors = 1024;  // IOV_MAX
constexpr std::size_t kRxBuffer = 16;   // the library's, for each connection: we read

// 5 % are left over.
std::size_t descriptors_for(std::size_t connections) {
  return connections + connections / 19 + kLane + kOtherFiles;
}

// With a total that the open files allow.
WsOptions fit(WsOptions options) {
  const std::size_t granted = set_descriptor_limit(descriptors_for(options.caps.total));
  const std::size_t others = std::min(granted, kLane + kOtherFiles);
  const std::size_t fits = (granted - others) / 20 * 19;
  if (granted < descriptors_for(options.caps.total)) {
    log::warn("{} open files allow {} connections, not {}", granted, fits, options.caps.total);
    options.caps.total = fits;
  }
  return options;
}

// Looked at less often, those who are due would come in crowds.
Millis tick_for(const WsOptions& options) {
  const Millis shortest =
      std::min({options.handshake, options.ping_every, options.pong_within, options.close_within});
  return std::clamp(shortest / 100, Millis{10}, Millis{100});
}

// The one callback of all protocols.
int on_event(lws* wsi, lws_callback_reasons reason, void* user, void* in,
             std::size_t size) noexcept {
  auto* const engine = static_cast<WsEngine*>(lws_context_user(lws_get_context(wsi)));
  if (engine == nullptr) return 0;
  if (reason == LWS_CALLBACK_OPENSSL_LOAD_EXTRA_SERVER_VERIFY_CERTS) {
    engine->on_tls(static_cast<ssl_ctx_st*>(user));
    return 0;
  }
  return engine->on_event(wsi, reason, {static_cast<const char*>(in), in == nullptr ? 0 : size});
}

lws_protocols protocol(const char* name) {
  lws_protocols out{};
  out.name = name;
  out.callback = on_event;
  // The beginning of a close is told only to protocols with session data.
  out.per_session_data_size = 1;
  out.rx_buffer_size = kRxBuffer;
  out.tx_packet_size = kTxPacket;
  return out;
}

bool takes_frames(const WsConnection& c) {
  return c.phase == WsConnection::Phase::kOpen || c.phase == WsConnection::Phase::kBody;
}

}  // namespace

Result<std::unique_ptr<WsServer>> WsServer::open(Loop& loop, std::vector<WsListener> listeners,
                                                 WsOptions options) {
  auto engine = std::make_unique<WsEngine>(loop, options);
  if (auto prepared = engine->prepare(); !prepared) return fail(prepared.error());
  for (WsListener& listener : listeners) {
    if (auto listening = engine->listen(std::move(listener)); !listening) {
      return fail(listening.error());
    }
  }
  return engine;
}

WsEngine::WsEngine(Loop& loop, const WsOptions& options)
    : loop_(&loop),
      options_(fit(options)),
      admission_(options_.caps),
      connect_rate_(options_.connects),
      lane_({.total = kLane, .per_address = kLane}),
      coalesced_(loop, [this] { flush_waiting(); }),
      vectors_(kVectors),
      ring_(options.ring),
      room_(options.reply_bytes),
      rested_(loop, [this] { wake_rested(); }),
      turn_end_(loop, [this] { end_turn(); }),
      every_(tick_for(options)),
      deadlines_(every_),
      tick_(loop, [this] { check_deadlines(); }),
      due_soon_(loop, [this] { check_some(); }) {}

WsEngine::~WsEngine() {
  going_ = true;
  stop_listening();
  tick_.stop();
  due_soon_.stop();
  marked_.clear();
  waiting_.clear();
  roles_.clear();
}

Status WsEngine::prepare() {
  auto readable = ReadSet::open(*loop_, [this](ConnId id) { on_readable(id); });
  if (!readable) return fail(readable.error());
  readable_ = std::move(*readable);
  read_buffer_.resize(options_.read_bytes);
  return {};
}

Status WsEngine::listen(WsListener listener) {
  WsRole& role = roles_.emplace_back();
  role.listener = std::move(listener);
  if (role.listener.tls) {
    role.tls = std::make_unique<WsCertificate>(*role.listener.tls);
    if (auto loaded = role.tls->load(); !loaded) return fail(loaded.error());
  }
  role.protocols.push_back(protocol(""));
  for (const std::string& name : role.listener.subprotocols) {
    role.protocols.push_back(protocol(name.c_str()));
  }
  role.protocols.push_back({});
  auto context = WsContext::create(*loop_, {.protocols = role.protocols.data(),
                                            .user = this,
                                            .descriptors = descriptors_for(options_.caps.total),
                                            .header_bytes = options_.header_bytes,
                                            .heads = options_.caps.total + kLane,
                                            .handshake = options_.handshake + kOursFirst,
                                            .tls = role.tls ? &role.tls->files() : nullptr});
  if (!context) return fail(context.error());
  role.context = std::move(*context);
  auto socket = Listener::open(*loop_, role.listener.address, {.reuse_port = options_.reuse_port},
                               [this, &role](UniqueFd accepted, const SocketAddress& peer) {
                                 on_accept(role, std::move(accepted), peer);
                               });
  if (!socket) return fail(socket.error());
  role.socket = std::move(*socket);
  return {};
}

// 0: come in.
int WsEngine::refusal_for(const SocketAddress& peer, Admission::Seat& seat) {
  const auto speed = connect_rate_.enter(peer, loop_->now());
  if (speed != ConnectRate::Answer::kAdmitted) {
    ++counters_.refused_fast;
    return speed == ConnectRate::Answer::kTooFast ? 503 : 429;
  }
  const auto room = admission_.enter(peer, seat);
  if (room == Admission::Answer::kAdmitted) return 0;
  ++counters_.refused_full;
  return room == Admission::Answer::kFull ? 503 : 429;
}

// That costs as much as to be let in: of a flood most are not worth it. Over TLS it is about 1 ms.
bool WsEngine::may_be_told(const WsRole& role, const SocketAddress& peer, Admission::Seat& seat) {
  constexpr RateLimit kOverTls{.per_second = 50, .burst = 50};
  constexpr RateLimit kPlain{.per_second = 200, .burst = 200};
  const bool may =
      role.tls ? told_over_tls_.take(kOverTls, loop_->now()) : told_.take(kPlain, loop_->now());
  if (!may) return false;
  return lane_.enter(peer, seat) == Admission::Answer::kAdmitted;
}

void WsEngine::on_accept(WsRole& role, UniqueFd socket, const SocketAddress& peer) {
  ++counters_.accepted;
  if (static_cast<std::size_t>(socket.get()) >= role.context->descriptors()) return;
  Admission::Seat seat;
  const int refusal = refusal_for(peer, seat);
  if (refusal != 0 && !may_be_told(role, peer, seat)) {
    ++counters_.dropped;
    return;
  }
  const ConnId id{++last_id_};
  if (connections_.empty()) tick_.start(every_, every_);
  auto connection = std::make_unique<WsConnection>(id, role, role.listener.queue_bytes,
                                                   role.listener.message_bytes);
  connection->seat = std::move(seat);
  connection->refusal = refusal;
  connection->request = std::make_unique<HttpRequest>();
  connection->request->peer = to_address(peer);
  schedule(*(connections_[id] = std::move(connection)), options_.handshake);

  lws_adopt_desc_t adopt{};
  adopt.vh = role.context->vhost();
  adopt.type = static_cast<lws_adoption_type>(LWS_ADOPT_SOCKET | LWS_ADOPT_HTTP |
                                              (role.tls ? LWS_ADOPT_ALLOW_SSL : 0));
  adopt.fd.sockfd = socket.release();  // the library closes it, also when it fails
  adopt.opaque = reinterpret_cast<void*>(to_number(id));  // NOLINT: a number in a pointer's place
  lws* const wsi = lws_adopt_descriptor_vhost_via_info(&adopt);
  // A failed adoption may have been forgotten already.
  WsConnection* const adopted = find(id);
  if (wsi == nullptr) return forget(id);
  if (adopted != nullptr) adopted->wsi = wsi;
}

WsConnection* WsEngine::find(ConnId id) const {
  const auto found = connections_.find(id);
  return found != connections_.end() ? found->second.get() : nullptr;
}

WsConnection* WsEngine::find(lws* wsi) const {
  return find(ConnId{reinterpret_cast<std::uintptr_t>(lws_get_opaque_user_data(wsi))});
}

void WsEngine::forget(ConnId id) {
  room_.release(id);
  connections_.erase(id);
  if (connections_.empty()) tick_.stop();
}

void WsEngine::mark(WsConnection& c) {
  if (std::exchange(c.marked, true)) return;
  if (marked_.empty()) said_ = Clock::now();
  marked_.push_back(c.id);
  turn_end_.request();
}

void WsEngine::end_turn() {
  bury();
  hear_busy();
  send_fanout();
  const TimePoint said = said_;
  const auto marked = std::exchange(marked_, {});
  const bool at_once = options_.coalesce == Millis{0};
  for (const ConnId id : marked) {
    WsConnection* const c = find(id);
    if (c == nullptr) continue;
    c->marked = false;
    read_or_wait(*c);
    if (!at_once && !std::exchange(c->waiting, true)) {
      if (waiting_.empty()) coalesced_.start(options_.coalesce);
      waiting_.push_back(id);
    }
  }
  if (at_once) flush_all(marked);
  if (marked.size() > 1) {
    counters_.fanouts.observe(std::chrono::duration<double>(Clock::now() - said).count());
  }
}

void WsEngine::flush_waiting() {
  const auto waiting = std::exchange(waiting_, {});
  for (const ConnId id : waiting) {
    if (WsConnection* const c = find(id)) c->waiting = false;
  }
  flush_all(waiting);
}

std::vector<Address> WsEngine::addresses() const {
  std::vector<Address> out;
  for (const WsRole& role : roles_) out.push_back(role.socket->address());
  return out;
}

void WsEngine::set_handlers(std::size_t listener, WsHandlers handlers) {
  assert(listener < roles_.size());
  std::next(roles_.begin(), static_cast<std::ptrdiff_t>(listener))->handlers = std::move(handlers);
}

Sent WsEngine::send(ConnId id, const Frame& frame) {
  send_fanout();
  return queue(id, frame.parcel(), 1);
}

void WsEngine::broadcast(std::span<const ConnId> ids, const Frame& frame) {
  if (ids.empty()) return;
  if (fanout_.empty() && marked_.empty()) said_ = Clock::now();
  turn_end_.request();
  if (fanout_.add(ids, frame)) return;
  send_fanout();
  (void)fanout_.add(ids, frame);  // it is empty
}

// Before whatever else is queued or dropped.
void WsEngine::send_fanout() {
  if (fanout_.empty()) return;
  const Fanout::Sending sending = fanout_.take();
  const TimePoint said = said_;
  for (const ConnId id : sending.to) queue(id, sending.parcel, sending.frames);
  said_ = said;
}

Sent WsEngine::queue(ConnId id, const Parcel& parcel, std::size_t frames) {
  WsConnection* const c = find(id);
  if (c == nullptr || !takes_frames(*c)) return Sent::kGone;
  if (!c->out.push(parcel)) {
    // A burst inside one turn says nothing about the peer: let the kernel have what it takes.
    if (!c->behind) flush(*c);
    if (!takes_frames(*c)) return Sent::kGone;
    if (c->behind || !c->out.push(parcel)) {
      if (c->role->listener.when_full == WhenFull::kTell) return Sent::kFull;
      ++counters_.slow_consumers;
      c->drop_unsent();
      if (c->phase == Phase::kBody) {
        kill(*c, close_code::kSlowConsumer);
      } else {
        start_close(*c, close_code::kSlowConsumer, "slow consumer");
      }
      return Sent::kFull;
    }
  }
  counters_.frames_out += frames;
  mark(*c);
  return Sent::kQueued;
}

void WsEngine::close(ConnId id, std::uint16_t code, std::string_view reason) {
  send_fanout();
  WsConnection* const c = find(id);
  if (c == nullptr) return;
  if (c->phase == Phase::kOpen) start_close(*c, code, reason);
  if (c->phase == Phase::kBody || c->phase == Phase::kOwed) end_body(*c, code);
}

std::size_t WsEngine::queued_bytes(ConnId id) const {
  const WsConnection* const c = find(id);
  return c != nullptr ? c->out.bytes() : 0;
}

// Asked for at the end of a process only.
std::size_t WsEngine::replies() const {
  const auto is_replied_to = [](const auto& entry) {
    const Phase phase = entry.second->phase;
    return phase == Phase::kContent || phase == Phase::kReply;
  };
  return static_cast<std::size_t>(
      std::count_if(connections_.begin(), connections_.end(), is_replied_to));
}

Histogram WsEngine::queues() const {
  Histogram all{Histogram::kBytes};
  for (const auto& [id, c] : connections_) {
    if (c->announced) all.observe(static_cast<double>(c->out.bytes()));
  }
  return all;
}

std::size_t WsEngine::discard_unsent(ConnId id) {
  send_fanout();
  WsConnection* const c = find(id);
  return c != nullptr && c->phase == Phase::kOpen ? c->drop_unsent() : 0;
}

void WsEngine::want_messages(ConnId id, bool wanted) {
  WsConnection* const c = find(id);
  if (c == nullptr || c->phase != Phase::kOpen || c->wanted == wanted) return;
  c->wanted = wanted;
  mark(*c);  // what was held is told at the end of the turn
}

void WsEngine::charge(ConnId id, std::uint32_t more) {
  WsConnection* const c = find(id);
  if (c != nullptr) c->allowance.add(options_.messages, loop_->now(), more);
}

Status WsEngine::reload_tls() {
  Status all;
  for (WsRole& role : roles_) {
    if (!role.tls) continue;
    if (auto loaded = role.tls->load(); !loaded) all = fail(loaded.error());
  }
  return all;
}

void WsEngine::stop_listening() {
  for (WsRole& role : roles_) {
    if (role.socket) role.socket->stop();
  }
}

}  // namespace so::net
