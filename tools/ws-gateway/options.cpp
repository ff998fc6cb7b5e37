#include "options.h"

#include <vector>

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include "base/log.h"
#include "cli/command.h"
#include "cli/hub_limits.h"
#include "cli/words.h"
#include "edge/limits.h"

namespace so::gateway {
namespace {

constexpr std::string_view kExamples =
    "  ws-gateway                                       with the hub\n"
    "  ws-gateway --standalone --listen 127.0.0.1:9000  a chat relay by itself\n"
    "  ws-gateway exec -- bc -l                         a calculator in a browser";

std::vector<net::Address> to_addresses(const std::vector<cli::Listen>& listens) {
  std::vector<net::Address> out;
  out.reserve(listens.size());
  for (const cli::Listen& listen : listens) out.push_back({listen.host, listen.port});
  return out;
}

std::vector<MetaListener> to_meta(const std::vector<cli::Listen>& listens) {
  std::vector<MetaListener> out;
  out.reserve(listens.size());
  for (const cli::Listen& listen : listens)
    out.push_back({{listen.host, listen.port}, listen.stream});
  return out;
}

// What is said in other words than the options have.
struct Words {
  std::vector<cli::Listen> listen{{"127.0.0.1", 8081, ""}};
  std::vector<cli::Listen> meta{{"127.0.0.1", 8210, ""}};
  std::vector<cli::Listen> tls;
  std::vector<cli::Listen> tls_meta;
  std::string folder;
};

void add_listeners(cli::Command& command, Words& words, GatewayOptions& gateway) {
  command.listen("listen", "ws", words.listen, "chat, scopewire.v1 and pages");
  command.listen("meta-listen", "wsJsonMeta", words.meta, "metadata; or HOST:PORT/STREAM");
  command.listen("wss-listen", "wss", words.tls, "the same as --listen, with TLS");
  command.listen("wss-meta-listen", "wssJsonMeta", words.tls_meta, "as --meta-listen, with TLS");
  edge::add_tls(command, gateway.tls);
  command.setting("origin", "origins", edge::origins(gateway.origins),
                  "pages of this origin may connect; * for all");
  command.option("static", cli::text(words.folder, "DIR"), "GET serves the files in it");
}

void add_hub(cli::Command& command, Options& options) {
  command.setting("application", "applications", cli::applications(options.hub.applications),
                  "with --standalone: the applications; else any");
  command.setting("store", "store", cli::text(options.store.path, "FILE"),
                  "with --standalone: as in so-hub");
  command.setting("durability", "durability",
                  cli::choice(options.store.durability, "WHAT", {"process", "power"}),
                  "with --standalone: as in so-hub");
}

void add_bounds(cli::Command& command, Options& options) {
  GatewayOptions& gateway = options.gateway;
  edge::add_limits(command, gateway.server);
  command.limit("message-rate-per-user", edge::per_second(gateway.user_messages),
                "over all its connections");
  command.setting("reuse-port", "reuse_port", cli::flag(gateway.server.reuse_port),
                  "several processes on one port");
  command.limit("drain-timeout", cli::duration(options.drain), "on SIGTERM, to see clients off");
  command.limit("max-message", cli::size(gateway.message_bytes),
                "larger ones close the connection");
  command.limit("max-queue", cli::size(gateway.queue_bytes), "bytes that may wait for one client");
  command.limit("max-children", cli::count(options.exec.max_children),
                "exec: more are answered 503");
}

std::optional<Exit> usage(std::string_view text) {
  log::error("{}", text);
  return Exit::kUsage;
}

// What was said to this tool alone and would do nothing; the file is for all tools.
std::optional<Exit> refuse_idle(const cli::Command& command, bool standalone, bool programs) {
  if (programs && standalone) return usage("--standalone: programs need no hub");
  for (const char* flag : {"application", "store", "durability"}) {
    if (standalone || !command.is_said(flag)) continue;
    return usage(fmt::format("--{}: without --standalone there is no hub inside", flag));
  }
  for (const char* flag : {"meta-listen", "wss-meta-listen"}) {
    if (!programs || !command.is_said(flag)) continue;
    return usage(fmt::format("--{}: programs have no metadata", flag));
  }
  return std::nullopt;
}

std::optional<Exit> read_words(const cli::Command& command, const Words& words, Options& options) {
  GatewayOptions& gateway = options.gateway;
  const auto& secret = words.tls.empty() ? words.tls_meta : words.tls;
  if (const auto exit = edge::refuse_tls(command, secret, gateway.tls)) return exit;
  gateway.listen = to_addresses(words.listen);
  gateway.meta_listen = to_meta(words.meta);
  gateway.tls_listen = to_addresses(words.tls);
  gateway.tls_meta_listen = to_meta(words.tls_meta);
  if (words.folder.empty()) return std::nullopt;
  auto files = net::StaticDir::open(words.folder);
  if (!files) return usage(files.error().text);
  gateway.files = std::make_shared<const net::StaticDir>(*std::move(files));
  options.exec.files = gateway.files;
  return std::nullopt;
}

}  // namespace

std::optional<Exit> parse_options(int argc, const char* const* argv, Options& options) {
  Words words;
  cli::Command command{
      {"ws-gateway", "WebSocket door: chat, shared objects, metadata, pages", kExamples}};
  command.option("standalone", cli::flag(options.standalone), "have a hub inside");
  add_listeners(command, words, options.gateway);
  add_hub(command, options);
  add_bounds(command, options);
  command.tokens(options.tokens);
  cli::add_hub_limits(command, options.hub);
  command.metrics("wsMetrics", options.metrics);
  command.rules(options.rules);
  CLI::App* exec = command.app().add_subcommand("exec", "one program a connection, in lines");
  cli::add_words(*exec, "CMD", options.exec.command, "a program and its words, after --");
  command.check([&]() -> std::optional<Exit> {
    if (*exec && options.exec.command.empty()) return usage("exec: a program is missing");
    if (const auto idle = refuse_idle(command, options.standalone, bool{*exec})) return idle;
    // Whoever names the one port wants no other opened, and programs have no metadata.
    const bool one = !command.is_default("listen") && command.is_default("meta-listen");
    if (one || *exec) words.meta.clear();
    if (*exec) words.tls_meta.clear();
    return read_words(command, words, options);
  });
  if (const auto exit = command.parse(argc, argv)) return exit;
  options.config = command.common().config;
  options.hub_address = command.common().hub;
  options.hub_keys = {command.common().key, command.common().hub_key};
  return std::nullopt;
}

}  // namespace so::gateway
