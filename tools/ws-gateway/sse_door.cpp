#include "sse_door.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "base/number.h"
#include "json/read.h"
#include "json_reply.h"
#include "visitors.h"
#include "whereabouts.h"
#include "wsproto/chat.h"
#include "wsproto/sse.h"

namespace so::gateway {

using wsproto::Position;

namespace {

// How long who loses the connection waits before it comes back: those of one gateway not at once.
constexpr Millis kShortestRetry{500};
constexpr Millis kLongestRetry{3000};

// nullopt: it is not there. An error says that it is no number.
Result<std::optional<std::uint64_t>> number(const net::HttpRequest& request,
                                            std::string_view name) {
  if (!request.has_parameter(name)) return std::optional<std::uint64_t>{};
  if (const auto value = parse_number<std::uint64_t>(request.parameter(name))) return value;
  return fail(Code::kPeer, std::string{name} + " is not a whole number");
}

Result<SseRequest::Mailbox> read_mailbox(const net::HttpRequest& request) {
  const auto lifetime = number(request, "lifetime");
  if (!lifetime) return fail(lifetime.error());
  const auto connections = number(request, "max_connections");
  if (!connections) return fail(connections.error());
  SseRequest::Mailbox mailbox{std::string{request.parameter("mailbox")}, {}};
  if (*lifetime) mailbox.terms.lifetime = Millis{**lifetime};
  mailbox.terms.connections = connections->value_or(1);
  return mailbox;
}

// How much of the mailbox nobody has acknowledged.
std::uint64_t waiting_in(const bus::Reply& registered) {
  json::Parser parser;
  const auto body = parser.parse(registered.body);
  return body ? json::integer(*body, "waiting").value_or(0) : 0;
}

}  // namespace

Result<SseRequest> SseRequest::read(const net::HttpRequest& request, std::string scope) {
  SseRequest read{.scope = std::move(scope), .objects = {}, .has = {}, .mailbox = {}};
  if (request.has_parameter("mailbox")) {
    auto mailbox = read_mailbox(request);
    if (!mailbox) return fail(mailbox.error());
    read.mailbox = *std::move(mailbox);
  }
  for (const auto& [name, value] : request.query) {
    if (name != "object") continue;
    const auto& all = read.objects;
    if (std::find(all.begin(), all.end(), value) == all.end()) read.objects.push_back(value);
  }
  if (read.objects.empty() && !read.mailbox) read.objects.emplace_back(wsproto::kChatObject);
  if (read.objects.size() > kMost) {
    return fail(Code::kPeer, "more than " + std::to_string(kMost) + " objects");
  }
  read.presence = request.has_parameter("presence");
  // The header is of who comes back to this address, the parameter from the first time.
  const std::string_view last = request.last_event_id.empty()
                                    ? request.parameter("lastEventId")
                                    : std::string_view{request.last_event_id};
  const std::size_t places = read.objects.size() + (read.mailbox ? 1 : 0);
  auto has = wsproto::read_positions(last, places);
  read.has = has ? *std::move(has) : std::vector<Position>(places);
  return read;
}

void SseDoor::open(net::ConnId id, const SseRequest& request) {
  readers_.emplace(id, Reader{.scope = request.scope,
                              .objects = request.objects,
                              .has = request.has,
                              .mailbox = request.mailbox,
                              .granted = 0,
                              .opening = {}});
  doorway_.hub.join(member_of(id), request.scope, {.presence = request.presence},
                    [this, id, presence = request.presence](const bus::Reply& reply) {
                      joined(id, reply, presence);
                    });
  for (std::size_t i = 0; i < request.objects.size(); ++i) {
    doorway_.hub.use(member_of(id), request.scope, request.objects[i],
                     {std::nullopt, request.has[i].epoch, request.has[i].version},
                     [this, id, i](const bus::Reply& reply) { used(id, i, reply); });
  }
  if (request.mailbox) ask_for_mail(id, readers_.at(id));
}

void SseDoor::joined(net::ConnId id, const bus::Reply& reply, bool presence) {
  const auto found = readers_.find(id);
  if (found == readers_.end()) return;
  if (!reply.ok()) return refuse(id, reply);
  Reader& reader = found->second;
  doorway_.whereabouts.joined(id, reader.scope);
  if (!presence) return;
  audience_.add(Audience::presence(reader.scope), id);
  reader.opening += wsproto::sse_event(
      {}, wsproto::members(reader.scope, {reply.epoch, reply.version}, reply.body));
}

void SseDoor::used(net::ConnId id, std::size_t object, const bus::Reply& reply) {
  const auto found = readers_.find(id);
  if (found == readers_.end()) return;
  if (!reply.ok()) return refuse(id, reply);
  Reader& reader = found->second;
  reader.has[object] = {reply.epoch, reply.version};
  reader.opening += wsproto::sse_event(wsproto::positions_text(reader.has), reply.body);
  audience_.add(Audience::topic(reader.scope, reader.objects[object]), id);
  ++reader.granted;
  if (started(reader)) start(id, reader);
}

void SseDoor::ask_for_mail(net::ConnId id, Reader& reader) {
  reader.asking = true;
  doorway_.hub.open_mailbox(member_of(id), reader.mailbox->identity, reader.mailbox->terms,
                            [this, id](const bus::Reply& reply) { registered(id, reply); });
}

// All that waits is told after this. What the reader has of it, it is not sent again.
void SseDoor::registered(net::ConnId id, const bus::Reply& reply) {
  const auto found = readers_.find(id);
  if (found == readers_.end()) return;
  Reader& reader = found->second;
  reader.asking = false;
  if (!reply.ok() && started(reader)) return end(id, close_code_for(reply.code), reply.message);
  if (!reply.ok()) return refuse(id, reply);
  const std::uint64_t dealt_with = reply.version - std::min(reply.version, waiting_in(reply));
  Position& at = reader.has.back();
  const bool within =
      at.epoch == reply.epoch && at.version >= dealt_with && at.version <= reply.version;
  if (!within) at = {reply.epoch, dealt_with};
  if (std::exchange(reader.registered, true)) return;
  ++reader.granted;
  if (started(reader)) start(id, reader);
}

void SseDoor::mail(net::ConnId id, const wire::FrameView& mail) {
  const auto found = readers_.find(id);
  if (found == readers_.end() || !found->second.mailbox) return;
  Reader& reader = found->second;
  if (mail.header.kind == wire::Kind::kReplaced) {
    tell(id, mail.body);
    return;
  }
  Position& at = reader.has.back();
  const Position is{mail.header.epoch, mail.header.version};
  if (reader.asking || (is.epoch == at.epoch && is.version <= at.version)) return;
  // Something is missing here, or it is another mailbox: the reply says where it begins.
  if (is.epoch != at.epoch || is.version > at.version + 1) return ask_for_mail(id, reader);
  at = is;
  say(id, reader, Words{wsproto::sse_event(wsproto::positions_text(reader.has), mail.body)});
}

void SseDoor::start(net::ConnId id, Reader& reader) {
  // What stands between is not to keep it (nginx).
  doorway_.server.reply(id, {.content_type = "text/event-stream",
                             .headers = {{"X-Accel-Buffering", "no"}},
                             .until_close = true});
  std::uniform_int_distribution<Millis::rep> retry{kShortestRetry.count(), kLongestRetry.count()};
  std::string text = wsproto::sse_retry(Millis{retry(random_)});
  text += wsproto::sse_event({}, wsproto::hello({.member = doorway_.hub.member_id(member_of(id)),
                                                 .scope = reader.scope,
                                                 .user = doorway_.visitors.user(id),
                                                 .expires = doorway_.visitors.expires(id)}));
  text += std::exchange(reader.opening, {});
  say(id, reader, Words{std::move(text)});
}

// The first reason counts: where the scope is refused, its objects are too.
void SseDoor::refuse(net::ConnId id, const bus::Reply& why) {
  if (!readers_.contains(id)) return;
  closed(id);
  doorway_.server.reply(id, refusal(why));
}

void SseDoor::closed(net::ConnId id) {
  const auto found = readers_.find(id);
  if (found == readers_.end()) return;
  audience_.remove(Audience::presence(found->second.scope), id);
  for (const std::string& object : found->second.objects) {
    audience_.remove(Audience::topic(found->second.scope, object), id);
  }
  readers_.erase(found);
}

void SseDoor::event(const wire::FrameView& event) {
  if (event.header.kind != wire::Kind::kMember) return object_event(event);
  tell_all(audience_.of(Audience::presence(event.scope)), event.body);
}

// Readers of the same objects are at the same place, and are sent the same bytes.
void SseDoor::object_event(const wire::FrameView& event) {
  std::vector<Position> at;
  std::optional<Words> words;
  for (const net::ConnId id : audience_.of(Audience::topic(event.scope, event.name))) {
    Reader& reader = readers_.at(id);
    const auto object = std::find(reader.objects.begin(), reader.objects.end(), event.name);
    reader.has[static_cast<std::size_t>(object - reader.objects.begin())] = {event.header.epoch,
                                                                             event.header.version};
    if (!words || at != reader.has) {
      at = reader.has;
      words.emplace(wsproto::sse_event(wsproto::positions_text(at), event.body));
    }
    say(id, reader, *words);
  }
}

bool SseDoor::say(net::ConnId id, Reader& reader, const Words& words) {
  if (started(reader)) return doorway_.server.send(id, words.frame) == net::Sent::kQueued;
  reader.opening += words.text;
  return true;
}

bool SseDoor::tell(net::ConnId id, std::string_view event) {
  const auto found = readers_.find(id);
  return found != readers_.end() && say(id, found->second, Words{wsproto::sse_event({}, event)});
}

void SseDoor::tell_all(std::span<const net::ConnId> ids, std::string_view event) {
  if (ids.empty()) return;
  const Words words{wsproto::sse_event({}, event)};
  for (const net::ConnId id : ids) {
    if (const auto found = readers_.find(id); found != readers_.end())
      say(id, found->second, words);
  }
}

void SseDoor::end(net::ConnId id, std::uint16_t code, std::string_view reason) {
  const auto found = readers_.find(id);
  if (found == readers_.end()) return;
  if (!started(found->second)) return doorway_.server.reply(id, refusal(503, "closed", reason));
  say(id, found->second, Words{wsproto::sse_event({}, wsproto::end(code, reason))});
  doorway_.server.close(id, code, reason);
}

void SseDoor::advise(std::string_view reason, Millis spread) {
  std::uniform_int_distribution<Millis::rep> after{0, spread.count()};
  for (auto& [id, reader] : readers_) {
    if (!started(reader)) continue;
    const Millis wait{after(random_)};
    say(id, reader,
        Words{wsproto::sse_retry(wait) + wsproto::sse_event({}, wsproto::advice(reason, wait))});
  }
}

void SseDoor::beat() {
  static const Words comment{std::string{wsproto::kSseComment}};
  beat_ = (beat_ + 1) % kBeats;
  for (auto& [id, reader] : readers_) {
    if (net::to_number(id) % kBeats == beat_ && started(reader)) say(id, reader, comment);
  }
}

}  // namespace so::gateway
