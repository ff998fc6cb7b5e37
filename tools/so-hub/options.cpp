#include "options.h"

#include "cli/command.h"
#include "cli/hub_limits.h"
#include "cli/value.h"

namespace so {
namespace {

constexpr cli::Command::Text kText{
    "so-hub", "the authority of scopewire: scopes, shared objects, streams, metadata",
    "  so-hub                          in the runtime directory, where all tools look\n"
    "  so-hub --application chat --application live\n"
    "  so-hub --store /var/lib/scopewire/store\n"
    "  so-hub --hub tcp://10.0.0.1:7777 --key hub.key --tool-keys tools\n"};

}  // namespace

std::optional<Exit> parse_options(int argc, const char* const* argv, HubOptions& options) {
  hub::Options& hub = options.hub;
  cli::Command command{kText};
  command.setting("application", "applications", cli::applications(hub.applications),
                  "there are only those named; any, if none is");
  command.setting("store", "store", cli::text(options.store.path, "FILE"),
                  "keep persistent objects in this SQLite file");
  command.setting("durability", "durability",
                  cli::choice(options.store.durability, "WHAT", {"process", "power"}),
                  "answers outlive the process, or power");
  command.metrics("metrics", options.metrics);
  command.hub_keys(options.keys.own, options.keys.tools);
  command.limit("max-tools", cli::count(hub.tools), "connected at once");
  cli::add_hub_limits(command, hub);
  command.rules(options.rules);
  if (const auto exit = command.parse(argc, argv)) return exit;
  options.config = command.common().config;
  options.address = command.common().hub;
  return std::nullopt;
}

}  // namespace so
