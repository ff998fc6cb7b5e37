#include <csignal>

#include "base/log.h"
#include "bus/zmq_bus.h"
#include "cli/notify.h"
#include "cli/print.h"
#include "cli/runtime_dir.h"
#include "cli/say.h"
#include "edge/limits.h"
#include "edge/metrics_door.h"
#include "edge/ws_metrics.h"
#include "media/zmq_keys.h"
#include "metrics.h"
#include "options.h"
#include "serve.h"
#include "tap.h"

using namespace so;

namespace {

int serve(const fmp4serve::Options& options, net::Loop& loop, bus::Client& hub) {
  auto server =
      net::WsServer::open(loop, fmp4serve::listeners(options.serve), options.serve.server);
  if (!server) return cli::give_up(server.error());
  fmp4serve::Serve serve{options.serve, hub, **server, loop};
  const auto ending = std::make_shared<bool>(false);
  const auto end = [&, ending] {
    if (std::exchange(*ending, true)) return loop.stop();
    cli::notify_supervisor("STOPPING=1");
    serve.drain(options.drain, [&] { loop.stop(); });
  };
  loop.on_signal(SIGTERM, end);
  loop.on_signal(SIGINT, end);
  loop.on_signal(SIGHUP, [&] { edge::reload_tls(**server); });
  std::vector<std::string> names;
  for (const net::Address& address : (*server)->addresses()) {
    const bool tls = names.size() >= options.serve.listen.size();
    names.push_back((tls ? "inboundWSSFMP4://" : "inboundWSFMP4://") + to_string(address));
  }
  auto metrics = edge::open_metrics(loop, options.metrics,
                                    {"fmp4-serve",
                                     [&](metrics::Families& to) {
                                       edge::add_metrics(to, **server);
                                       fmp4serve::add_metrics(to, serve);
                                     },
                                     [&] { return serve.unready(); }},
                                    names);
  if (!metrics) return cli::give_up(metrics.error());
  cli::say_ready(names);
  return to_int(loop.run());
}

int tap(const fmp4serve::Options& options, net::Loop& loop, bus::Client& hub) {
  fmp4serve::Tap tap{loop, hub, options.tap, cli::print, [&](Exit exit) { loop.stop(exit); }};
  loop.on_signal(SIGTERM, [&] { loop.stop(); });
  loop.on_signal(SIGINT, [&] { loop.stop(); });
  tap.start();
  return to_int(loop.run());
}

}  // namespace

int main(int argc, char** argv) {
  log::set_name("fmp4-serve");
  fmp4serve::Options options;
  if (const auto exit = fmp4serve::parse_options(argc, argv, options)) return to_int(*exit);

  net::Loop loop;
  const auto address = cli::hub_address(options.hub_address);
  if (!address)
    return cli::give_up("unable to reach the hub", options.hub_address, address.error());
  auto bus = bus::ZmqBus::connect(*address, loop, options.hub_keys);
  if (!bus) return cli::give_up("unable to reach the hub", *address, bus.error());

  std::unique_ptr<media::Keys> keys;
  if (!options.hub_keys.own.empty()) {
    auto loaded = media::Keys::load(loop, options.hub_keys.own, "");
    if (!loaded) return cli::give_up(loaded.error());
    keys = std::move(*loaded);
  }

  // A tap in a shell is the operator's, all else is what viewers do.
  bus::Client hub{**bus, loop, "fmp4-serve",
                  options.tapping ? "" : std::string{fmp4serve::kClaims}};
  return options.tapping ? tap(options, loop, hub) : serve(options, loop, hub);
}
