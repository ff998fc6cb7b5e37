#include "http_door.h"

#include <algorithm>
#include <utility>
#include <variant>

#include <fmt/format.h>

#include "ask_hub.h"
#include "json_reply.h"
#include "user_rates.h"
#include "wire/member.h"
#include "wsproto/reply.h"

namespace so::gateway {

using wsproto::Refusal;
using wsproto::Request;

namespace {

constexpr std::string_view kMethods = "GET, POST, PUT, DELETE";
constexpr std::string_view kHeaders = "Authorization, Content-Type, Idempotency-Key, Last-Event-ID";

bool is_of_method(const net::HttpRequest& request) {
  const std::string& method = request.method;
  return method == "GET" || method == "POST" || method == "PUT" || method == "DELETE";
}

// A change that was not applied is done, in the words of scopewire.v1; HTTP has a word for it.
int status_of_done(const Request& request, std::string_view body) {
  if (request.kind != wire::Kind::kChange && request.kind != wire::Kind::kNotify) return 200;
  const bool conflict =
      body.starts_with(R"({"status":"cas")") || body.starts_with(R"({"status":"gap")");
  return conflict ? 409 : 200;
}

}  // namespace

// An HTML form can be sent anywhere, with the cookies of where it is sent; but not as JSON.
std::optional<net::HttpReply> HttpDoor::refuse(const net::HttpRequest& request, bool by_cookie) {
  if (request.welcome == net::Welcome::kNo) {
    return refusal(403, "denied", "pages from " + request.origin + " may not ask here");
  }
  if (request.method == "OPTIONS") return net::preflight(kMethods, kHeaders);
  if (!is_of_method(request)) {
    net::HttpReply reply = refusal(405, "bad_request", "no such method");
    reply.headers.emplace_back("Allow", kMethods);
    return reply;
  }
  const bool by_page = !request.origin.empty() || by_cookie;
  const bool has_body = request.method == "POST" || request.method == "PUT";
  if (by_page && has_body && !net::is_type(request.content_type, "application/json")) {
    return refusal(415, "bad_request", "pages, and who has a cookie, send application/json");
  }
  return std::nullopt;
}

void HttpDoor::ask(net::ConnId id, const Visit& visit, const net::HttpRequest& request,
                   std::string_view body) {
  auto read = wsproto::read_http(parser_, {.method = request.method,
                                           .query = request.query,
                                           .text = net::is_type(request.content_type, "text/plain"),
                                           .once = request.idempotency_key,
                                           .body = body});
  if (const auto* refused = std::get_if<Refusal>(&read)) {
    return doorway_.server.reply(
        id, refusal(status_of(refused->code), refused->code, refused->message));
  }
  auto& wanted = std::get<wsproto::HttpRequests>(read);
  const auto added = waiting_.emplace(id, Waiting{.answers = {},
                                                  .open = wanted.all.size(),
                                                  .list = wanted.list,
                                                  .etag = {},
                                                  .if_none_match = request.if_none_match});
  added.first->second.answers.resize(wanted.all.size());
  for (std::size_t i = 0; i < wanted.all.size(); ++i) {
    if (doorway_.rates.take(visit.user, Clock::now()) != UserRates::Verdict::kWithin) {
      put(id, i, status_of(kFlood.code), wsproto::refused({}, kFlood.code, kFlood.message));
      continue;
    }
    if (const auto* refused = std::get_if<Refusal>(&wanted.all[i])) {
      put(id, i, status_of(refused->code),
          wsproto::refused(refused->id, refused->code, refused->message));
      continue;
    }
    auto& one = std::get<Request>(wanted.all[i]);
    if (one.scope.empty()) one.scope = visit.scope;
    name_identity(one, visit.user);
    const bool asked = !one.ping && ask_hub(doorway_.hub, member_of(id), one,
                                            [this, id, i, one](const bus::Reply& reply) {
                                              answer(id, i, one, reply);
                                            });
    if (!asked) put(id, i, 200, wsproto::pong(one.id));
  }
}

void HttpDoor::answer(net::ConnId id, std::size_t index, const Request& request,
                      const bus::Reply& reply) {
  const auto found = waiting_.find(id);
  if (found == waiting_.end()) return;
  if (!reply.ok()) {
    put(id, index, status_of(reply.code),
        reply.body.empty() ? wsproto::refused(request.id, reply.code, reply.message)
                           : wsproto::refused(request.id, reply.body));
    return;
  }
  if (reply.epoch != 0) {
    found->second.etag = fmt::format("\"{}-{}\"", wire::hex64(reply.epoch), reply.version);
  }
  put(id, index, status_of_done(request, reply.body),
      wsproto::done(request.id, request.kind, {reply.epoch, reply.version}, reply.body));
}

void HttpDoor::give_up(net::ConnId id) {
  if (waiting_.erase(id) == 0) return;
  doorway_.server.reply(id, refusal(503, "hub_lost", "shutting down"));
}

void HttpDoor::put(net::ConnId id, std::size_t index, int status, std::string text) {
  Waiting& waiting = waiting_.at(id);
  waiting.answers[index] = std::move(text);
  waiting.status = status;
  if (--waiting.open == 0) reply(id, waiting);
}

void HttpDoor::reply(net::ConnId id, Waiting& waiting) {
  net::HttpReply reply = json_reply(waiting.list ? 200 : waiting.status, "");
  if (!waiting.list) {
    reply.body = waiting.answers.front() + "\n";
    if (!waiting.etag.empty()) reply.headers.emplace_back("ETag", waiting.etag);
    const bool known = reply.status == 200 && !waiting.etag.empty() &&
                       net::names_tag(waiting.if_none_match, waiting.etag);
    if (known) reply.status = 304;
    if (known) reply.body.clear();
  } else {
    reply.body = "[";
    for (const std::string& answer : waiting.answers) {
      if (reply.body.size() > 1) reply.body += ",\n";
      reply.body += answer;
    }
    reply.body += "]\n";
  }
  if (reply.status == 429 || reply.status == 503) reply.headers.emplace_back("Retry-After", "1");
  waiting_.erase(id);
  doorway_.server.reply(id, std::move(reply));
}

}  // namespace so::gateway
