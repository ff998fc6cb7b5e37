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
#include "serve.h"
#include "session.h"
#include "ws_door.h"

using namespace so;

namespace {

int run(net::Loop& loop, ctl::Door& door, const ctl::Command& command, std::string where) {
  loop.on_signal(SIGTERM, [&] { loop.stop(); });
  loop.on_signal(SIGINT, [&] { loop.stop(); });
  if (command.verb == ctl::Verb::kServe) {
    ctl::Serve serve{loop, door, command};
    serve.start();
    return to_int(loop.run());
  }
  ctl::Session session{loop, door, command, std::move(where), cli::print_line};
  session.start();
  return to_int(loop.run());
}

int over_bus(const ctl::Options& options, net::Loop& loop) {
  const auto address = cli::hub_address(options.hub_address);
  if (!address)
    return cli::give_up("unable to reach the hub", options.hub_address, address.error());
  auto bus = bus::ZmqBus::connect(*address, loop);
  if (!bus) return cli::give_up("unable to reach the hub", *address, bus.error());
  bus::Client hub{**bus, loop, "so-ctl", options.claims};
  ctl::BusDoor door{hub, options.command.scope, options.command.persistent};
  return run(loop, door, options.command, "the hub at " + *address);
}

int over_web_socket(const ctl::Options& options, net::Loop& loop) {
  auto client = net::WsClient::create(loop);
  if (!client)
    return cli::give_up("unable to connect to", to_string(options.web.address), client.error());
  ctl::WsDoor door{**client, options.web, options.command.persistent};
  return run(loop, door, options.command, to_string(options.web.address));
}

int over_rtmp(const ctl::Options& options, net::Loop& loop) {
  ctl::RtmpDoor door{loop, options.rtmp, options.command.persistent};
  return run(loop, door, options.command, options.rtmp.host);
}

}  // namespace

int main(int argc, char** argv) {
  log::set_name("so-ctl");
  ctl::Options options;
  if (const auto exit = ctl::parse_options(argc, argv, options)) return to_int(*exit);
  net::Loop loop;
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
