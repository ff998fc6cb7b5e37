#pragma once

#include <string>
#include <string_view>
#include <utility>

#include "gateway.h"
#include "support/fake_ws_server.h"
#include "support/local_hub.h"

namespace so::test {

/// A gateway between a hub of its own and peers that the test plays. Listener 0 is rooms, 1 is
/// metadata.
struct GatewayTest {
  explicit GatewayTest(hub::Options hub_options = {}, std::string stream = "",
                       std::string claims = {}, net::RateLimit per_user = {})
      : hub(std::move(hub_options), std::move(claims)),
        gateway(options(std::move(stream), per_user), hub.client, server) {
    hub.start();
  }
  GatewayTest(hub::Options hub_options, const gateway::GatewayOptions& options)
      : hub(std::move(hub_options)), gateway(options, hub.client, server) {
    hub.start();
  }

  LocalHub hub;
  FakeWsServer server;
  gateway::Gateway gateway;

  static gateway::GatewayOptions options(std::string stream, net::RateLimit per_user = {}) {
    gateway::GatewayOptions options;
    options.user_messages = per_user;
    options.listen = {{"127.0.0.1", 0}};
    options.meta_listen = {{{"127.0.0.1", 0}, std::move(stream)}};
    return options;
  }
  net::ConnId chat(std::string_view url) { return open(url, ""); }
  net::ConnId rich(std::string_view url) { return open(url, "scopewire.v1"); }
  net::ConnId meta(std::string_view url) { return open(url, "", 1); }
  net::ConnId open(std::string_view url, std::string_view subprotocol, std::size_t listener = 0) {
    const net::ConnId id = server.open(url, subprotocol, listener);
    hub.settle();
    return id;
  }
  net::ConnId events(std::string_view url, std::string_view last_event_id = "") {
    const auto id = server.read_events(url, last_event_id);
    hub.settle();
    return id.value();
  }
  void say(net::ConnId id, std::string_view text) {
    server.say(id, text);
    hub.settle();
  }
  Lines heard(net::ConnId id) { return server.heard(id); }
  /// Says it, and answers what the same peer hears.
  Lines ask(net::ConnId id, std::string_view text) {
    say(id, text);
    return heard(id);
  }
};

}  // namespace so::test
