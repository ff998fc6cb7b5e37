#include "net/handshake.h"

#include <algorithm>

#include "base/ascii.h"
#include "base/base64.h"

namespace so::net {
namespace {

constexpr std::size_t kNonceBytes = 16;  // RFC 6455, 4.1

HttpReply bad_request(std::string_view why) {
  return {.status = 400, .body = "not a WebSocket handshake: " + std::string{why} + "\n"};
}

}  // namespace

bool same_letters(std::string_view a, std::string_view b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(),
                    [](char x, char y) { return to_lower(x) == to_lower(y); });
}

bool has_token(std::string_view header, std::string_view token) {
  while (!header.empty()) {
    const std::size_t comma = std::min(header.find(','), header.size());
    if (same_letters(trimmed(header.substr(0, comma)), token)) return true;
    header.remove_prefix(std::min(comma + 1, header.size()));
  }
  return false;
}

std::optional<HttpReply> refuse_handshake(const Handshake& handshake) {
  if (!handshake.get) {
    return HttpReply{
        .status = 405, .body = "a WebSocket begins with GET\n", .headers = {{"Allow", "GET"}}};
  }
  if (handshake.http != "HTTP/1.1") return bad_request("the protocol is not HTTP/1.1");
  if (handshake.host.empty()) return bad_request("no Host");
  if (!same_letters(handshake.upgrade, "websocket")) return bad_request("Upgrade is not websocket");
  if (!has_token(handshake.connection, "upgrade")) return bad_request("Connection has no Upgrade");
  if (handshake.version != "13") {
    return HttpReply{.status = 426,
                     .body = "only version 13 of the WebSocket protocol is spoken here\n",
                     .headers = {{"Sec-WebSocket-Version", "13"}}};
  }
  const auto nonce = from_base64(handshake.key);
  if (!nonce || nonce->size() != kNonceBytes) {
    return bad_request("Sec-WebSocket-Key is not 16 bytes in base64");
  }
  return std::nullopt;
}

}  // namespace so::net
