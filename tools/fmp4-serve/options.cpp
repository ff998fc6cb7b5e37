#include "options.h"

#include <vector>

#include <CLI/CLI.hpp>

#include "base/log.h"
#include "cli/command.h"
#include "cli/units.h"
#include "cut_words.h"
#include "edge/limits.h"
#include "wire/path.h"

namespace so::fmp4serve {
namespace {

constexpr std::string_view kExamples =
    "  fmp4-serve                            with the hub: http://127.0.0.1:8410/\n"
    "  fmp4-serve tap live/cam - | ffplay -  one stream for a pipe";

// The words of the subcommand.
struct Words {
  std::string stream, to, duration;
};

std::optional<Exit> usage(std::string_view text) {
  log::error("{}", text);
  return Exit::kUsage;
}

std::optional<Exit> read_words(const Words& words, Tap::Options& tap) {
  if (words.to != "-") return usage("only - is supported: standard output");
  auto stream = wire::normal_path(words.stream);
  if (!stream) return usage(stream.error().text);
  tap.stream = std::move(*stream);
  if (words.duration.empty()) return std::nullopt;
  const auto duration = cli::parse_duration(words.duration);
  if (!duration) return usage("--for: " + duration.error().text);
  tap.duration = *duration;
  return std::nullopt;
}

}  // namespace

std::optional<Exit> parse_options(int argc, const char* const* argv, Options& options) {
  std::vector<cli::Listen> listen{{"127.0.0.1", 8410, ""}};
  std::vector<cli::Listen> tls;
  Words words;
  ServeOptions& serve = options.serve;
  cli::Command command{
      {"fmp4-serve", "live streams to browsers as fragmented MP4 over WebSocket", kExamples}};
  command.listen("listen", "inboundWSFMP4", listen, "viewers and the player page");
  command.listen("wss-listen", "inboundWSSFMP4", tls, "the same with TLS");
  edge::add_tls(command, serve.tls);
  command.setting("origin", "origins", edge::origins(serve.origins),
                  "pages of this origin may connect; * for all");
  command.setting("fragment", "fragment", cut(serve.cut), "how much is in a fragment");
  command.option("timeout", cli::duration(options.tap.wait),
                 "tap: how long the stream may be absent");
  edge::add_limits(command, serve.server);
  command.setting("reuse-port", "reuse_port", cli::flag(serve.server.reuse_port),
                  "several processes on one port");
  command.limit("drain-timeout", cli::duration(options.drain), "on SIGTERM, to see clients off");
  command.limit("viewer-queue", cli::size(serve.queue_bytes),
                "bytes waiting for one viewer; then it skips");
  command.metrics("fmp4Metrics", options.metrics);
  CLI::App* tap =
      command.app().add_subcommand("tap", "a stream goes to standard output as fragmented MP4");
  tap->add_option("STREAM", words.stream, "live/cam")->required();
  tap->add_option("TO", words.to, "-")->required();
  tap->add_option("--for", words.duration, "end after so much of the stream: 10s");
  command.check([&] {  // who taps listens to nobody, and need not be allowed to read the key
    return *tap ? std::nullopt : edge::refuse_tls(command, tls, serve.tls);
  });
  if (const auto exit = command.parse(argc, argv)) return exit;
  options.hub_address = command.common().hub;
  options.hub_keys = {command.common().key, command.common().hub_key};
  for (const cli::Listen& address : tls) serve.tls_listen.push_back({address.host, address.port});
  for (const cli::Listen& address : listen) serve.listen.push_back({address.host, address.port});
  options.tap.cut = serve.cut;
  options.tapping = static_cast<bool>(*tap);
  return options.tapping ? read_words(words, options.tap) : std::nullopt;
}

}  // namespace so::fmp4serve
