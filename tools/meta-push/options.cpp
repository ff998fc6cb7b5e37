#include "options.h"

#include <algorithm>
#include <initializer_list>

#include <CLI/CLI.hpp>
#include <fmt/format.h>
#include <fmt/ranges.h>

#include "base/log.h"
#include "cli/command.h"
#include "cli/units.h"
#include "cli/words.h"
#include "wire/path.h"
#include "wsproto/ems.h"

namespace so::meta {
namespace {

constexpr std::string_view kExamples =
    "  echo '{\"lat\":48.2}' | meta-push live/cam      one value\n"
    "  tail -F gps.jsonl | meta-push live/cam        one a line, as they come\n"
    "  meta-push live/cam --file gps.jsonl --rate 5  five a second\n"
    "  meta-push --follow live/cam | jq .data        what others push\n"
    "  meta-push --serve live/cam                    what comes over TCP, on 8110\n"
    "  meta-push --get live/cam                      the latest, once\n"
    "  meta-push --get live/cam --last 10            the ten newest, in order";

// The words of settings that may be absent.
struct Words {
  std::string stream, count, last, rate, timestamp, timeout, from, to;
  bool serve = false;
  std::vector<cli::Listen> listen{{"127.0.0.1", 8110, ""}};
};

// "/" and EvoStream's name for it are every stream.
Result<std::string> stream_named(std::string_view text) {
  auto stream = wire::normal_path(text);
  if (stream && *stream == "/" + std::string{wsproto::kEveryStream}) return std::string{"/"};
  return stream;
}

std::optional<Exit> usage(std::string_view text) {
  log::error("{}", text);
  return Exit::kUsage;
}

// SCHEME://HOST:PORT, with one of these schemes.
std::optional<Exit> read_url(std::string_view flag, std::string_view text,
                             std::initializer_list<std::string_view> schemes,
                             std::optional<net::Address>& address) {
  if (text.empty()) return std::nullopt;
  const std::size_t end = text.find("://");
  const std::string_view scheme = text.substr(0, end);
  if (end == std::string_view::npos || std::ranges::find(schemes, scheme) == schemes.end())
    return usage(fmt::format("{}: \"{}\" does not begin with {}://", flag, text,
                             fmt::join(schemes, ":// or ")));
  auto parsed = net::parse_address(text.substr(end + 3));
  if (!parsed) return usage(fmt::format("{}: {}", flag, parsed.error().text));
  address = *std::move(parsed);
  return std::nullopt;
}

std::optional<Exit> read_doors(const Words& words, Options& options) {
  if (!words.serve) return std::nullopt;
  for (const cli::Listen& listen : words.listen) {
    auto stream = listen.stream.empty() ? options.push.stream : stream_named(listen.stream);
    if (!stream) return usage(stream.error().text);
    options.doors.push_back({{listen.host, listen.port}, *std::move(stream)});
  }
  if (options.doors.empty()) return usage("--serve: there is no inboundJsonMeta acceptor");
  return std::nullopt;
}

// What is done for as long as it is wanted excludes everything that ends.
std::optional<Exit> check_modes(const Options& options) {
  const bool service = !options.doors.empty() || options.from;
  const bool values = !options.values.empty() || !options.files.empty();
  if (service && options.following) return usage("--serve and --from do not go with --follow");
  if (service && values) return usage("--serve and --from take no values");
  if (service && !options.push.key.empty()) return usage("--idempotent is for values that end");
  if (service && options.rate > 0) return usage("--rate is for values that end");
  if (options.push.nmea && !options.values.empty()) return usage("--nmea is for input, not values");
  if (options.to && !options.following) return usage("--to needs --follow");
  return std::nullopt;
}

std::optional<Exit> read_timestamp(std::string_view word, Push::Options& push) {
  if (word.empty() || word == "pts") return std::nullopt;
  if (word == "wall") push.clock = bus::MetaClock::kWall;
  if (word == "none") push.clock = bus::MetaClock::kNone;
  if (push.clock != bus::MetaClock::kStream) return std::nullopt;
  const auto ms = cli::parse_count(word);
  if (!ms || *ms >= std::uint64_t{1} << 53U)
    return usage("--timestamp: not pts, wall, none, or a number of milliseconds");
  push.timestamp = Millis{*ms};
  return std::nullopt;
}

std::optional<Exit> read_numbers(const Words& words, Options& options) {
  if (!words.count.empty()) {
    const auto count = cli::parse_count(words.count);
    if (!count || *count == 0) return usage("--count: not a number from 1");
    options.follow.count = *count;
  }
  if (!words.last.empty()) {
    const auto last = cli::parse_count(words.last);
    if (!last || *last == 0) return usage("--last: not a number from 1");
    options.follow.last = *last;
  }
  if (!words.rate.empty()) {
    const auto rate = cli::parse_count(words.rate);
    if (!rate || *rate == 0 || *rate > 1'000'000) return usage("--rate: not a number from 1");
    options.rate = *rate;
  }
  if (!words.timeout.empty()) {
    const auto timeout = cli::parse_duration(words.timeout);
    if (!timeout) return usage("--timeout: " + timeout.error().text);
    options.timeout = *timeout;
  }
  return std::nullopt;
}

std::optional<Exit> read_words(const Words& words, Options& options) {
  auto stream = stream_named(words.stream);
  if (!stream) return usage(stream.error().text);
  options.push.stream = options.follow.stream = std::move(*stream);
  if (const auto exit = read_numbers(words, options)) return exit;
  if (const auto exit = read_timestamp(words.timestamp, options.push)) return exit;
  if (!options.push.key.empty()) {
    if (const auto good = wire::check_name("--idempotent: the key", options.push.key, 64); !good)
      return usage(good.error().text);
  }
  const bool get = options.follow.only_latest;
  if (get && options.following) return usage("--get and --follow exclude each other");
  if (options.follow.last && !get) return usage("--last needs --get");
  if (options.follow.last && options.follow.stream == "/") return usage("--last is of one stream");
  options.following |= get;
  if (options.following && !(options.values.empty() && options.files.empty())) {
    return usage(get ? "--get takes no values" : "--follow takes no values");
  }
  if (const auto exit = read_doors(words, options)) return exit;
  if (const auto exit = read_url("--from", words.from, {"nmea", "jsonmeta", "tcp"}, options.from))
    return exit;
  options.push.nmea |= words.from.starts_with("nmea:");
  if (const auto exit = read_url("--to", words.to, {"tcp"}, options.to)) return exit;
  return check_modes(options);
}

}  // namespace

std::optional<Exit> parse_options(int argc, const char* const* argv, Options& options) {
  Words words;
  cli::Command command{{"meta-push", "JSON metadata into and out of streams", kExamples}};
  command.option("follow", cli::flag(options.following), "print what others push");
  command.option("get", cli::flag(options.follow.only_latest), "print the latest value, and end");
  command.option("last", cli::text(words.last, "N"), "with --get: the newest N values, in order");
  command.option("latest", cli::flag(options.follow.latest), "print the latest value first");
  command.option("count", cli::text(words.count, "N"), "end after N values printed");
  command.option("to", cli::text(words.to, "URL"), "print to tcp://HOST:PORT, as EvoStream pushes");
  command.option("from", cli::text(words.from, "URL"),
                 "push what nmea:// or jsonmeta://HOST:PORT says");
  command.option("serve", cli::flag(words.serve), "push what those say who connect");
  command.listen_if_any("listen", "inboundJsonMeta", words.listen, "where; or HOST:PORT/STREAM");
  command.limit("max-connections", cli::count(options.caps.total), "of those who connect");
  command.limit("max-per-address", cli::count(options.caps.per_address),
                "of these from one address");
  command.limit("max-queue", cli::size(options.to_queue), "bytes that wait for --to");
  command.option("nmea", cli::flag(options.push.nmea), "the input is NMEA 0183, not JSON");
  command.option("rate", cli::text(words.rate, "N"), "push at most N values a second");
  command.option("timestamp", cli::text(words.timestamp, "WHEN"),
                 "pts (the stream's time), wall, none, or ms");
  command.option("file", cli::texts(options.files, "FILE"), "values from a file; - standard input");
  command.option("idempotent", cli::text(options.push.key, "KEY"),
                 "the Nth value under this key is taken once");
  command.option("timeout", cli::text(words.timeout, "DURATION"),
                 "following: of all; pushing: of an answer, 5s");
  command.app().add_option("STREAM", words.stream, "live/cam")->required();
  cli::add_words(command.app(), "JSON", options.values,
                 "values; without, they are read from standard input");
  if (const auto exit = command.parse(argc, argv)) return exit;
  options.hub_address = command.common().hub;
  options.hub_keys = {command.common().key, command.common().hub_key};
  return read_words(words, options);
}

}  // namespace so::meta
