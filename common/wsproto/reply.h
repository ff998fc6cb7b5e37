#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/time.h"
#include "wire/frame.h"

namespace so::wsproto {

/// Of a shared object; epoch 0: the request was about none.
struct Position {
  std::uint64_t epoch = 0;
  std::uint64_t version = 0;
  bool operator==(const Position&) const = default;
};

/// The texts that a scopewire.v1 client receives besides the hub's own events, which pass unchanged
/// (man/scopewire-ws.7). `id` is compact JSON, or empty.

/// The hub's answer to a request of kind `request`, with the members of its body. A use is answered
/// by position alone: its sync follows as an event.
std::string done(std::string_view id, wire::Kind request, const Position& position,
                 std::string_view body);
std::string refused(std::string_view id, std::string_view code, std::string_view message);
/// The hub's own error, {"error":{...}}, with all that it says.
std::string refused(std::string_view id, std::string_view body);
std::string pong(std::string_view id);
std::string refreshed(std::string_view id, std::optional<WallMillis> expires);

struct Hello {
  std::string_view member;
  std::string_view scope;
  std::string_view user;  // of the token; empty: none is known
  std::optional<WallMillis> expires;
};
std::string hello(const Hello& hello);
/// Who is in the scope, of the reply to a join with presence.
std::string members(std::string_view scope, const Position& position, std::string_view joined);
/// The connection will be closed soon: come back so long after that.
std::string advice(std::string_view reason, Millis after);
/// It is closed now, with this code, where there is no close frame to say so.
std::string end(std::uint16_t code, std::string_view reason);

}  // namespace so::wsproto
