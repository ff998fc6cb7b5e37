#include <csignal>

#include "base/log.h"
#include "cli/runtime_dir.h"
#include "cli/say.h"
#include "hub_server.h"
#include "net/loop.h"
#include "options.h"

using namespace so;

int main(int argc, char** argv) {
  HubOptions options;
  if (const auto exit = parse_options(argc, argv, options)) return to_int(*exit);

  const auto address = cli::hub_address(options.address);
  if (!address) return cli::give_up("unable to listen on", "the bus", address.error());
  options.address = *address;

  auto store = store::open(options.store);
  if (!store) return cli::give_up("unable to open", "the store", store.error());

  net::Loop loop;
  const auto server = HubServer::bind(options, loop);
  if (!server) return cli::give_up("unable to listen on", options.address, server.error());
  if (*store) {
    const auto kept = (*server)->keep_in(std::move(*store));
    if (!kept) return cli::give_up("unable to read", "the store", kept.error());
  }

  for (const int signal : {SIGTERM, SIGINT}) loop.on_signal(signal, [&] { loop.stop(); });
  cli::say_ready({(*server)->bus().address()});
  return to_int(loop.run());
}
