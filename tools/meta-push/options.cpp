#include "options.h"

#include <CLI/CLI.hpp>

#include "base/log.h"
#include "cli/command.h"
#include "cli/units.h"
#include "cli/words.h"
#include "wire/path.h"

namespace so::meta {
namespace {

constexpr std::string_view kExamples =
    "  echo '{\"lat\":48.2}' | meta-push live/cam      one value\n"
    "  tail -F gps.jsonl | meta-push live/cam        one a line, as they come\n"
    "  meta-push live/cam --file gps.jsonl --rate 5  five a second\n"
    "  meta-push --follow live/cam | jq .data        what others push\n"
    "  meta-push --get live/cam                      the latest, once";

// The words of settings that may be absent.
struct Words {
  std::string stream, count, rate, timestamp, timeout;
};

std::optional<Exit> usage(std::string_view text) {
  log::error("{}", text);
  return Exit::kUsage;
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

std::optional<Exit> read_words(const Words& words, Options& options) {
  auto stream = wire::normal_path(words.stream);
  if (!stream) return usage(stream.error().text);
  options.push.stream = options.follow.stream = std::move(*stream);
  if (!words.count.empty()) {
    const auto count = cli::parse_count(words.count);
    if (!count || *count == 0) return usage("--count: not a number from 1");
    options.follow.count = *count;
  }
  if (!words.rate.empty()) {
    const auto rate = cli::parse_count(words.rate);
    if (!rate || *rate == 0 || *rate > 1'000'000) return usage("--rate: not a number from 1");
    options.rate = *rate;
  }
  if (const auto exit = read_timestamp(words.timestamp, options.push)) return exit;
  if (!options.push.key.empty()) {
    if (const auto good = wire::check_name("--idempotent: the key", options.push.key, 64); !good)
      return usage(good.error().text);
  }
  if (!words.timeout.empty()) {
    const auto timeout = cli::parse_duration(words.timeout);
    if (!timeout) return usage("--timeout: " + timeout.error().text);
    options.timeout = *timeout;
  }
  const bool get = options.follow.only_latest;
  if (get && options.following) return usage("--get and --follow exclude each other");
  options.following |= get;
  if (options.following && !(options.values.empty() && options.files.empty())) {
    return usage(get ? "--get takes no values" : "--follow takes no values");
  }
  return std::nullopt;
}

}  // namespace

std::optional<Exit> parse_options(int argc, const char* const* argv, Options& options) {
  Words words;
  cli::Command command{{"meta-push", "JSON metadata into and out of streams", kExamples}};
  command.option("follow", cli::flag(options.following), "print what others push");
  command.option("get", cli::flag(options.follow.only_latest), "print the latest value, and end");
  command.option("latest", cli::flag(options.follow.latest), "print the latest value first");
  command.option("count", cli::text(words.count, "N"), "end after N values printed");
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
