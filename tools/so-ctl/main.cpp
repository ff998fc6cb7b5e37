#include <csignal>
#include <memory>

#include "base/log.h"
#include "bus/zmq_bus.h"
#include "bus_door.h"
#include "cli/print.h"
#include "cli/runtime_dir.h"
#include "cli/say.h"
#include "net/ws_client.h"
#include "options.h"
#include "rtmp_door.h"
#include "run.h"
#include "ws_door.h"

using namespace so;

namespace {

int over_bus(const ctl::Options& options, net::Loop& loop) {
  const auto address = cli::hub_address(options.hub_address);
  if (!address)
    return cli::give_up("unable to reach the hub", options.hub_address, address.error());
  auto bus = bus::ZmqBus::connect(*address, loop, options.hub_keys);
  if (!bus) return cli::give_up("unable to reach the hub", *address, bus.error());
  bus::Client hub{**bus, loop, "so-ctl", options.claims};
  const std::string where = "the hub at " + *address;
  if (needs_bus(options.command.verb)) {
    return to_int(run_on_bus(loop, hub, options.command, where));
  }
  ctl::BusDoor door{hub, options.command.scope, options.command.persistent};
  return to_int(run(loop, door, options.command, where));
}

int over_web_socket(const ctl::Options& options, net::Loop& loop) {
  auto client = net::WsClient::create(loop);
  if (!client)
    return cli::give_up("unable to connect to", to_string(options.web.address), client.error());
  ctl::WsDoor door{**client, options.web, options.command.persistent, options.token};
  return to_int(run(loop, door, options.command, to_string(options.web.address)));
}

int over_rtmp(const ctl::Options& options, net::Loop& loop) {
  ctl::RtmpDoor door{loop, options.rtmp, options.command.persistent, options.token};
  return to_int(run(loop, door, options.command, options.rtmp.host));
}

int talk(const ctl::Options& options, net::Loop& loop) {
  switch (options.way) {
    case ctl::Way::kWebSocket:
      return over_web_socket(options, loop);
    case ctl::Way::kRtmp:
      return over_rtmp(options, loop);
    case ctl::Way::kBus:
      break;
  }
  return over_bus(options, loop);
}

}  // namespace

int main(int argc, char** argv) {
  log::set_name("so-ctl");
  ctl::Options options;
  if (const auto exit = ctl::parse_options(argc, argv, options)) return to_int(*exit);
  net::Loop loop;
  for (const int signal : {SIGTERM, SIGINT}) loop.on_signal(signal, [&] { loop.stop(); });
  return cli::after_printing(talk(options, loop));
}
