#pragma once

#include <cstdint>
#include <string_view>

#include "bus/client.h"
#include "net/ws_server.h"

namespace so::gateway {

class UserRates;
class Visitors;
class Whereabouts;

/// What the doors stand between: the hub on one side, the sockets on the other. A connection's
/// number is its member's number.
struct Doorway {
  bus::Client& hub;
  net::WsServer& server;
  Visitors& visitors;
  Whereabouts& whereabouts;
  UserRates& rates;
  bool hushed = false;  // nothing more is heard of anybody

  void listen_to(net::ConnId id) const {
    if (!hushed) server.want_messages(id, true);
  }
};

/// What is known of all who come in without a token.
constexpr std::string_view kClaims = R"({"role":"anonymous","door":"ws"})";

/// What a message is answered that is over the rate of its connection.
struct Flood {
  std::string_view code = "limit", message = "too many messages";
};
constexpr Flood kFlood;

constexpr std::uint64_t member_of(net::ConnId id) {
  return net::to_number(id);
}

/// How a connection ends that the hub does not let into its scope, or lets go on with nothing.
constexpr std::uint16_t close_code_for(std::string_view error) {
  if (error == "no_application") return net::close_code::kNotFound;
  if (error == "bad_path") return net::close_code::kBadRequest;
  for (const std::string_view passing : {"hub_lost", "limit", "storage", "timeout", "gone"}) {
    if (error == passing) return net::close_code::kTryLater;
  }
  return net::close_code::kForbidden;
}

}  // namespace so::gateway
