#include <csignal>
#include <memory>

#include "base/log.h"
#include "bus/local_bus.h"
#include "bus/zmq_bus.h"
#include "cli/notify.h"
#include "cli/policy_file.h"
#include "cli/runtime_dir.h"
#include "cli/say.h"
#include "edge/limits.h"
#include "edge/metrics_door.h"
#include "edge/ws_metrics.h"
#include "gateway.h"
#include "options.h"

using namespace so;

namespace {

// `inside` is where the hub is then.
Result<std::unique_ptr<bus::Bus>> open_hub(const gateway::Options& options, net::Loop& loop,
                                           bus::LocalBus*& inside) {
  auto store = store::open(options.store);
  if (!store) return fail(store.error());
  auto local = std::make_unique<bus::LocalBus>(loop, options.hub);
  if (*store) {
    if (auto kept = local->keep_in(std::move(*store)); !kept) return fail(kept.error());
  }
  inside = local.get();
  return std::unique_ptr<bus::Bus>{std::move(local)};
}

Result<std::unique_ptr<bus::Bus>> open_bus(const gateway::Options& options, net::Loop& loop) {
  const auto address = cli::hub_address(options.hub_address);
  if (!address) return fail(address.error());
  auto zmq = bus::ZmqBus::connect(*address, loop, options.hub_keys);
  if (!zmq) return fail(zmq.error());
  return std::unique_ptr<bus::Bus>{std::move(*zmq)};
}

std::vector<std::string> doors(const gateway::GatewayOptions& options,
                               const net::WsServer& server) {
  std::vector<std::string> names;
  const auto addresses = server.addresses();
  const auto add = [&](std::string_view protocol, std::size_t count) {
    for (std::size_t i = 0; i < count; ++i) {
      names.push_back(std::string{protocol} + "://" + to_string(addresses[names.size()]));
    }
  };
  add("ws", options.listen.size());
  add("wsJsonMeta", options.meta_listen.size());
  add("wss", options.tls_listen.size());
  add("wssJsonMeta", options.tls_meta_listen.size());
  return names;
}

// The first time in order, the second time now.
void end_on_signals(net::Loop& loop, const std::function<void(std::function<void()>)>& drain) {
  const auto ending = std::make_shared<bool>(false);
  const auto end = [&loop, drain, ending] {
    if (std::exchange(*ending, true)) return loop.stop();
    cli::notify_supervisor("STOPPING=1");
    drain([&loop] { loop.stop(); });
  };
  loop.on_signal(SIGTERM, end);
  loop.on_signal(SIGINT, end);
}

int run(const gateway::Options& options, net::Loop& loop, const net::WsServer& server,
        const metrics::Endpoint::Unready& unready, const metrics::Endpoint::Collect& collect) {
  auto ready = doors(options.gateway, server);
  auto metrics = edge::open_metrics(loop, options.metrics, {"ws-gateway", collect, unready}, ready);
  if (!metrics) return cli::give_up(metrics.error());
  cli::say_ready(ready);
  return to_int(loop.run());
}

void add_metrics(metrics::Families& to, const net::WsServer& server,
                 const gateway::Gateway& gateway) {
  edge::add_metrics(to, server, gateway.limits());
  to.gauge("scopewire_ws_route_connections", "clients that are there, by how they came");
  for (const auto& [route, count] : gateway.routes()) {
    to.value(count, {{"route", route}});
  }
}

void put_in_force(const cli::Rules& rules, bus::LocalBus* inside, gateway::Gateway& gateway) {
  if (inside != nullptr && rules.policy) inside->set_policy(rules.policy);
  if (inside != nullptr && rules.hooks) inside->set_hooks(*rules.hooks);
  if (rules.policy) gateway.set_policy(rules.policy);
}

int run_programs(gateway::Options& options, net::Loop& loop) {
  auto listeners = gateway::listeners(options.gateway);
  for (net::WsListener& each : listeners) each.when_full = net::WhenFull::kTell;
  options.gateway.server.patient = true;  // as a pipe is
  auto server = net::WsServer::open(loop, listeners, options.gateway.server);
  if (!server) return cli::give_up(server.error());
  gateway::Exec exec{options.exec, loop, **server, listeners};
  const auto check_tokens = [&] {
    exec.set_verifier(options.tokens.verifier, options.tokens.optional);
  };
  check_tokens();
  net::Timer expiry{loop, [&] { exec.close_expired(wall_now()); }};
  if (options.tokens.verifier) expiry.start(Millis{1000}, Millis{1000});
  loop.on_signal(SIGHUP, [&] {
    edge::reload_tls(**server);
    if (cli::keys_again(options.tokens)) check_tokens();
  });
  end_on_signals(loop, [&](auto done) { exec.drain(options.drain, std::move(done)); });
  return run(
      options, loop, **server, [&] { return exec.unready(); },
      [&](metrics::Families& to) { edge::add_metrics(to, **server, exec.limits()); });
}

}  // namespace

int main(int argc, char** argv) {
  log::set_name("ws-gateway");
  gateway::Options options;
  if (const auto exit = gateway::parse_options(argc, argv, options)) return to_int(*exit);

  net::Loop loop;
  if (!options.exec.command.empty()) return run_programs(options, loop);
  bus::LocalBus* inside = nullptr;
  auto bus = options.standalone ? open_hub(options, loop, inside) : open_bus(options, loop);
  if (!bus && options.standalone) return cli::give_up("unable to open", "the store", bus.error());
  if (!bus) return cli::give_up("unable to reach the hub", options.hub_address, bus.error());
  auto server =
      net::WsServer::open(loop, gateway::listeners(options.gateway), options.gateway.server);
  if (!server) return cli::give_up(server.error());

  bus::Client hub{**bus, loop, "ws-gateway", std::string{gateway::kClaims}};
  gateway::Gateway gateway{options.gateway, hub, **server};
  put_in_force(options.rules, inside, gateway);
  const auto check_tokens = [&] {
    gateway.set_verifier(options.tokens.verifier, options.tokens.optional);
  };
  check_tokens();
  net::Timer expiry{loop, [&] { gateway.close_expired(wall_now()); }};
  if (options.tokens.verifier) expiry.start(Millis{1000}, Millis{1000});
  net::Timer beats{loop, [&] { gateway.beat(); }};
  const Millis every{options.gateway.server.ping_every / gateway::Gateway::kBeats};
  beats.start(std::max(every, Millis{1}), std::max(every, Millis{1}));
  loop.on_signal(SIGHUP, [&] {
    edge::reload_tls(**server);
    if (cli::keys_again(options.tokens)) check_tokens();
    if (options.tokens.verifier && options.config.empty()) return;  // nothing else to read
    auto rules = cli::rules_again(options.config, options.rules);
    if (!rules) return;
    options.rules = *std::move(rules);
    put_in_force(options.rules, inside, gateway);
  });
  end_on_signals(loop, [&](auto done) { gateway.drain(loop, options.drain, std::move(done)); });
  return run(
      options, loop, **server, [&] { return gateway.unready(); },
      [&](metrics::Families& to) { add_metrics(to, **server, gateway); });
}
