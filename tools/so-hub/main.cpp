#include <csignal>
#include <memory>
#include <string>
#include <vector>

#include "base/log.h"
#include "cli/policy_file.h"
#include "cli/runtime_dir.h"
#include "cli/say.h"
#include "hub_server.h"
#include "metrics.h"
#include "metrics/endpoint.h"
#include "net/loop.h"
#include "net/socket.h"
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

  constexpr std::size_t kFiles = 4096;  // a socket a tool, and some for hooks and the store
  net::set_descriptor_limit(kFiles);
  net::Loop loop;
  const auto server = HubServer::bind(options, loop);
  if (!server) return cli::give_up("unable to listen on", options.address, server.error());
  if (*store) {
    const auto kept = (*server)->keep_in(std::move(*store));
    if (!kept) return cli::give_up("unable to read", "the store", kept.error());
  }

  const auto put_in_force = [&] {
    if (options.rules.policy) (*server)->set_policy(options.rules.policy);
    if (options.rules.hooks) (*server)->set_hooks(*options.rules.hooks);
  };
  put_in_force();
  loop.on_signal(SIGHUP, [&] {
    if (const auto keys = (*server)->load_tool_keys(); !keys) {
      log::error("the keys of tools stay as they were: {}", keys.error().text);
    }
    auto rules = cli::rules_again(options.config, options.rules);
    if (!rules) return;
    options.rules = *std::move(rules);
    put_in_force();
  });

  std::vector<std::string> ready{(*server)->bus().address()};
  std::vector<std::unique_ptr<metrics::Endpoint>> endpoints;
  for (const cli::Listen& listen : options.metrics) {
    auto endpoint =
        metrics::Endpoint::open(loop, {listen.host, listen.port}, "so-hub",
                                [&](metrics::Families& to) { add_metrics(to, **server); });
    if (!endpoint) return cli::give_up(endpoint.error());
    ready.push_back("http://" + to_string((*endpoint)->address()) + "/metrics");
    endpoints.push_back(std::move(*endpoint));
  }

  for (const int signal : {SIGTERM, SIGINT}) loop.on_signal(signal, [&] { loop.stop(); });
  cli::say_ready(ready);
  return to_int(loop.run());
}
