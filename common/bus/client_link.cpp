#include <algorithm>
#include <utility>

#include <fmt/format.h>

#include "base/random.h"
#include "bus/body.h"
#include "bus/client_state.h"
#include "wire/member.h"
#include "wire/path.h"

namespace so::bus {

using wire::FrameView;
using wire::Kind;

namespace {
constexpr int kSilentBeats = 3;  // a hub that misses so many is taken for lost
constexpr Millis kFastestBeat{100};
constexpr std::size_t kMaxAsked = std::size_t{16} << 20U;  // bytes that wait for the announcements
}  // namespace

Client::State::State(Bus& bus, net::Loop& loop, std::string tool, std::string claims)
    : bus_(&bus),
      loop_(&loop),
      tool_(std::move(tool)),
      claims_text_(std::move(claims)),
      incarnation_(random_u64()),
      others_(incarnation_,
              [this](const FrameView& event) {
                if (handlers_.event) handlers_.event(event);
              }),
      answering_(loop,
                 [this] {
                   for (auto& [done, reply] : std::exchange(answers_, {})) done(reply);
                 }),
      beating_(loop, [this] { beat(); }),
      settling_(loop, [this] { others_.settle(); }) {
  bus.listen({.frame = [this](const FrameView& frame) { on_frame(frame); },
              .link = [this](bool up, std::string_view why) { on_link(up, why); }});
}

Client::State::~State() {
  if (phase_ != Phase::kAway) say_bye();
  bus_->listen({});
}

void Client::State::on_link(bool up, std::string_view why) {
  lose(why);
  if (up) greet();
}

// --- hello, and what becomes of it ---

void Client::State::greet() {
  phase_ = Phase::kGreeting;
  heard_ = loop_->now();
  beating_.start(beat_every_, beat_every_);
  const std::string body = hello_body(tool_, incarnation_, claims_text_);
  send({.header = {.kind = Kind::kHello}, .scope = {}, .name = {}, .body = body},
       [this](const Reply& reply) { on_hello(reply); });
}

void Client::State::on_hello(const Reply& reply) {
  if (phase_ != Phase::kGreeting) return;
  if (!reply.ok()) {  // asked again with the next beat
    if (handlers_.link) {
      handlers_.link(false, fmt::format("the hub refused hello: {}", reply.message));
    }
    return;
  }
  if (const auto body = parser_.parse(reply.body)) {
    const auto millis = [&](std::string_view key, Millis otherwise) {
      const auto value = json::integer(*body, key);
      return value ? std::max(kFastestBeat, Millis{*value}) : otherwise;
    };
    beat_every_ = millis("beat", beat_every_);
    lease_ = millis("lease", lease_);
  }
  beating_.start(beat_every_, beat_every_);
  settling_.start(lease_);  // by then every tool has come back or is gone
  phase_ = Phase::kAnnouncing;
  announce_all();
}

void Client::State::lose(std::string_view why) {
  const bool was_connected = phase_ == Phase::kConnected;
  phase_ = Phase::kAway;
  beating_.stop();
  settling_.stop();
  calls_.fail_all(kHubLost);
  asked_bytes_ = 0;
  for (auto& [frame, done] : std::exchange(asked_, {})) later(std::move(done), kHubLost);
  if (was_connected && handlers_.link) handlers_.link(false, why);
}

void Client::State::beat() {
  if (loop_->now() - heard_ > kSilentBeats * beat_every_) {
    lose("the hub is silent");
    say_bye();  // should it wake up, it must not hold what was undone meanwhile
    return greet();
  }
  if (phase_ == Phase::kGreeting && calls_.size() == 0) return greet();  // it was refused
  send({.header = {.kind = Kind::kBeat}, .scope = {}, .name = {}, .body = {}}, [](const Reply&) {});
}

void Client::State::say_bye() {
  send({.header = {.kind = Kind::kBye}, .scope = {}, .name = {}, .body = {}}, {},
       Bus::Room::kAlways);
}

void Client::State::connect() {
  phase_ = Phase::kConnected;
  held_back_ = 0;
  asked_bytes_ = 0;
  for (auto& [frame, done] : std::exchange(asked_, {})) ask(frame.view(), std::move(done));
  if (handlers_.link) handlers_.link(true, "");
}

// --- frames ---

void Client::State::on_frame(const FrameView& frame) {
  heard_ = loop_->now();
  if (wire::is_reply(frame.header.kind)) return on_reply(frame);
  if (wire::is_event(frame.header.kind)) on_event(frame);
}

void Client::State::on_reply(const FrameView& frame) {
  Reply reply{.epoch = frame.header.epoch, .version = frame.header.version, .body = frame.body};
  json::Parser parser;  // own: what it borrows is read by a callback that may parse, too
  std::string data;
  if (frame.header.kind == Kind::kError) {
    const auto body = parser.parse(frame.body);
    const auto error = body ? json::member(*body, "error") : std::nullopt;
    reply.code = error ? json::text(*error, "code").value_or("bad_request") : "bad_request";
    reply.message = error ? json::text(*error, "message").value_or("") : "";
    const auto more = error ? json::member(*error, "data") : std::nullopt;
    if (more) json::append_compact(data, *more);
    reply.data = data;
  }
  const bool greeted = phase_ == Phase::kAnnouncing || phase_ == Phase::kConnected;
  if (greeted && reply.code == "unknown_tool") {  // our lease ran out
    lose("the hub had forgotten us");
    return greet();
  }
  calls_.answer(frame.header.request, reply);
}

void Client::State::on_event(const FrameView& event) {
  const auto heard = [&](const auto& handler) {
    if (handler) handler(event);
  };
  const Kind kind = event.header.kind;
  if (kind == Kind::kChanged) {
    on_changed(event);
  } else if (kind == Kind::kMember) {
    others_.on_member(event);
  } else if (kind == Kind::kStream) {
    others_.on_stream(event);
  } else if (kind == Kind::kMetadata) {
    heard(handlers_.event);
  } else if (kind == Kind::kCalled) {
    on_call(event);
  } else if (kind == Kind::kKicked) {
    on_kicked(event);
  } else if (kind == Kind::kMail) {
    heard(handlers_.mail);
  } else if (kind == Kind::kReplaced) {
    on_replaced(event);
  } else if (kind == Kind::kMessage) {
    on_message(event);
  } else if (kind == Kind::kBroadcast) {
    heard(handlers_.broadcast);
  } else if (kind == Kind::kGap) {
    on_gap();
  }
}

void Client::State::on_changed(const FrameView& event) {
  const Objects::View object{event.scope, event.name};
  if (!objects_.advance(object, event.header.epoch, event.header.version)) return announce();
  if (handlers_.event) handlers_.event(event);
}

void Client::State::on_gap() {
  settling_.start(lease_);
  announce_all();
}

void Client::State::on_kicked(const FrameView& event) {
  if (handlers_.kick) return handlers_.kick(event);
  leave(event.header.member, "/", {});
}

void Client::State::on_call(const FrameView& event) {
  if (handlers_.call) return handlers_.call(event);
  const std::string body = result_body(call_id(event.body), {.code = "no_method"});
  ask({.header = {.kind = Kind::kResult, .member = event.header.member},
       .scope = {},
       .name = {},
       .body = body},
      {});
}

// Who was replaced does not register again at the next hub, or it would replace whoever came.
void Client::State::on_replaced(const FrameView& event) {
  claims_.take({Kind::kRegister, event.header.member, {}, std::string{event.name}});
  if (handlers_.replaced) handlers_.replaced(event);
}

// The sender waits to hear what has become of it.
void Client::State::on_message(const FrameView& event) {
  const bool delivered = handlers_.message && handlers_.message(event);
  const std::string call = wire::to_text(wire::MemberId{event.header.epoch, event.header.version});
  const std::string body = result_body(
      call, delivered ? CallResult{} : CallResult{.code = "gone", .message = "it is not there"});
  ask({.header = {.kind = Kind::kResult, .member = event.header.member},
       .scope = {},
       .name = {},
       .body = body},
      {});
}

// --- sending ---

void Client::State::send(FrameView frame, Done done, Bus::Room room) {
  constexpr std::size_t kMaxName = 0xFFFF;
  const bool fits = frame.scope.size() <= kMaxName && frame.name.size() <= kMaxName &&
                    frame.body.size() <= wire::kMaxBody;
  if (!fits) return later(std::move(done), {.code = "limit", .message = "the request is too big"});
  if (done) frame.header.request = calls_.add(std::move(done));
  if (bus_->send(frame, room)) return;
  later(calls_.take(frame.header.request),
        {.code = "limit", .message = "too much waits to be sent to the hub"});
}

void Client::State::later(Done done, const Reply& reply) {
  if (!done) return;
  answers_.push_back({std::move(done), reply});
  answering_.request();
}

void Client::State::ask(const FrameView& frame, Done done) {
  if (phase_ == Phase::kAnnouncing) {
    asked_bytes_ += sizeof(Question) + frame.scope.size() + frame.name.size() + frame.body.size();
    if (asked_bytes_ > kMaxAsked) return later(std::move(done), kTooMany);
    return asked_.push_back({wire::Frame::copy(frame), std::move(done)});
  }
  if (phase_ != Phase::kConnected) return later(std::move(done), kHubLost);
  if (done && calls_.size() >= kMaxPending) return later(std::move(done), kTooMany);
  send(frame, std::move(done));
}

// The hub knows the claims of those who have joined something.
void Client::State::ask_as(const FrameView& frame, Done done) {
  const std::string_view claims = claims_of(frame.header.member);
  if (claims.empty() || claims_.any_join(frame.header.member) != nullptr) {
    return ask(frame, std::move(done));
  }
  const std::string body = with_claims(std::string{frame.body}, claims);
  FrameView told = frame;
  told.body = body;
  ask(told, std::move(done));
}

void Client::State::ask_whether(std::string_view action, std::uint64_t member,
                                std::string_view stream, Done done) {
  const std::string body =
      with_claims(ask_body(action, wire::last_segment(stream)), claims_of(member));
  ask({.header = {.kind = Kind::kAsk, .member = member},
       .scope = wire::parent_path(stream),
       .name = {},
       .body = body},
      std::move(done));
}

}  // namespace so::bus
