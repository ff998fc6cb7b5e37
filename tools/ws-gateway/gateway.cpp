#include "gateway.h"

#include <algorithm>
#include <array>
#include <utility>

#include "base/log.h"
#include "bus/call_bodies.h"
#include "json/read.h"
#include "wire/path.h"
#include "wsproto/chat.h"
#include "wsproto/ems.h"

namespace so::gateway {
namespace {

constexpr std::string_view kRichProtocol = "scopewire.v1";
constexpr Millis kShortestSpread{1000};  // in which those who were seen off come back

// Of the scope and all above it, the application first.
policy::Decision may_connect(const policy::Policy& policy, std::string_view scope,
                             const policy::Credentials& who) {
  if (scope == "/") return {};
  const auto above = may_connect(policy, wire::parent_path(scope), who);
  if (!above.allowed) return above;
  return policy.decide(policy::Action::kConnect, {.scope = scope}, who);
}

net::WsVerdict denied(const policy::Decision& decision) {
  return net::WsVerdict::refuse(
      403, decision.reason.empty() ? "the policy denies it" : std::string{decision.reason});
}

bool asks_for(const net::HttpRequest& request, std::string_view subprotocol) {
  const auto& asked = request.subprotocols;
  return std::find(asked.begin(), asked.end(), subprotocol) != asked.end();
}

// "/" is every stream.
Result<std::string> stream_of(const net::HttpRequest& request, const std::string& fallback) {
  auto stream = wire::normal_path(request.path == "/" ? fallback : request.path);
  if (stream && *stream == "/" + std::string{wsproto::kEveryStream}) return std::string{"/"};
  return stream;
}

}  // namespace

std::vector<net::WsListener> listeners(const GatewayOptions& options) {
  net::WsListener any;
  any.origins = options.origins;
  any.message_bytes = options.message_bytes;
  any.queue_bytes = options.queue_bytes;
  std::vector<net::WsListener> all;
  const auto add = [&](const net::Address& address, bool tls) -> net::WsListener& {
    all.push_back(any);
    all.back().address = address;
    if (tls) all.back().tls = options.tls;
    return all.back();
  };
  const auto add_rooms = [&](const std::vector<net::Address>& addresses, bool tls) {
    for (const net::Address& address : addresses) {
      net::WsListener& rooms = add(address, tls);
      rooms.subprotocols = {std::string{kRichProtocol}, "chat"};
      rooms.pages = net::embedded_pages();
    }
  };
  add_rooms(options.listen, false);
  for (const MetaListener& meta : options.meta_listen) add(meta.address, false);
  add_rooms(options.tls_listen, true);
  for (const MetaListener& meta : options.tls_meta_listen) add(meta.address, true);
  return all;
}

Gateway::Gateway(const GatewayOptions& options, bus::Client& hub, net::WsServer& server)
    : rates_(options.user_messages),
      files_(options.files),
      doorway_{hub, server, visitors_, whereabouts_, rates_},
      http_{doorway_, {.list = options.queue_bytes, .lists = options.list_bytes}} {
  hub.listen({.event = [this](const wire::FrameView& frame) { event(frame); },
              .sync = [this](const wire::FrameView& frame) { event(frame); },
              .link =
                  [this](bool connected, std::string_view why) {
                    connected ? log::info("the hub is there")
                              : log::warn("the hub is gone: {}", why);
                    connected ? meta_.hub_is_back() : rich_.hub_lost();
                  },
              .call = [this](const wire::FrameView& frame) { call(frame); },
              .kick = [this](const wire::FrameView& frame) { kick(frame); },
              .mail = [this](const wire::FrameView& frame) { mail(frame); },
              .replaced = [this](const wire::FrameView& frame) { mail(frame); },
              .message = [this](const wire::FrameView& frame) { return message(frame); },
              .broadcast = [this](const wire::FrameView& frame) { broadcast(frame); },
              .refused =
                  [this](const wire::FrameView& claim, const bus::Reply& why) {
                    const auto id = static_cast<net::ConnId>(claim.header.member);
                    if (doors_.contains(id)) end(id, close_code_for(why.code), why.message);
                  }});
  std::size_t next = 0;  // in the order of listeners()
  for (std::size_t i = 0; i < options.listen.size(); ++i) serve_rooms(next++);
  for (const MetaListener& meta : options.meta_listen) serve_metadata(next++, meta.stream);
  for (std::size_t i = 0; i < options.tls_listen.size(); ++i) serve_rooms(next++);
  for (const MetaListener& meta : options.tls_meta_listen) serve_metadata(next++, meta.stream);
}

net::WsHandlers Gateway::common_handlers() {
  net::WsHandlers handlers;
  handlers.on_message = [this](net::ConnId id, const net::WsMessage& m) { message(id, m); };
  handlers.on_flood = [this](net::ConnId id, const net::WsMessage& m) { flood(id, m); };
  handlers.on_close = [this](net::ConnId id, std::uint16_t) { closed(id); };
  handlers.on_get = [this](const net::HttpRequest& request) { return get(request); };
  return handlers;
}

void Gateway::serve_rooms(std::size_t listener) {
  net::WsHandlers handlers = common_handlers();
  handlers.on_request = [this](const net::HttpRequest& request) { return room_verdict(request); };
  handlers.on_open = [this](net::ConnId id, const net::HttpRequest& request,
                            std::string_view subprotocol) { open_room(id, request, subprotocol); };
  handlers.on_method = [this](const net::HttpRequest& request) { return refuse_method(request); };
  handlers.on_body = [this](net::ConnId id, const net::HttpRequest& request,
                            std::string_view body) { ask(id, request, body); };
  handlers.on_get_later = [this](net::ConnId id, const net::HttpRequest& request) {
    return get_later(id, request);
  };
  doorway_.server.set_handlers(listener, std::move(handlers));
}

net::WsVerdict Gateway::room_verdict(const net::HttpRequest& request) {
  return room_verdict(request, asks_for(request, kRichProtocol));
}

// `nowhere`: it may come without a scope.
net::WsVerdict Gateway::room_verdict(const net::HttpRequest& request, bool nowhere) {
  if (drain_) return edge::Drain::refusal();
  const auto scope = scope_of_url(request);
  if (!scope) return net::WsVerdict::refuse(400, scope.error().text);
  if (*scope == "/" && !nowhere)
    return net::WsVerdict::refuse(404, "the path names no application");
  const auto visitor = visitors_.of(request, wall_now());
  if (!visitor)
    return net::WsVerdict::refuse(Visitors::status_of(visitor.error()), visitor.error().text);
  if (!doorway_.hub.connected()) return net::WsVerdict::refuse(503, "there is no hub at present");
  if (!policy_) return net::WsVerdict::accept();
  const auto decision = may_connect(*policy_, *scope, visitor->credentials);
  return decision.allowed ? net::WsVerdict::accept() : denied(decision);
}

void Gateway::serve_metadata(std::size_t listener, const std::string& stream) {
  net::WsHandlers handlers = common_handlers();
  handlers.on_request = [this, stream](const net::HttpRequest& request) {
    return meta_verdict(request, stream);
  };
  handlers.on_open = [this, stream](net::ConnId id, const net::HttpRequest& request,
                                    std::string_view) { open_meta(id, request, stream); };
  doorway_.server.set_handlers(listener, std::move(handlers));
}

net::WsVerdict Gateway::meta_verdict(const net::HttpRequest& request, const std::string& fallback) {
  if (drain_) return edge::Drain::refusal();
  const auto stream = stream_of(request, fallback);
  if (!stream) return net::WsVerdict::refuse(400, stream.error().text);
  const auto visitor = visitors_.of(request, wall_now());
  if (!visitor)
    return net::WsVerdict::refuse(Visitors::status_of(visitor.error()), visitor.error().text);
  return policy_verdict(*stream, visitor->credentials);
}

// The hub has the last word, as on rooms. Of all streams at once each is decided by itself.
net::WsVerdict Gateway::policy_verdict(const std::string& stream,
                                       const policy::Credentials& who) const {
  if (!policy_ || stream == "/") return net::WsVerdict::accept();
  const policy::Subject subject{.scope = wire::parent_path(stream),
                                .name = wire::last_segment(stream)};
  const auto may_read = policy_->decide(policy::Action::kPlay, subject, who);
  if (may_read.allowed || policy_->decide(policy::Action::kMetadata, subject, who).allowed) {
    return net::WsVerdict::accept();
  }
  return denied(may_read);
}

// The hub is to know of whoever brought a token before it hears of anything else.
bool Gateway::admit(net::ConnId id, const net::HttpRequest& request) {
  const auto visitor = visitors_.of(request, wall_now());
  if (!visitor) {
    doorway_.server.close(id, net::close_code::kUnauthorized, visitor.error().text);
    return false;
  }
  visitors_.admit(id, *visitor);
  if (!visitor->anonymous) doorway_.hub.introduce(member_of(id), visitor->credentials.text());
  return true;
}

void Gateway::close_expired(WallMillis now) {
  rates_.sweep(Clock::now());
  for (const net::ConnId id : visitors_.take_expired(now)) {
    end(id, net::close_code::kTokenExpired, "the token has expired");
  }
}

void Gateway::beat() {
  sse_.beat();
  if (++beats_ % kBeats == 0) meta_.look_again();
}

// A WebSocket has a frame that says why.
void Gateway::end(net::ConnId id, std::uint16_t code, std::string_view reason) {
  const auto door = doors_.find(id);
  if (door != doors_.end() && door->second == Door::kSse) return sse_.end(id, code, reason);
  doorway_.server.close(id, code, reason);
}

void Gateway::open_room(net::ConnId id, const net::HttpRequest& request,
                        std::string_view subprotocol) {
  auto scope = scope_of_url(request);
  if (!scope) return doorway_.server.close(id, net::close_code::kBadRequest, scope.error().text);
  if (!admit(id, request)) return;
  const bool rich = subprotocol == kRichProtocol;
  doors_.emplace(id, rich ? Door::kRich : Door::kChat);
  rich ? rich_.open(id, std::move(*scope)) : chat_.open(id, std::move(*scope));
}

void Gateway::open_meta(net::ConnId id, const net::HttpRequest& request,
                        const std::string& fallback) {
  const auto stream = stream_of(request, fallback);
  if (!stream) return doorway_.server.close(id, net::close_code::kBadRequest, stream.error().text);
  if (!admit(id, request)) return;
  doors_.emplace(id, Door::kMeta);
  meta_.open(id, *stream, request.parameter("latest") == "1");
}

void Gateway::message(net::ConnId id, const net::WsMessage& message) {
  const auto door = doors_.find(id);
  if (door == doors_.end() || !within_rate(id, message)) return;
  switch (door->second) {
    case Door::kChat:
      return chat_.message(id, message);
    case Door::kRich:
      return rich_.message(id, message);
    case Door::kMeta:
      return meta_.message(id, message);
    case Door::kSse:
    case Door::kHttp:
      return;
  }
}

// The server sees to the rate of each connection; a user may have many.
bool Gateway::within_rate(net::ConnId id, const net::WsMessage& message) {
  const auto verdict = rates_.take(visitors_.user(id), Clock::now());
  if (verdict == UserRates::Verdict::kOver) flood(id, message);
  if (verdict == UserRates::Verdict::kAbuse) {
    doorway_.server.close(id, net::close_code::kAbuse, kFlood.message);
  }
  return verdict == UserRates::Verdict::kWithin;
}

void Gateway::flood(net::ConnId id, const net::WsMessage& message) {
  const auto door = doors_.find(id);
  if (door == doors_.end()) return;
  if (door->second == Door::kRich) return rich_.flood(id, message);
  doorway_.server.send(id, net::Frame::text(wsproto::chat_error(kFlood.code, kFlood.message)));
}

void Gateway::closed(net::ConnId id) {
  const auto door = doors_.find(id);
  if (door == doors_.end()) return;
  switch (door->second) {
    case Door::kChat:
      chat_.closed(id);
      break;
    case Door::kRich:
      rich_.closed(id);
      break;
    case Door::kMeta:
      meta_.closed(id);
      break;
    case Door::kSse:
      sse_.closed(id);
      break;
    case Door::kHttp:
      http_.closed(id);
      break;
  }
  doors_.erase(door);
  visitors_.closed(id);
  whereabouts_.left(id, "/");
  doorway_.hub.gone(member_of(id));
  if (doors_.empty() && drain_) drain_->look();
}

void Gateway::event(const wire::FrameView& event) {
  if (event.header.kind == wire::Kind::kMetadata) return meta_.event(event);
  rich_.event(event);
  sse_.event(event);
  if (event.header.kind != wire::Kind::kMember) chat_.event(event);
}

// Only the rich protocol has words for a call.
void Gateway::call(const wire::FrameView& call) {
  const auto id = static_cast<net::ConnId>(call.header.member);
  const auto door = doors_.find(id);
  if (door != doors_.end() && door->second == Door::kRich) return rich_.call(id, call);
  doorway_.hub.answer(call.header.member, bus::call_id(call.body),
                      {.code = "no_method", .message = "this client cannot be called"});
}

// Only who has asked for it gets mail.
void Gateway::mail(const wire::FrameView& mail) {
  const auto id = static_cast<net::ConnId>(mail.header.member);
  const auto door = doors_.find(id);
  if (door == doors_.end()) return;
  if (door->second == Door::kRich) rich_.mail(id, mail);
  if (door->second == Door::kSse) sse_.mail(id, mail);
}

// A full queue closes the connection: then it is not on its way.
bool Gateway::message(const wire::FrameView& message) {
  const auto id = static_cast<net::ConnId>(message.header.member);
  const auto door = doors_.find(id);
  if (door == doors_.end() || door->second == Door::kMeta || door->second == Door::kHttp) {
    return false;
  }
  if (door->second == Door::kSse) return sse_.tell(id, message.body);
  return door->second == Door::kRich ? rich_.tell(id, message.body) : chat_.tell(id, message.body);
}

void Gateway::broadcast(const wire::FrameView& event) {
  const auto sender = static_cast<net::ConnId>(event.header.member);
  std::vector<net::ConnId> rich;
  std::vector<net::ConnId> chat;
  std::vector<net::ConnId> sse;
  for (const net::ConnId id : whereabouts_.in(std::string{event.scope})) {
    if (id == sender) continue;
    const Door door = doors_.at(id);
    (door == Door::kRich ? rich : door == Door::kSse ? sse : chat).push_back(id);
  }
  if (event.name.empty() || event.name == kRichProtocol) rich_.tell_all(rich, event.body);
  if (event.name.empty() || event.name == "chat") chat_.tell_all(chat, event.body);
  if (event.name.empty() || event.name == "sse") sse_.tell_all(sse, event.body);
}

void Gateway::kick(const wire::FrameView& kick) {
  json::Parser parser;
  const auto body = parser.parse(kick.body);
  const std::string reason{body ? json::text(*body, "reason").value_or("") : ""};
  end(static_cast<net::ConnId>(kick.header.member), net::close_code::kForbidden,
      reason.empty() ? "kicked" : reason);
}

std::string Gateway::unready() const {
  if (drain_) return "draining";
  return doorway_.hub.connected() ? "" : "no hub";
}

edge::Drain::Steps Gateway::steps_out() {
  auto steps = edge::Drain::closing(doorway_.server, [this] {
    std::vector<net::ConnId> all;
    for (const auto& [id, door] : doors_) all.push_back(id);
    return all;
  });
  steps.hush = [this](net::ConnId id) { doorway_.server.want_messages(id, false); };
  steps.settle = [this](std::function<void()> then) { settle(std::move(then)); };
  steps.close = [this](net::ConnId id) { see_off(id); };
  return steps;
}

void Gateway::drain(net::Loop& loop, Millis within, std::function<void()> done) {
  doorway_.server.stop_listening();
  doorway_.hushed = true;
  const Millis spread = std::max(edge::Drain::window(doors_.size(), within), kShortestSpread);
  rich_.advise("restart", spread);
  sse_.advise("restart", spread);
  drain_ = std::make_unique<edge::Drain>(loop, steps_out());
  drain_->start(within, std::move(done));
}

std::map<std::string_view, std::size_t> Gateway::routes() const {
  constexpr std::array<std::string_view, 5> kNames{"chat", kRichProtocol, "metadata", "sse",
                                                   "http"};
  std::map<std::string_view, std::size_t> all;
  for (const std::string_view name : kNames) all[name] = 0;
  for (const auto& [id, door] : doors_) ++all[kNames.at(static_cast<std::size_t>(door))];
  return all;
}

void Gateway::see_off(net::ConnId id) {
  const auto door = doors_.find(id);
  if (door == doors_.end()) return;
  if (door->second == Door::kHttp) return http_.give_up(id);
  const bool advised = door->second == Door::kRich || door->second == Door::kSse;
  end(id, advised ? net::close_code::kRestart : net::close_code::kGoingAway, "shutting down");
}

}  // namespace so::gateway
