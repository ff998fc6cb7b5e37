#include <algorithm>
#include <array>
#include <span>

#include <sys/socket.h>

#include <libwebsockets.h>

#include "base/ascii.h"
#include "base/utf8.h"
#include "net/handshake.h"
#include "net/origin.h"
#include "net/url.h"
#include "net/ws_engine.h"
#include "net/ws_header.h"

namespace so::net {
namespace {

// Bounds of libwebsockets' own reading of these two headers.
constexpr std::size_t kMaxConnection = 126;
constexpr std::size_t kMaxSubprotocols = 126;
constexpr std::size_t kMaxSubprotocol = 63;

struct Method {
  lws_token_indexes token;
  std::string_view name;
};
constexpr std::array kMethods{
    Method{WSI_TOKEN_GET_URI, "GET"},       Method{WSI_TOKEN_HEAD_URI, "HEAD"},
    Method{WSI_TOKEN_POST_URI, "POST"},     Method{WSI_TOKEN_PUT_URI, "PUT"},
    Method{WSI_TOKEN_DELETE_URI, "DELETE"}, Method{WSI_TOKEN_OPTIONS_URI, "OPTIONS"},
    Method{WSI_TOKEN_PATCH_URI, "PATCH"}};

// The pieces between '&' of a path or a query, percent-decoded; the library has cut and decoded
// them.
std::vector<std::string> pieces(lws* wsi, lws_token_indexes token) {
  std::vector<std::string> out;
  std::string buffer(static_cast<std::size_t>(lws_hdr_total_length(wsi, token)) + 1, '\0');
  for (int i = 0;; ++i) {
    const int size =
        lws_hdr_copy_fragment(wsi, buffer.data(), static_cast<int>(buffer.size()), token, i);
    if (size < 0) return out;
    out.push_back(buffer.substr(0, static_cast<std::size_t>(size)));
  }
}

void read_target(lws* wsi, lws_token_indexes method, HttpRequest& out) {
  for (const std::string& piece : pieces(wsi, method)) {
    out.path += (out.path.empty() ? "" : "&") + piece;
  }
  for (const std::string& piece : pieces(wsi, WSI_TOKEN_HTTP_URI_ARGS)) {
    const std::size_t equals = std::min(piece.find('='), piece.size());
    if (piece.empty()) continue;
    out.query.emplace_back(piece.substr(0, equals),
                           piece.substr(std::min(equals + 1, piece.size())));
  }
}

std::vector<std::string> split_list(std::string_view list) {
  std::vector<std::string> out;
  while (!list.empty()) {
    const std::size_t comma = std::min(list.find(','), list.size());
    const std::string_view item = trimmed(list.substr(0, comma));
    if (!item.empty()) out.emplace_back(item);
    list.remove_prefix(std::min(comma + 1, list.size()));
  }
  return out;
}

void read_request(lws* wsi, lws_token_indexes method, HttpRequest& out) {
  read_target(wsi, method, out);
  out.host = header(wsi, WSI_TOKEN_HOST);
  out.origin = header(wsi, WSI_TOKEN_ORIGIN);
  out.cookie = header(wsi, WSI_TOKEN_HTTP_COOKIE);
  out.authorization = header(wsi, WSI_TOKEN_HTTP_AUTHORIZATION);
  out.user_agent = header(wsi, WSI_TOKEN_HTTP_USER_AGENT);
  out.accept = header(wsi, WSI_TOKEN_HTTP_ACCEPT);
  out.content_type = header(wsi, WSI_TOKEN_HTTP_CONTENT_TYPE);
  out.if_none_match = header(wsi, WSI_TOKEN_HTTP_IF_NONE_MATCH);
  out.last_event_id = other_header(wsi, "last-event-id:");
  out.idempotency_key = other_header(wsi, "idempotency-key:");
  out.subprotocols = split_list(header(wsi, WSI_TOKEN_PROTOCOL));
}

// The library decodes %0A and %0D in a target before it looks for the end of the line, and takes
// what follows for headers. Then nobody has said the version, with which the line ends.
bool is_cut(lws* wsi) {
  const std::string version = header(wsi, WSI_TOKEN_HTTP);
  return version != "HTTP/1.1" && version != "HTTP/1.0";
}

Handshake read_handshake(lws* wsi) {
  return {.get = has_header(wsi, WSI_TOKEN_GET_URI),
          .http = header(wsi, WSI_TOKEN_HTTP),
          .host = header(wsi, WSI_TOKEN_HOST),
          .upgrade = header(wsi, WSI_TOKEN_UPGRADE),
          .connection = header(wsi, WSI_TOKEN_CONNECTION),
          .key = header(wsi, WSI_TOKEN_KEY),
          .version = header(wsi, WSI_TOKEN_VERSION)};
}

HttpReply say(int status, std::string_view text) {
  return {.status = status, .body = std::string{text} + "\n"};
}

HttpReply say_later(int status, std::string_view text, std::string seconds) {
  HttpReply reply = say(status, text);
  reply.headers.emplace_back("Retry-After", std::move(seconds));
  return reply;
}

HttpReply one_too_many(int status) {
  return say_later(
      status,
      status == 429 ? "too many connections from your address" : "all connections are taken", "5");
}

bool is_clean(std::string_view path) {
  return path.starts_with('/') && is_utf8(as_bytes(path)) &&
         std::none_of(path.begin(), path.end(), is_control);
}

// libwebsockets agrees on the first name offered that it knows; nullopt if it will.
std::optional<HttpReply> refuse_subprotocols(lws* wsi, const HttpRequest& request,
                                             std::span<const std::string> known) {
  if (request.subprotocols.empty()) return std::nullopt;
  if (lws_hdr_total_length(wsi, WSI_TOKEN_PROTOCOL) > static_cast<int>(kMaxSubprotocols)) {
    return say(400, "the subprotocols offered are too long");
  }
  for (const std::string& name : request.subprotocols) {
    if (name.size() > kMaxSubprotocol) return say(400, "a subprotocol offered is too long");
    if (std::find(known.begin(), known.end(), name) != known.end()) return std::nullopt;
  }
  return say(400, "none of the subprotocols offered is spoken here");
}

Welcome welcome_of(const WsConnection& c) {
  const OriginPolicy policy{.allowed = c.role->listener.origins,
                            .tls = c.role->tls != nullptr,
                            .loopback_only = is_loopback(c.role->socket->address())};
  return welcome(c.request->origin, c.request->host, policy);
}

// Fills the request on its way.
std::optional<HttpReply> refuse_upgrade(WsConnection& c) {
  if (c.refusal != 0) return one_too_many(c.refusal);
  const Handshake handshake = read_handshake(c.wsi);
  if (auto refusal = refuse_handshake(handshake)) return refusal;
  if (handshake.connection.size() > kMaxConnection) return say(400, "Connection is too long");
  HttpRequest& request = *c.request;
  read_request(c.wsi, WSI_TOKEN_GET_URI, request);
  if (!is_clean(request.path)) return say(400, "the path is not clean UTF-8");
  const WsListener& listener = c.role->listener;
  request.welcome = welcome_of(c);
  if (request.welcome == Welcome::kNo) {
    return say(403, "pages from " + request.origin + " may not connect here");
  }
  if (auto refusal = refuse_subprotocols(c.wsi, request, listener.subprotocols)) return refusal;
  if (!c.role->handlers.on_request) return std::nullopt;
  const WsVerdict verdict = c.role->handlers.on_request(request);
  if (verdict.status == 101) return std::nullopt;
  const bool passes = verdict.status == 429 || verdict.status == 503;
  return passes ? say_later(verdict.status, verdict.reason, "1")
                : say(verdict.status, verdict.reason);
}

}  // namespace

// Before the 101. 0: the library answers with it; 1: we have answered.
int WsEngine::on_upgrade(WsConnection& c) {
  auto refusal = refuse_upgrade(c);
  if (!refusal) return 0;
  ++counters_.refused;
  answer(c, std::move(*refusal), nullptr, false);
  return 1;
}

int WsEngine::on_http(WsConnection& c) {
  ++counters_.requests;
  if (c.refusal != 0) return answer(c, one_too_many(c.refusal), nullptr, false);
  HttpRequest& request = *c.request;
  const auto* const method =
      std::find_if(kMethods.begin(), kMethods.end(),
                   [&](const Method& each) { return has_header(c.wsi, each.token); });
  if (method == kMethods.end()) return answer(c, say(405, "no such method"), nullptr, false);
  request.method = method->name;
  const bool head_only = request.method == "HEAD";
  if (is_cut(c.wsi)) return answer(c, say(400, "not a clean request line"), nullptr, head_only);
  read_request(c.wsi, method->token, request);
  if (!is_clean(request.path)) return answer(c, say(400, "not a clean path"), nullptr, head_only);
  request.welcome = welcome_of(c);
  if (!head_only && request.method != "GET") return on_other_method(c);
  if (c.role->handlers.on_get) {
    if (auto reply = c.role->handlers.on_get(request)) {
      return answer(c, std::move(*reply), nullptr, head_only);
    }
  }
  if (!head_only && promise(c)) return 0;
  if (const Page* page = find_page(c.role->listener.pages, request.path)) {
    HttpReply reply{.content_type = std::string{content_type(page->path)}};
    return answer(c, std::move(reply), page, head_only);
  }
  return answer(c, say(404, "nothing is here"), nullptr, head_only);
}

// Whether the tool will reply(); it knows the connection from now on.
bool WsEngine::promise(WsConnection& c) {
  if (!c.role->handlers.on_get_later || going_) return false;
  c.phase = Phase::kOwed;
  c.announced = true;
  ++open_;
  if (c.role->handlers.on_get_later(c.id, *c.request)) {
    if (c.phase == Phase::kOwed) lws_set_timeout(c.wsi, NO_PENDING_TIMEOUT, 0);
    schedule(c, std::min(options_.pong_within, Millis{1000}));
    return true;
  }
  c.phase = Phase::kHead;
  c.announced = false;
  --open_;
  return false;
}

}  // namespace so::net
