#include "net/http.h"

#include <ctime>

#include <fmt/chrono.h>
#include <fmt/format.h>

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

}  // namespace

std::string_view HttpRequest::parameter(std::string_view name) const {
  for (const auto& [key, value] : query) {
    if (key == name) return value;
  }
  return {};
}

HttpReply readiness(std::string why_not) {
  if (why_not.empty()) return {.body = "ready\n"};
  return {.status = 503, .body = std::move(why_not) + "\n"};
}

std::string_view status_text(int status) {
  switch (status) {
    case 200:
      return "OK";
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
    case 426:
      return "Upgrade Required";
    case 429:
      return "Too Many Requests";
    case 500:
      return "Internal Server Error";
    case 503:
      return "Service Unavailable";
    default:
      return "Status";  // the number says it; the words are for people
  }
}

std::string reply_head(const HttpReply& reply, std::size_t body_bytes, WallMillis now) {
  const std::string length =
      reply.chunked ? "Transfer-Encoding: chunked" : fmt::format("Content-Length: {}", body_bytes);
  std::string head = fmt::format("HTTP/1.1 {} {}\r\nDate: {}\r\nContent-Type: {}\r\n{}\r\n{}",
                                 reply.status, status_text(reply.status), http_date(now),
                                 reply.content_type, length, kSecurityHeaders);
  for (const auto& [name, value] : reply.headers) head += fmt::format("{}: {}\r\n", name, value);
  return head + "\r\n";
}

}  // namespace so::net
