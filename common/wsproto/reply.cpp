#include "wsproto/reply.h"

#include "json/members.h"
#include "json/read.h"
#include "json/write.h"
#include "wire/member.h"

namespace so::wsproto {
namespace {

json::Writer start(std::string_view id, bool ok) {
  json::Writer reply;
  reply.object();
  if (!id.empty()) reply.key("id").raw(id);
  reply.key("ok").boolean(ok);
  return reply;
}

// With the members of the body, an object or nothing.
std::string finish(json::Writer& reply, std::string_view body) {
  return json::with_members(reply.end().take(), json::members_of(body));
}

// What was got: one value, or the data of a whole object, whose other members are about a sync.
std::string with_value(json::Writer& reply, std::string_view body) {
  json::Parser parser;
  if (const auto parsed = parser.parse(body)) {
    for (const std::string_view key : {"value", "data", "persistent", "batches"}) {
      if (const auto value = json::member(*parsed, key)) reply.key(key).raw(json::compact(*value));
    }
  }
  return reply.end().take();
}

}  // namespace

std::string done(std::string_view id, wire::Kind request, const Position& position,
                 std::string_view body) {
  json::Writer text = start(id, true);
  if (position.epoch != 0) {
    text.key("epoch").string(wire::hex64(position.epoch)).key("version").natural(position.version);
  }
  if (request == wire::Kind::kUse) return text.end().take();
  if (request == wire::Kind::kGet) return with_value(text, body);
  return finish(text, body);
}

std::string refused(std::string_view id, std::string_view code, std::string_view message) {
  json::Writer reply = start(id, false);
  reply.key("error").object().key("code").string(code).key("message").string(message).end();
  return reply.end().take();
}

std::string refused(std::string_view id, std::string_view body) {
  json::Writer reply = start(id, false);
  return finish(reply, body);
}

std::string pong(std::string_view id) {
  return start(id, true).end().take();
}

std::string refreshed(std::string_view id, std::optional<WallMillis> expires) {
  json::Writer reply = start(id, true);
  if (expires) reply.key("expires").integer(expires->count());
  return reply.end().take();
}

std::string advice(std::string_view reason, Millis after) {
  json::Writer text;
  text.object().key("event").string("advice").key("reason").string(reason);
  return text.key("after_ms").integer(after.count()).end().take();
}

std::string end(std::uint16_t code, std::string_view reason) {
  json::Writer text;
  text.object().key("event").string("end").key("code").natural(code);
  return text.key("reason").string(reason).end().take();
}

std::string members(std::string_view scope, const Position& position, std::string_view joined) {
  json::Writer text;
  text.object().key("event").string("members").key("scope").string(scope);
  text.key("epoch").string(wire::hex64(position.epoch)).key("version").natural(position.version);
  return finish(text, joined);
}

std::string hello(const Hello& hello) {
  json::Writer text;
  text.object().key("event").string("hello").key("protocol").string("scopewire.v1");
  text.key("member").string(hello.member).key("scope").string(hello.scope);
  if (!hello.user.empty()) text.key("user").string(hello.user);
  if (hello.expires) text.key("expires").integer(hello.expires->count());
  return text.end().take();
}

}  // namespace so::wsproto
