#include "bus/others.h"

#include "bus/body.h"
#include "json/members.h"
#include "wire/member.h"

namespace so::bus {
namespace {

using wire::Kind;

// A list in a reply. A hub that sends something else is read as sending none.
std::vector<json::Element> list(const Result<json::Element>& reply, std::string_view key) {
  std::vector<json::Element> elements;
  json::Array array;
  const auto value = reply ? json::member(*reply, key) : std::nullopt;
  if (value && value->get(array) == simdjson::SUCCESS) elements.assign(array.begin(), array.end());
  return elements;
}

// The hub leaves out what does not fit into one reply: then absence says nothing.
bool truncated(const Result<json::Element>& reply) {
  return reply && json::boolean(*reply, "truncated").value_or(false);
}

std::string compact_member(json::Element from, std::string_view key) {
  const auto value = json::member(from, key);
  return value ? json::compact(*value) : "{}";
}

// "user":"ann","info":{...}
std::string shown(json::Element member) {
  std::string text;
  if (const auto user = json::member(member, "user")) {
    text = R"("user":)" + json::compact(*user) + ',';
  }
  return text + R"("info":)" + compact_member(member, "info");
}

wire::Frame event_frame(Kind kind, std::string_view scope, std::string body) {
  return {{.kind = kind}, std::string{scope}, {}, std::move(body)};
}

}  // namespace

void Others::emit(const Events& events) {
  for (const wire::Frame& event : events) emit_(event.view());
}

wire::Frame Others::member_event(std::string_view event, std::string_view scope,
                                 std::string_view member, std::string_view shown,
                                 const Place& at) const {
  wire::Frame frame =
      event_frame(Kind::kMember, scope, presence_event(event, scope, member, shown, at));
  frame.header.epoch = at.epoch;
  frame.header.version = at.version;
  const auto id = wire::member_id(member);
  if (id && id->incarnation == incarnation_) frame.header.member = id->number;
  return frame;
}

void Others::joined(std::string_view scope, std::uint64_t member, std::string_view reply,
                    bool again, const Place& place) {
  const auto body = parser_.parse(reply);
  auto at = watched_.find(scope);
  if (at == watched_.end()) at = watched_.emplace(scope, Watched{}).first;
  Watched& watched = at->second;
  const bool told = again || !watched.by.empty();  // what is new is news to somebody
  watched.by.insert(member);
  watched.at = place;
  Events events;
  for (const json::Element each : list(body, "members")) {
    const auto id = json::text(each, "member");
    if (!id) continue;
    const std::string text = shown(each);
    if (watched.members.arrived(*id, text) && told) {
      events.push_back(member_event("join", scope, *id, text, place));
    }
  }
  if (truncated(body)) watched.members.trust_all();
  emit(events);
}

void Others::left(std::string_view scope, std::uint64_t member) {
  const auto at = watched_.find(scope);
  if (at == watched_.end()) return;
  at->second.by.erase(member);
  if (at->second.by.empty()) watched_.erase(at);
}

void Others::followed(std::string_view path, std::string_view reply, bool again) {
  const auto body = parser_.parse(reply);
  Events events;
  for (const json::Element each : list(body, "streams")) {
    const auto stream = json::text(each, "stream");
    if (!stream) continue;
    std::string event = json::compact(each);
    const bool news = streams_.arrived(*stream, event);
    if (news || !again) events.push_back(event_frame(Kind::kStream, *stream, std::move(event)));
  }
  for (const json::Element each : list(body, "latest")) {
    const auto stream = json::text(each, "stream");
    if (!stream) continue;
    events.push_back(event_frame(Kind::kMetadata, *stream, json::compact(each)));
    events.back().name = path;
  }
  if (truncated(body)) streams_.trust_all();
  emit(events);
}

void Others::unfollowed(std::string_view stream) {
  if (stream == "/") return streams_.clear();
  streams_.left(stream);
}

void Others::on_member(const wire::FrameView& event) {
  const auto body = parser_.parse(event.body);
  const auto id = body ? json::text(*body, "member") : std::nullopt;
  const auto at = watched_.find(event.scope);
  if (!id || at == watched_.end()) return;
  at->second.at = {event.header.epoch, event.header.version};
  if (json::text(*body, "event") == "leave") {
    at->second.members.left(*id);
  } else if (!at->second.members.arrived(*id, shown(*body))) {
    return;
  }
  emit_(event);
}

void Others::on_stream(const wire::FrameView& event) {
  const auto body = parser_.parse(event.body);
  const auto stream = body ? json::text(*body, "stream") : std::nullopt;
  if (!stream) return;
  if (json::text(*body, "state") == "down") {
    streams_.left(*stream);
  } else if (!streams_.arrived(*stream, json::compact(*body))) {
    return;
  }
  emit_(event);
}

void Others::doubt_all() {
  for (auto& [scope, watched] : watched_) watched.members.doubt_all();
  streams_.doubt_all();
}

void Others::settle() {
  Events events;
  for (auto& [scope, watched] : watched_) {
    for (const auto& [id, text] : watched.members.settle()) {
      const auto was = parser_.parse(json::with_members({}, text));
      const auto user = was ? json::member(*was, "user") : std::nullopt;
      const std::string whose = user ? R"("user":)" + json::compact(*user) : std::string{};
      events.push_back(member_event("leave", scope, id, whose, watched.at));
    }
  }
  for (const auto& [stream, up] : streams_.settle()) {
    const auto body = parser_.parse(up);
    const auto publisher = body ? json::text(*body, "publisher") : std::nullopt;
    events.push_back(
        event_frame(Kind::kStream, stream, down_event(stream, publisher.value_or(""))));
  }
  emit(events);
}

}  // namespace so::bus
