#include "edge/limits.h"

namespace so::edge {
namespace {

// So many a second, and `seconds` as many at once.
cli::Value per_second(net::RateLimit& field, std::uint32_t seconds) {
  return cli::count(cli::Number{UINT32_MAX / seconds,
                                [&field, seconds](std::uint64_t value) {
                                  field.per_second = static_cast<std::uint32_t>(value);
                                  field.burst = field.per_second * seconds;
                                },
                                [&field] { return std::uint64_t{field.per_second}; }});
}

}  // namespace

void add_limits(cli::Command& command, net::WsOptions& server) {
  command.limit("max-connections", cli::count(server.caps.total), "more are answered 503");
  command.limit("max-per-address", cli::count(server.caps.per_address),
                "from one address; more: 429");
  command.limit("connect-rate", per_second(server.connects.total, 2),
                "new ones a second; more: 503; 0: any");
  command.limit("connect-rate-per-address", per_second(server.connects.per_address, 2),
                "more: 429; 0: any");
  command.limit("message-rate", per_second(server.messages, 5), "of one client a second; 0: any");
  command.limit("handshake-timeout", cli::duration(server.handshake), "for half a request");
  command.limit("ping-every", cli::duration(server.ping_every), "what asks for a sign of life");
  command.limit("pong-within", cli::duration(server.pong_within), "or closed with 4112");
}

}  // namespace so::edge
