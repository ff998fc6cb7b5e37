#include "net/http.h"

#include <algorithm>
#include <ctime>

#include <fmt/chrono.h>
#include <fmt/format.h>

#include "base/ascii.h"
#include "net/handshake.h"

namespace so::net {
namespace {

constexpr std::string_view kSecurityHeaders =
    "Content-Security-Policy: default-src 'self'; connect-src 'self' ws: wss:; "
    "media-src 'self' blob:; img-src 'self' data:; object-src 'none'; base-uri 'none'; "
    "form-action 'self'; frame-ancestors 'self'\r\n"
    "X-Content-Type-Options: nosniff\r\n"
    "Referrer-Policy: no-referrer\r\n"
    "Cache-Control: no-cache\r\n"
    "Connection: close\r\n";

// RFC 9110, 5.6.7: Sun, 06 Nov 1994 08:49:37 GMT
std::string http_date(WallMillis now) {
  const auto seconds = std::chrono::duration_cast<Seconds>(now).count();
  return fmt::format("{:%a, %d %b %Y %H:%M:%S} GMT", fmt::gmtime(std::time_t{seconds}));
}

// Of a list with commas; taken from its front, without the blanks around it.
std::string_view next_item(std::string_view& list) {
  const std::string_view item = list.substr(0, list.find(','));
  list.remove_prefix(std::min(list.size(), item.size() + 1));
  return trimmed(item);
}

}  // namespace

std::string_view HttpRequest::parameter(std::string_view name) const {
  for (const auto& [key, value] : query) {
    if (key == name) return value;
  }
  return {};
}

bool HttpRequest::has_parameter(std::string_view name) const {
  return std::any_of(query.begin(), query.end(),
                     [&](const auto& each) { return each.first == name; });
}

bool names_type(std::string_view header, std::string_view type) {
  while (!header.empty()) {
    if (is_type(next_item(header), type)) return true;
  }
  return false;
}

bool is_type(std::string_view header, std::string_view type) {
  return same_letters(trimmed(header.substr(0, header.find(';'))), type);
}

bool names_tag(std::string_view header, std::string_view tag) {
  while (!header.empty()) {
    std::string_view item = next_item(header);
    if (item.starts_with("W/")) item.remove_prefix(2);
    if (item == tag || item == "*") return true;
  }
  return false;
}

HttpReply readiness(std::string why_not) {
  if (why_not.empty()) return {.body = "ready\n"};
  return {.status = 503, .body = std::move(why_not) + "\n"};
}

HttpReply preflight(std::string_view methods, std::string_view headers) {
  return {.status = 204,
          .headers = {{"Allow", std::string{methods}},
                      {"Access-Control-Allow-Methods", std::string{methods}},
                      {"Access-Control-Allow-Headers", std::string{headers}},
                      {"Access-Control-Max-Age", "600"}}};
}

std::string_view status_text(int status) {
  switch (status) {
    case 200:
      return "OK";
    case 204:
      return "No Content";
    case 304:
      return "Not Modified";
    case 400:
      return "Bad Request";
    case 401:
      return "Unauthorized";
    case 403:
      return "Forbidden";
    case 404:
      return "Not Found";
    case 405:
      return "Method Not Allowed";
    case 408:
      return "Request Timeout";
    case 409:
      return "Conflict";
    case 410:
      return "Gone";
    case 411:
      return "Length Required";
    case 413:
      return "Content Too Large";
    case 415:
      return "Unsupported Media Type";
    case 426:
      return "Upgrade Required";
    case 429:
      return "Too Many Requests";
    case 500:
      return "Internal Server Error";
    case 502:
      return "Bad Gateway";
    case 503:
      return "Service Unavailable";
    case 504:
      return "Gateway Timeout";
    default:
      return "Status";  // the number says it; the words are for people
  }
}

std::string reply_head(const HttpReply& reply, std::size_t body_bytes, WallMillis now) {
  std::string head = fmt::format("HTTP/1.1 {} {}\r\nDate: {}\r\n{}", reply.status,
                                 status_text(reply.status), http_date(now), kSecurityHeaders);
  const bool has_body = reply.status != 204 && reply.status != 304;  // RFC 9110, 6.4.1
  if (has_body) head += fmt::format("Content-Type: {}\r\n", reply.content_type);
  if (reply.chunked) {
    head += "Transfer-Encoding: chunked\r\n";
  } else if (has_body && !reply.until_close) {
    head += fmt::format("Content-Length: {}\r\n", body_bytes);
  }
  for (const auto& [name, value] : reply.headers) head += fmt::format("{}: {}\r\n", name, value);
  return head + "\r\n";
}

}  // namespace so::net
