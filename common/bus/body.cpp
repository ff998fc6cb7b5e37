#include "bus/body.h"

#include <utility>

#include "json/members.h"
#include "json/write.h"
#include "wire/member.h"

namespace so::bus {

std::string hello_body(std::string_view tool, std::uint64_t incarnation, std::string_view claims) {
  json::Writer body;
  body.object().key("tool").string(tool);
  body.key("incarnation").string(wire::hex64(incarnation));
  if (!claims.empty()) body.key("claims").raw(claims);
  return body.end().take();
}

std::string with_claims(std::string body, std::string_view claims) {
  if (claims.empty()) return body;
  return json::with_members(std::move(body), R"("claims":)" + std::string{claims});
}

std::string join_body(const JoinOptions& options) {
  json::Writer body;
  body.object();
  if (!options.info.empty()) body.key("info").raw(options.info);
  body.key("presence").boolean(options.presence).end();
  return body.take();
}

std::string use_body(std::optional<bool> persistent) {
  if (!persistent) return {};
  return *persistent ? R"({"persistent":true})" : R"({"persistent":false})";
}

std::string quiet(std::string_view use_body) {
  return json::with_members(R"({"quiet":true})", json::members_of(use_body));
}

std::string get_body(std::string_view key) {
  if (key.empty()) return {};
  json::Writer body;
  body.object().key("key").string(key).end();
  return body.take();
}

std::string last_body(std::uint64_t batches) {
  json::Writer body;
  body.object().key("last").natural(batches).end();
  return body.take();
}

std::string publish_body(const PublishOptions& options) {
  json::Writer body;
  body.object();
  if (!options.endpoint.empty()) body.key("endpoint").string(options.endpoint);
  if (!options.video.empty()) body.key("video").string(options.video);
  if (!options.audio.empty()) body.key("audio").string(options.audio);
  body.end();
  return body.take();
}

std::string meta_body(std::string_view data, const MetaOptions& options) {
  json::Writer body;
  body.object().key("data").raw(data);
  if (options.timestamp) body.key("timestamp").integer(options.timestamp->count());
  if (options.clock == MetaClock::kWall) body.key("clock").string("wall");
  if (options.clock == MetaClock::kNone) body.key("clock").string("none");
  if (!options.producer.empty())
    body.key("producer").string(options.producer).key("seq").natural(options.seq);
  body.end();
  return body.take();
}

std::string time_body(Millis timestamp) {
  json::Writer body;
  return body.object().key("timestamp").integer(timestamp.count()).end().take();
}

std::string rates_body(const StreamRates& rates) {
  json::Writer body;
  body.object().key("bytes_per_second").natural(rates.bytes_per_second);
  body.key("frames_per_second").natural(rates.frames_per_second);
  body.key("gop").integer(rates.gop.count()).key("players").natural(rates.players);
  return body.end().take();
}

std::string ask_body(std::string_view action, std::string_view name) {
  json::Writer body;
  body.object().key("action").string(action).key("name").string(name).end();
  return body.take();
}

std::string follow_body(const FollowOptions& options) {
  json::Writer body;
  body.object().key("meta").boolean(options.meta).key("streams").boolean(options.streams);
  body.key("latest").boolean(options.latest).end();
  return body.take();
}

std::string register_body(const Client::MailboxOptions& options) {
  json::Writer body;
  body.object();
  if (options.lifetime) body.key("lifetime").integer(options.lifetime->count());
  body.key("max_connections").natural(options.connections);
  return body.end().take();
}

std::string kick_body(std::string_view member, std::string_view reason) {
  json::Writer body;
  body.object().key("member").string(member);
  if (!reason.empty()) body.key("reason").string(reason);
  return body.end().take();
}

std::string presence_event(std::string_view event, std::string_view scope, std::string_view member,
                           std::string_view shown, const Place& at) {
  json::Writer body;
  body.object().key("event").string(event).key("scope").string(scope);
  std::string text = json::with_members(body.key("member").string(member).end().take(), shown);
  if (at.epoch == 0) return text;
  json::Writer place;
  place.object().key("epoch").string(wire::hex64(at.epoch)).key("version").natural(at.version);
  return json::with_members(std::move(text), json::members_of(place.end().take()));
}

std::string down_event(std::string_view stream, std::string_view publisher) {
  json::Writer event;
  event.object().key("event").string("stream").key("stream").string(stream);
  event.key("state").string("down").key("publisher").string(publisher).end();
  return event.take();
}

}  // namespace so::bus
