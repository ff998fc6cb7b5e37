// What of the gateway is plain HTTP.
#include <utility>

#include "gateway.h"
#include "json_reply.h"
#include "wire/path.h"
#include "wsproto/http.h"

namespace so::gateway {
namespace {

constexpr std::string_view kEventStream = "text/event-stream";

// Mail can be read in no other way.
bool wants_events(const net::HttpRequest& request) {
  return net::names_type(request.accept, kEventStream) || request.has_parameter("mailbox");
}

// The code of a refusal that a handshake has only a status for.
std::string_view code_of(int status) {
  if (status == 400) return "bad_path";
  if (status == 401) return "bad_token";
  if (status == 404) return "no_application";
  if (status == 429) return "limit";
  return status == 503 ? "hub_lost" : "denied";
}

}  // namespace

Result<std::string> scope_of_url(const net::HttpRequest& request) {
  return wire::scope_of_url(request.path, request.parameter("scope"));
}

std::optional<net::HttpReply> Gateway::get(const net::HttpRequest& request) const {
  if (request.path == "/healthz") return net::HttpReply{.body = "ok\n"};
  if (request.path == "/readyz") return net::readiness(unready());
  const bool room = wants_events(request) || wsproto::is_of_room(request.query);
  if (room) return std::nullopt;  // and no file
  return files_ ? files_->get(request.path, request.if_none_match) : std::nullopt;
}

bool Gateway::get_later(net::ConnId id, const net::HttpRequest& request) {
  if (wants_events(request)) {
    open_stream(id, request);
  } else if (wsproto::is_of_room(request.query)) {
    if (auto refused = refuse_method(request)) {
      doorway_.server.reply(id, *std::move(refused));
    } else {
      ask(id, request, {});
    }
  } else {
    return false;
  }
  return true;
}

void Gateway::open_stream(net::ConnId id, const net::HttpRequest& request) {
  if (auto refused = refuse(request, false)) return doorway_.server.reply(id, *std::move(refused));
  // A picture or a link on a page of another site comes with the cookie, too, but asks for no
  // events.
  if (Visitors::by_cookie(request) && !net::names_type(request.accept, kEventStream)) {
    return doorway_.server.reply(
        id, refusal(400, "bad_request", "who has a cookie asks for text/event-stream"));
  }
  auto asked = SseRequest::read(request, *scope_of_url(request));
  if (!asked) return doorway_.server.reply(id, refusal(400, "bad_request", asked.error().text));
  if (!admit(id, request)) return;
  if (asked->mailbox && asked->mailbox->identity.empty()) {
    asked->mailbox->identity = visitors_.user(id);
  }
  doors_.emplace(id, Door::kSse);
  sse_.open(id, *asked);
}

// Who would not be let in over WebSocket is not let in over HTTP.
std::optional<net::HttpReply> Gateway::refuse(const net::HttpRequest& request, bool nowhere) {
  if (request.welcome == net::Welcome::kNo) {
    return refusal(403, "denied", "pages from " + request.origin + " may not connect here");
  }
  const net::WsVerdict verdict = room_verdict(request, nowhere);
  if (verdict.status == 101) return std::nullopt;
  return refusal(verdict.status, code_of(verdict.status), verdict.reason);
}

std::optional<net::HttpReply> Gateway::refuse_method(const net::HttpRequest& request) {
  if (auto refused = HttpDoor::refuse(request, Visitors::by_cookie(request))) return refused;
  return refuse(request, true);
}

// A hub answers in order: when it has answered this, it has answered all that was asked before.
void Gateway::settle(std::function<void()> then) {
  http_.when_asked([this, then = std::move(then)] {
    if (!doorway_.hub.connected()) return then();
    doorway_.hub.list(0, "/", [then](const bus::Reply&) { then(); });
  });
}

edge::Limits Gateway::limits() const {
  return {{"list", http_.counters().list},
          {"lists", http_.counters().lists},
          {"files", files_ ? files_->refused() : 0}};
}

// As a visitor, who is known to the hub by what it claims.
void Gateway::ask(net::ConnId id, const net::HttpRequest& request, std::string_view body) {
  const auto visitor = visitors_.of(request, wall_now());
  if (!visitor) {
    const int status = Visitors::status_of(visitor.error());
    return doorway_.server.reply(id, refusal(status, code_of(status), visitor.error().text));
  }
  doors_.emplace(id, Door::kHttp);
  doorway_.hub.introduce(member_of(id), visitor->credentials.text());
  http_.ask(id, {*scope_of_url(request), visitor->user}, request, body);
}

}  // namespace so::gateway
