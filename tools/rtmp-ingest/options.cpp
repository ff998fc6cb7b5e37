#include "options.h"

#include <vector>

#include <CLI/CLI.hpp>

#include "base/log.h"
#include "cli/command.h"
#include "cli/units.h"
#include "media/endpoint.h"
#include "wire/path.h"

namespace so::ingest {
namespace {

constexpr std::string_view kExamples =
    "  rtmp-ingest                                              with the hub, on 1935\n"
    "  ffmpeg -re -i in.mp4 -c copy -f flv - | rtmp-ingest publish - live/cam\n"
    "  rtmp-ingest tap live/cam - --for 10s > cam.flv\n"
    "  rtmp-ingest push live/cam rtmp://a.example/live/KEY rtmps://b.example/app/KEY";

// The words of the subcommands.
struct Words {
  std::string publish_from, publish_stream, tap_stream, tap_to, duration;
  std::string pull_from, pull_stream, push_stream;
  std::vector<std::string> push_to;
  std::vector<std::string> certificates, keys;  // FILE each, in pairs
};

std::optional<Exit> usage(std::string_view text) {
  log::error("{}", text);
  return Exit::kUsage;
}

std::optional<Exit> read_stream(std::string_view words, Options& options) {
  auto stream = wire::normal_path(words);
  if (!stream) return usage(stream.error().text);
  if (wire::parent_path(*stream) == "/") return usage("a stream is APPLICATION/NAME, as live/cam");
  options.stream = std::move(*stream);
  return std::nullopt;
}

std::optional<Exit> read_pipe(const Words& words, Options& options) {
  const std::string& dash = options.mode == Mode::kPublish ? words.publish_from : words.tap_to;
  if (dash != "-") return usage("only - is supported: standard input or output");
  const auto& stream = options.mode == Mode::kPublish ? words.publish_stream : words.tap_stream;
  if (const auto exit = read_stream(stream, options)) return exit;
  if (words.duration.empty()) return std::nullopt;
  const auto duration = cli::parse_duration(words.duration);
  if (!duration) return usage("--for: " + duration.error().text);
  options.duration = *duration;
  return std::nullopt;
}

std::optional<Exit> read_relay(const Words& words, Options& options) {
  const bool pull = options.mode == Mode::kPull;
  if (const auto exit = read_stream(pull ? words.pull_stream : words.push_stream, options))
    return exit;
  for (const std::string& text : pull ? std::vector{words.pull_from} : words.push_to) {
    auto url = rtmp::parse_url(text);
    if (!url) return usage(url.error().text);
    if (rtmp::split_path(url->path).name.empty()) return usage("url: it names no stream");
    options.remotes.push_back(std::move(*url));
  }
  return std::nullopt;
}

std::optional<Exit> read_certificates(const Words& words, Options& options) {
  if (words.certificates.size() != words.keys.size())
    return usage("each --tls-cert has a --tls-key");
  for (std::size_t i = 0; i < words.keys.size(); ++i)
    options.certificates.push_back({words.certificates[i], words.keys[i]});
  if (!options.tls_listen.empty() && options.certificates.empty())
    return usage("rtmps needs --tls-cert and --tls-key");
  return std::nullopt;
}

std::optional<Exit> read_media(Options& options) {
  constexpr std::string_view kInsecure = "insecure+";
  if (options.media.empty()) return std::nullopt;
  const bool insecure = options.media.starts_with(kInsecure);
  if (insecure) options.media.erase(0, kInsecure.size());
  const auto place = media::Place::parse(options.media);
  if (!place) return usage("--media: " + place.error().text);
  if (!place->folder.empty()) return usage("--media: only tcp://HOST is supported");
  if (insecure) options.media_keys.clear();
  if (!insecure && (options.hub_keys.own.empty() || options.media_keys.empty()))
    return usage(
        "--media: tcp:// needs --key and --media-keys (so-ctl keygen makes keys); "
        "without any it is insecure+tcp://HOST");
  options.media_insecure = insecure;
  return std::nullopt;
}

void add_stream_options(cli::Command& command, Options& options) {
  StreamOptions& stream = options.ingest.stream;
  command.limit("player-queue", cli::size(stream.player_queue),
                "bytes for one player; then it skips");
  command.limit("player-delay", cli::duration(stream.player_delay), "the same as time");
  command.limit("player-stall", cli::duration(stream.player_stall),
                "skipping for so long, it is closed");
  command.limit("latency-budget", cli::duration(options.tcp.limits.gather),
                "players' writes may wait so long for more");
  command.setting("gop-cache", "rtmp.gop_cache",
                  cli::choice(options.gop_cache, "on|off", {"on", "off"}),
                  "begin with what is since the key frame");
  command.limit("gop-bytes", cli::size(stream.head.bytes), "and how much that may be");
  command.limit("gop-time", cli::duration(stream.head.duration), "and how long");
  command.limit("play-wait", cli::duration(options.ingest.play_wait),
                "players wait for a publisher so long");
  command.limit("publisher-grace", cli::duration(options.ingest.publisher_grace),
                "and for one that was lost");
  command.setting("second-publisher", "rtmp.second_publisher",
                  cli::choice(options.second_publisher, "refuse|replace", {"refuse", "replace"}),
                  "of a live stream");
  command.setting("media", "media", cli::text(options.media, "ADDRESS"),
                  "streams for other machines: tcp://HOST");
  command.setting("media-keys", "media_keys", cli::text(options.media_keys, "FILE"),
                  "the public keys of those who may have them");
  command.setting("record", "rtmp.record", cli::text(options.ingest.record, "DIR"),
                  R"(where publish "record" and "append" write)");
  command.limit("drain-timeout", cli::duration(options.ingest.drain),
                "on SIGTERM, to see clients off");
}

// How clients come in, and who they have to be.
void add_door_options(cli::Command& command, Words& words, Options& options) {
  command.setting("tls-cert", "tls.cert", cli::texts(words.certificates, "FILE"),
                  "PEM, with its chain");
  command.setting("tls-key", "tls.key", cli::texts(words.keys, "FILE"), "PEM, of each certificate");
  command.setting("tls-ca", "tls.ca", cli::text(options.ca, "FILE"), "whom to trust");
  command.tokens(options.tokens);
  command.users(options.users);
  command.metrics("rtmpMetrics", options.metrics);
  command.setting("reuse-port", "reuse_port", cli::flag(options.tcp.reuse_port),
                  "let other processes listen there too");
  command.option("timeout", cli::duration(options.wait), "tap: how long the stream may be absent");
  command.limit("handshake-timeout", cli::duration(options.ingest.session.link.handshake),
                "from the connection to its end");
  command.limit("idle-timeout", cli::duration(options.ingest.session.idle),
                "who neither publishes nor plays; 0: never");
  command.limit("media-timeout", cli::duration(options.ingest.session.media),
                "publishers that send none; 0: never");
  command.limit("max-connections", cli::count(options.tcp.caps.total), "more are closed at once");
}

}  // namespace

std::optional<Exit> parse_options(int argc, const char* const* argv, Options& options) {
  std::vector<cli::Listen> listen{{"127.0.0.1", 1935, ""}};
  Words words;
  options.tcp.caps.total = 2000;
  options.ingest.publisher_grace = Millis{5000};
  options.ingest.drain = Millis{5000};
  options.ingest.session.idle = Millis{60'000};  // Flash programs may wait for their user
  options.ingest.session.media = Millis{20'000};
  cli::Command command{{"rtmp-ingest", "RTMP door: publish, play, shared objects", kExamples}};
  command.listen("listen", "rtmp", listen, "for all clients");
  std::vector<cli::Listen> tls_listen;
  command.listen("tls-listen", "rtmps", tls_listen, "for clients of rtmps");
  add_door_options(command, words, options);
  add_stream_options(command, options);
  CLI::App* publish =
      command.app().add_subcommand("publish", "FLV from standard input becomes a stream");
  publish->add_option("FROM", words.publish_from, "-")->required();
  publish->add_option("STREAM", words.publish_stream, "live/cam")->required();
  CLI::App* tap = command.app().add_subcommand("tap", "a stream goes to standard output as FLV");
  tap->add_option("STREAM", words.tap_stream, "live/cam")->required();
  tap->add_option("TO", words.tap_to, "-")->required();
  tap->add_option("--for", words.duration, "end after so much of the stream: 10s");
  CLI::App* pull = command.app().add_subcommand("pull", "what a server plays becomes a stream");
  pull->add_option("URL", words.pull_from, "rtmp://host/app/name")->required();
  pull->add_option("STREAM", words.pull_stream, "live/cam")->required();
  CLI::App* push = command.app().add_subcommand("push", "a stream goes to other servers");
  push->add_option("STREAM", words.push_stream, "live/cam")->required();
  push->add_option("URL", words.push_to, "rtmp://host/app/name")->required();
  if (const auto exit = command.parse(argc, argv)) return exit;
  options.hub_address = command.common().hub;
  options.hub_keys = {command.common().key, command.common().hub_key};
  options.ingest.stream.gop_cache = options.gop_cache == "on";
  options.ingest.replace_publisher = options.second_publisher == "replace";
  // Above the bound at which a player skips there is room to tell it so.
  options.tcp.limits.queue_bytes = 2 * options.ingest.stream.player_queue;
  for (const cli::Listen& address : listen) options.listen.push_back({address.host, address.port});
  for (const cli::Listen& address : tls_listen)
    options.tls_listen.push_back({address.host, address.port});
  if (const auto exit = read_certificates(words, options)) return exit;
  if (const auto exit = read_media(options)) return exit;
  if (*publish) options.mode = Mode::kPublish;
  if (*tap) options.mode = Mode::kTap;
  if (*pull) options.mode = Mode::kPull;
  if (*push) options.mode = Mode::kPush;
  if (options.mode == Mode::kServe) return std::nullopt;
  return *publish || *tap ? read_pipe(words, options) : read_relay(words, options);
}

}  // namespace so::ingest
