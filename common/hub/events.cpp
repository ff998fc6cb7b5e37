#include "hub/events.h"

#include <utility>

#include "json/members.h"
#include "json/write.h"
#include "wire/member.h"

namespace so::hub {
namespace {

json::Writer stream_event(const Stream& stream, std::string_view state) {
  json::Writer body;
  body.object().key("event").string("stream").key("stream").string(stream.path);
  body.key("state").string(state).key("publisher").string(wire::to_text(stream.publisher));
  return body;
}

}  // namespace

void append_shown(json::Writer& to, const Shown& shown) {
  to.key("member").string(shown.member);
  if (!shown.user.empty()) to.key("user").raw(shown.user);
  if (!shown.info.empty()) to.key("info").raw(shown.info);
}

std::string presence_event(std::string_view event, std::string_view scope, std::uint64_t epoch,
                           std::uint64_t version, const Shown& shown) {
  json::Writer body;
  body.object().key("event").string(event).key("scope").string(scope);
  append_shown(body, shown);
  body.key("epoch").string(wire::hex64(epoch)).key("version").natural(version);
  return body.end().take();
}

std::string up_event(const Stream& stream) {
  json::Writer body = stream_event(stream, "up");
  const Media& media = stream.media;
  if (!media.endpoint.empty()) body.key("endpoint").string(media.endpoint);
  if (!media.video.empty()) body.key("video").string(media.video);
  if (!media.audio.empty()) body.key("audio").string(media.audio);
  return body.end().take();
}

std::string down_event(const Stream& stream) {
  return stream_event(stream, "down").end().take();
}

std::string meta_event(std::string_view stream, std::optional<std::uint64_t> timestamp,
                       std::string_view data) {
  json::Writer body;
  body.object().key("event").string("meta").key("stream").string(stream);
  if (timestamp) body.key("timestamp").natural(*timestamp);
  return body.key("data").raw(data).end().take();
}

std::string call_event(const Called& call) {
  json::Writer body;
  body.object().key("event").string("call").key("call").string(call.call);
  body.key("scope").string(call.scope).key("method").string(call.method);
  body.key("args").raw(call.args).key("from").string(call.from);
  const auto timeout = static_cast<std::uint64_t>(call.timeout.count());
  return body.key("timeout").natural(timeout).end().take();
}

std::string kick_event(std::string_view member, std::string_view reason) {
  json::Writer body;
  body.object().key("event").string("kick").key("member").string(member);
  return body.key("reason").string(reason).end().take();
}

std::string emit_event(const Emitted& emitted) {
  json::Writer body;
  body.object().key("event").string(emitted.from.empty() ? "push" : "message");
  body.key("name").string(emitted.name).key("scope").string(emitted.scope);
  if (!emitted.from.empty()) body.key("from").string(emitted.from);
  if (!emitted.user.empty()) body.key("user").raw(emitted.user);
  return body.key("data").raw(emitted.data).end().take();
}

std::string mail_event(const MailPlace& place, std::string_view members) {
  json::Writer body;
  body.object().key("event").string("mail").key("identity").string(place.identity);
  body.key("epoch").string(wire::hex64(place.epoch)).key("seq").natural(place.number);
  return json::with_members(body.end().take(), members);
}

std::string replaced_event(std::string_view identity) {
  json::Writer body;
  body.object().key("event").string("identity_replaced").key("identity").string(identity);
  return body.end().take();
}

void tell(std::vector<ToolId> listeners, wire::Frame event, ToolId origin, Effects& out,
          StoreId about) {
  if (listeners.empty()) return;
  out.sends.push_back({std::move(listeners), std::move(event), origin, about});
}

}  // namespace so::hub
