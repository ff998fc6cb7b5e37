#include "options.h"

#include <vector>

#include "cli/command.h"
#include "cli/hub_limits.h"
#include "edge/limits.h"

namespace so::gateway {
namespace {

constexpr std::string_view kExamples =
    "  ws-gateway                                       with the hub\n"
    "  ws-gateway --standalone --listen 127.0.0.1:9000  a chat relay by itself";

std::vector<net::Address> to_addresses(const std::vector<cli::Listen>& listens) {
  std::vector<net::Address> out;
  out.reserve(listens.size());
  for (const cli::Listen& listen : listens) out.push_back({listen.host, listen.port});
  return out;
}

}  // namespace

std::optional<Exit> parse_options(int argc, const char* const* argv, Options& options) {
  std::vector<cli::Listen> listen{{"127.0.0.1", 8081, ""}};
  std::vector<cli::Listen> meta{{"127.0.0.1", 8210, ""}};
  std::vector<std::string> applications;
  GatewayOptions& gateway = options.gateway;
  cli::Command command{
      {"ws-gateway", "WebSocket door: chat, shared objects, metadata, pages", kExamples}};
  command.option("standalone", cli::flag(options.standalone), "have a hub inside");
  command.listen("listen", "ws", listen, "chat, scopewire.v1 and pages");
  command.listen("meta-listen", "wsJsonMeta", meta, "metadata; or HOST:PORT/STREAM");
  command.setting("origin", "origins", cli::texts(gateway.origins, "ORIGIN"),
                  "pages of this origin may connect; * for all");
  command.setting("application", "applications", cli::texts(applications, "NAME"),
                  "with --standalone: the applications; else any");
  command.setting("store", "store", cli::text(options.store.path, "FILE"),
                  "with --standalone: as in so-hub");
  command.setting("durability", "durability",
                  cli::choice(options.store.durability, "WHAT", {"process", "power"}),
                  "with --standalone: as in so-hub");
  edge::add_limits(command, gateway.server);
  command.option("reuse-port", cli::flag(gateway.server.reuse_port),
                 "several processes on one port");
  command.limit("drain-timeout", cli::duration(options.drain), "on SIGTERM, to see clients off");
  command.limit("max-message", cli::size(gateway.message_bytes),
                "larger ones close the connection");
  command.limit("max-queue", cli::size(gateway.queue_bytes), "bytes that may wait for one client");
  command.tokens(options.tokens);
  cli::add_hub_limits(command, options.hub);
  command.metrics("wsMetrics", options.metrics);
  command.rules(options.rules);
  if (const auto exit = command.parse(argc, argv)) return exit;
  options.config = command.common().config;
  // Whoever names the one port wants no other opened.
  if (!command.is_default("listen") && command.is_default("meta-listen")) meta.clear();
  if (!applications.empty()) options.hub.applications = applications;
  gateway.listen = to_addresses(listen);
  gateway.meta_listen = to_addresses(meta);
  if (!meta.empty()) gateway.stream = meta.front().stream;
  options.hub_address = command.common().hub;
  options.hub_keys = {command.common().key, command.common().hub_key};
  return std::nullopt;
}

}  // namespace so::gateway
