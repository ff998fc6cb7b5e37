#include "options.h"

#include <vector>

#include <CLI/CLI.hpp>

#include "base/log.h"
#include "cli/command.h"
#include "cli/units.h"
#include "wire/path.h"

namespace so::ingest {
namespace {

constexpr std::string_view kExamples =
    "  rtmp-ingest                                              with the hub, on 1935\n"
    "  ffmpeg -re -i in.mp4 -c copy -f flv - | rtmp-ingest publish - live/cam\n"
    "  rtmp-ingest tap live/cam - --for 10s > cam.flv";

// The words of the subcommands.
struct Words {
  std::string publish_from, publish_stream, tap_stream, tap_to, duration;
};

std::optional<Exit> usage(std::string_view text) {
  log::error("{}", text);
  return Exit::kUsage;
}

std::optional<Exit> read_words(const Words& words, Options& options) {
  const std::string& dash = options.mode == Mode::kPublish ? words.publish_from : words.tap_to;
  if (dash != "-") return usage("only - is supported: standard input or output");
  auto stream =
      wire::normal_path(options.mode == Mode::kPublish ? words.publish_stream : words.tap_stream);
  if (!stream) return usage(stream.error().text);
  if (wire::parent_path(*stream) == "/") return usage("a stream is APPLICATION/NAME, as live/cam");
  options.stream = std::move(*stream);
  if (words.duration.empty()) return std::nullopt;
  const auto duration = cli::parse_duration(words.duration);
  if (!duration) return usage("--for: " + duration.error().text);
  options.duration = *duration;
  return std::nullopt;
}

void add_stream_options(cli::Command& command, Options& options) {
  StreamOptions& stream = options.ingest.stream;
  command.limit("player-queue", cli::size(stream.player_queue),
                "bytes waiting for one player; then it skips");
  command.limit("player-delay", cli::duration(stream.player_delay), "the same as time");
  command.limit("player-stall", cli::duration(stream.player_stall),
                "skipping for so long, it is closed");
  command.option("latency-budget", cli::duration(options.tcp.limits.gather),
                 "players' writes may wait so long for more");
  command.option("gop-cache", cli::choice(options.gop_cache, "on|off", {"on", "off"}),
                 "begin with what is since the key frame");
  command.limit("gop-bytes", cli::size(stream.head.bytes), "and how much that may be");
  command.limit("gop-time", cli::duration(stream.head.duration), "and how long");
  command.option("play-wait", cli::duration(options.ingest.play_wait),
                 "players wait for a publisher so long");
  command.option("publisher-grace", cli::duration(options.ingest.publisher_grace),
                 "and for one that was lost");
  command.option("second-publisher",
                 cli::choice(options.second_publisher, "refuse|replace", {"refuse", "replace"}),
                 "of a live stream");
  command.option("record", cli::text(options.ingest.record, "DIR"),
                 "where publish \"record\" and \"append\" write");
  command.option("drain", cli::duration(options.ingest.drain),
                 "at the end, for clients that can reconnect");
}

}  // namespace

std::optional<Exit> parse_options(int argc, const char* const* argv, Options& options) {
  std::vector<cli::Listen> listen{{"127.0.0.1", 1935, ""}};
  Words words;
  options.tcp.caps.total = 2000;
  options.ingest.publisher_grace = Millis{5000};
  options.ingest.drain = Millis{5000};
  cli::Command command{{"rtmp-ingest", "RTMP door: publish, play, shared objects", kExamples}};
  command.listen("listen", "rtmp", listen, "for all clients");
  command.metrics("rtmpMetrics", options.metrics);
  command.option("reuse-port", cli::flag(options.tcp.reuse_port),
                 "let other processes listen there too");
  command.option("timeout", cli::duration(options.wait), "tap: how long the stream may be absent");
  command.limit("max-connections", cli::count(options.tcp.caps.total), "more are closed at once");
  add_stream_options(command, options);
  CLI::App* publish =
      command.app().add_subcommand("publish", "FLV from standard input becomes a stream");
  publish->add_option("FROM", words.publish_from, "-")->required();
  publish->add_option("STREAM", words.publish_stream, "live/cam")->required();
  CLI::App* tap = command.app().add_subcommand("tap", "a stream goes to standard output as FLV");
  tap->add_option("STREAM", words.tap_stream, "live/cam")->required();
  tap->add_option("TO", words.tap_to, "-")->required();
  tap->add_option("--for", words.duration, "end after so much of the stream: 10s");
  if (const auto exit = command.parse(argc, argv)) return exit;
  options.hub_address = command.common().hub;
  options.hub_keys = {command.common().key, command.common().hub_key};
  options.ingest.stream.gop_cache = options.gop_cache == "on";
  options.ingest.replace_publisher = options.second_publisher == "replace";
  // Above the bound at which a player skips there is room to tell it so.
  options.tcp.limits.queue_bytes = 2 * options.ingest.stream.player_queue;
  for (const cli::Listen& address : listen) options.listen.push_back({address.host, address.port});
  if (*publish) options.mode = Mode::kPublish;
  if (*tap) options.mode = Mode::kTap;
  return options.mode == Mode::kServe ? std::nullopt : read_words(words, options);
}

}  // namespace so::ingest
