#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "net/http.h"

namespace so::net {

/// The fields of a request that decide whether it is a WebSocket handshake (RFC 6455, 4.2.1).
/// Absent ones are empty; repeated ones are joined with commas.
struct Handshake {
  bool get = false;
  std::string http;  // "HTTP/1.1"
  std::string host;
  std::string upgrade;
  std::string connection;
  std::string key;
  std::string version;
};

/// The answer to one that is not in order; nullopt: go on.
std::optional<HttpReply> refuse_handshake(const Handshake& handshake);

/// Equal but for the case of ASCII letters.
bool same_letters(std::string_view a, std::string_view b);

/// Whether a comma-separated header has the token, in any letter case.
bool has_token(std::string_view header, std::string_view token);

}  // namespace so::net
