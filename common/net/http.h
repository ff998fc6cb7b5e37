#pragma once

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/time.h"
#include "base/unique_fd.h"
#include "net/address.h"
#include "net/origin.h"

namespace so::net {

/// The facts of a request, for a WebSocket handshake as for a plain GET. Absent headers are empty.
struct HttpRequest {
  std::string method = "GET";
  std::string path;  // percent-decoded UTF-8 without control characters, begins with '/'
  std::vector<std::pair<std::string, std::string>> query;  // decoded, in order; no '=': empty value
  std::string host;
  std::string origin;
  std::string cookie;
  std::string authorization;
  std::string user_agent;
  std::string accept;
  std::string content_type;
  std::string last_event_id;    // of a reader of server-sent events who comes back
  std::string idempotency_key;  // of who may have asked this before
  std::string if_none_match;
  std::vector<std::string> subprotocols;  // what a WebSocket client offers, in its order
  Address peer;
  Welcome welcome = Welcome::kNamed;  // are pages of this origin; who has none is no page

  /// The first value of a query parameter; empty when absent.
  [[nodiscard]] std::string_view parameter(std::string_view name) const;
  [[nodiscard]] bool has_parameter(std::string_view name) const;
};

/// A body that is read from its file as it leaves; who share the file share no place in it.
struct FileBody {
  std::shared_ptr<const UniqueFd> file;  // null: there is none
  std::size_t bytes = 0;                 // from the beginning
};

struct HttpReply {
  int status = 200;
  std::string content_type = "text/plain; charset=utf-8";
  std::string body{};
  std::vector<std::pair<std::string, std::string>> headers{};  // more than the usual ones
  bool chunked = false;      // the body is not `body`: it comes in pieces, and ends when it likes
  bool until_close = false;  // the same, not in pieces: it is what is sent, to the end
  FileBody file{};           // in the place of `body`
};

/// The answer to GET /readyz; an empty reason means ready.
HttpReply readiness(std::string why_not);

/// What a browser wants to know before it lets a page of another origin ask in a way that no form
/// can (fetch standard, CORS-preflight request). Both are lists with commas; whose pages may is
/// added by the server.
HttpReply preflight(std::string_view methods, std::string_view headers);

/// Whether the media type is in an Accept header, "text/html, application/json; charset=utf-8".
bool names_type(std::string_view header, std::string_view type);

/// Whether a Content-Type header, which has one (RFC 9110, 8.3), is of the media type. A comma is a
/// part of it: "text/plain; a=b, application/json" is text, to a browser too.
bool is_type(std::string_view header, std::string_view type);

/// Whether If-None-Match has the entity tag, which is quoted, or any (RFC 9110, 13.1.2).
bool names_tag(std::string_view header, std::string_view tag);

/// "Not Found"
std::string_view status_text(int status);

/// Status line and headers, with the empty line. Every reply closes its connection (a page is a few
/// files), may not be cached unseen, and has the strict security headers: no inline script or
/// style, nothing from elsewhere, WebSockets to any port.
std::string reply_head(const HttpReply& reply, std::size_t body_bytes, WallMillis now);

}  // namespace so::net
