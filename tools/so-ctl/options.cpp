#include "options.h"

#include <charconv>
#include <map>
#include <utility>
#include <vector>

#include <unistd.h>

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include "base/log.h"
#include "cli/command.h"
#include "cli/print.h"
#include "cli/units.h"
#include "cli/words.h"
#include "completion.h"
#include "json/read.h"
#include "keygen.h"
#include "run.h"
#include "verb_words.h"
#include "wire/path.h"

namespace so::ctl {
namespace {

constexpr std::string_view kExamples =
    "  so-ctl watch /chat/room1 chat | jq .changes\n"
    "  so-ctl serve /chat sum ./sum.sh & so-ctl call /chat sum 1 2";

struct VerbWords {
  std::string_view name;
  std::string_view help;
  Verb verb;
  std::size_t least;  // words after the scope
  std::size_t most;
};
constexpr std::size_t kAny = 1000;
constexpr std::array kVerbs{
    VerbWords{"get", "SCOPE OBJECT [KEY]: print a value, or all", Verb::kGet, 1, 2},
    VerbWords{"set", "SCOPE OBJECT KEY VALUE: set it to a JSON value", Verb::kChange, 3, 3},
    VerbWords{"del", "SCOPE OBJECT KEY: delete an attribute", Verb::kChange, 2, 2},
    VerbWords{"clear", "SCOPE OBJECT: delete all attributes", Verb::kChange, 1, 1},
    VerbWords{"drop", "SCOPE OBJECT: end an object that nobody uses", Verb::kDrop, 1, 1},
    VerbWords{"send", "SCOPE OBJECT HANDLER [ARG...]: tell all users", Verb::kChange, 2, kAny},
    VerbWords{"watch", "SCOPE OBJECT: print the object and its changes", Verb::kWatch, 1, 1},
    VerbWords{"record", "SCOPE OBJECT: print what is done to it, with times", Verb::kRecord, 1, 1},
    VerbWords{"replay", "SCOPE OBJECT: do again what stdin recorded", Verb::kReplay, 1, 1},
    VerbWords{"bench", "SCOPE OBJECT: write as fast as it goes", Verb::kBench, 1, 1},
    VerbWords{"call", "SCOPE METHOD [ARG...]: call it, print the result", Verb::kCall, 1, kAny},
    VerbWords{"serve", "SCOPE METHOD [COMMAND...]: answer its calls", Verb::kServe, 1, kAny},
    VerbWords{"emit", "SCOPE EVENT [DATA]: tell its clients, or one", Verb::kEmit, 1, 2},
    VerbWords{"inbox", "IDENTITY: print what it is told, and was", Verb::kInbox, 1, 1},
    VerbWords{"notify", "IDENTITY MESSAGE: tell it, now or later", Verb::kNotify, 2, 2},
    VerbWords{"kick", "MEMBER [REASON]: end its connection", Verb::kKick, 1, 2},
    VerbWords{"ls", "[streams] [SCOPE]: print what there is", Verb::kList, 0, 0},
    VerbWords{"stat", "[SCOPE [OBJECT]]: print what the hub counted", Verb::kStat, 0, 1},
    VerbWords{"top", "[SCOPE]: show who is busy, again and again", Verb::kTop, 0, 0},
    VerbWords{"export", "[SCOPE]: print the objects there and below", Verb::kExport, 0, 0},
    VerbWords{"import", "make objects of what was exported, from stdin", Verb::kImport, 0, 0},
    VerbWords{"token", "print a token for clients, signed with --sign-key", Verb::kToken, 0, 0},
    VerbWords{"keygen", "NAME: make NAME.key and NAME.pub for tcp://", Verb::kKeygen, 1, 1},
    VerbWords{"completion", "bash|zsh: print what completes the words", Verb::kCompletion, 1, 1},
};

bool needs_nobody(Verb verb) {
  return verb == Verb::kCompletion || verb == Verb::kToken || verb == Verb::kKeygen;
}

/// Options that some verbs alone have: so-ctl VERB --help shows them.
struct OwnOption {
  const char* flag;
  std::string_view verb;
};
constexpr std::array kOwnOptions{
    OwnOption{"--text", "set"},        OwnOption{"--text", "send"},
    OwnOption{"--text", "call"},       OwnOption{"--pattern", "drop"},
    OwnOption{"--every", "top"},       OwnOption{"--speed", "replay"},
    OwnOption{"--under-way", "bench"}, OwnOption{"--size", "bench"},
    OwnOption{"--all", "export"},      OwnOption{"--to", "call"},
    OwnOption{"--sign-key", "token"},  OwnOption{"--sub", "token"},
    OwnOption{"--role", "token"},      OwnOption{"--for", "token"},
    OwnOption{"--json", "call"},       OwnOption{"--jobs", "serve"},
    OwnOption{"--share", "serve"},     OwnOption{"--route", "emit"},
    OwnOption{"--lifetime", "inbox"},  OwnOption{"--connections", "inbox"},
    OwnOption{"--count", "watch"},     OwnOption{"--count", "record"},
    OwnOption{"--count", "top"},       OwnOption{"--count", "bench"},
    OwnOption{"--count", "inbox"},     OwnOption{"--persistent", "set"},
    OwnOption{"--persistent", "send"}, OwnOption{"--persistent", "watch"},
    OwnOption{"--to", "emit"}};

void show_own_options(CLI::App& app) {
  std::map<std::string_view, std::string> lines;
  for (const auto& [flag, verb] : kOwnOptions) {
    CLI::Option* option = app.get_option(flag);
    const std::string words = fmt::format("{} {}", flag, option->get_option_text());
    lines[verb] += fmt::format("  {:<28}{}\n", words, option->get_description());
    option->group("");  // not in the help of all
  }
  for (const auto& [verb, text] : lines) {
    app.get_subcommand(std::string{verb})->footer("Options of " + std::string{verb} + ":\n" + text);
  }
}

// ws:// and rtmp:// have the scope in their path.
Status read_way(const std::string& at, Options& options) {
  if (at.starts_with("rtmp://") || at.starts_with("rtmps://")) {
    auto url = rtmp::parse_url(at);
    if (!url) return fail_usage("--at: " + url.error().text);
    options.way = Way::kRtmp;
    options.rtmp = std::move(*url);
    return {};
  }
  auto url = net::parse_url(at);
  if (!url) return fail_usage("--at: " + url.error().text);
  if (url->scheme != "ws")
    return fail_usage("--at: " + url->scheme + ":// is no way in; ws:// and rtmp:// are");
  options.way = Way::kWebSocket;
  options.web = std::move(*url);
  return {};
}

Status read_scope(std::vector<std::string>& rest, const VerbWords& verb, Options& options) {
  const bool in_url = options.way != Way::kBus;
  const bool none = verb.verb == Verb::kKick || verb.verb == Verb::kInbox ||
                    verb.verb == Verb::kNotify || verb.verb == Verb::kImport ||
                    needs_nobody(verb.verb);
  const bool may_lack = verb.verb == Verb::kList || needs_bus(verb.verb);
  if (verb.verb == Verb::kList && !rest.empty() && rest.front() == "streams") {
    options.command.streams = true;
    rest.erase(rest.begin());
  }
  if (in_url || none || (may_lack && rest.empty())) return {};
  if (rest.empty()) return fail_usage("SCOPE is missing, as /chat/room1");
  auto scope = wire::normal_path(rest.front());
  if (!scope) return fail_usage("SCOPE: " + scope.error().text);
  options.command.scope = std::move(*scope);
  rest.erase(rest.begin());
  return {};
}

Status read_claims(Options& options) {
  if (options.claims.empty()) return {};
  auto claims = json::normalise(options.claims);
  if (!claims || !claims->starts_with('{')) return fail_usage("--claims: not a JSON object");
  options.claims = std::move(*claims);
  return {};
}

Status read_bounds(const Words& words, Command& command) {
  if (!words.count.empty()) {
    const auto count = cli::parse_count(words.count);
    if (!count || *count == 0) return fail_usage("--count: not a number from 1");
    command.count = *count;
  }
  if (!words.every.empty()) {
    const auto every = cli::parse_duration(words.every);
    if (!every || *every < Millis{1}) return fail_usage("--every: not a duration");
    command.every = *every;
  }
  if (!words.speed.empty()) {
    const auto [end, error] =
        std::from_chars(words.speed.data(), words.speed.data() + words.speed.size(), command.speed);
    const bool all = end == words.speed.data() + words.speed.size();
    if (error != std::errc{} || !all || command.speed < 0) {
      return fail_usage("--speed: not a number from 0");
    }
  }
  if (!words.lifetime.empty()) {
    const auto lifetime = cli::parse_duration(words.lifetime);
    if (!lifetime) return fail_usage("--lifetime: " + lifetime.error().text);
    command.lifetime = *lifetime;
  }
  if (words.timeout.empty()) return {};
  const auto timeout = cli::parse_duration(words.timeout);
  if (!timeout) return fail_usage("--timeout: " + timeout.error().text);
  command.timeout = *timeout;
  constexpr Millis kLongestCall{300'000};
  if (command.verb == Verb::kCall && (*timeout < Millis{1} || *timeout > kLongestCall)) {
    return fail_usage("--timeout: a call waits 1ms to 5m");
  }
  return {};
}

// Who is on the bus is trusted.
Status read_token_file(const std::string& file, Options& options) {
  if (file.empty()) return {};
  if (options.way == Way::kBus) return fail_usage("--token-file is for --at URL");
  auto token = read_token(file);
  if (!token) return fail(token.error());
  options.token = *std::move(token);
  return {};
}

Status read_words(Words& words, const VerbWords& verb, Options& options) {
  Command& command = options.command;
  command.verb = verb.verb;
  if (!words.at.empty()) {
    if (auto way = read_way(words.at, options); !way) return way;
  }
  if (auto token = read_token_file(words.token_file, options); !token) return token;
  if (auto scope = read_scope(words.rest, verb, options); !scope) return scope;
  if (words.rest.size() < verb.least || words.rest.size() > verb.most) {
    return fail_usage("so-ctl " + std::string{verb.name} + " " +
                      std::string{verb.help.substr(0, verb.help.find(':'))} +
                      (options.way == Way::kBus ? "" : "  (with --at, SCOPE is in the URL)"));
  }
  if (needs_bus(verb.verb) && options.way != Way::kBus) {
    return fail_usage("so-ctl " + std::string{verb.name} + " works over the bus, not with --at");
  }
  if (auto rest = read_rest(words, verb.name, command); !rest) return rest;
  command.repeatable = verb.verb == Verb::kChange && options.way != Way::kRtmp;
  command.tree = verb.verb == Verb::kList && isatty(STDOUT_FILENO) != 0;
  return read_bounds(words, command);
}

Exit complete(const std::vector<std::string>& rest, const CLI::App& app) {
  std::vector<std::string> verbs;
  verbs.reserve(kVerbs.size());
  for (const VerbWords& verb : kVerbs) verbs.emplace_back(verb.name);
  std::vector<std::string> flags;
  for (const CLI::Option* option : app.get_options()) {
    for (const std::string& name : option->get_lnames()) flags.push_back("--" + name);
  }
  const auto script = completion(rest.empty() ? "" : rest.front(), verbs, flags);
  if (!script) {
    log::error("so-ctl completion bash|zsh");
    return Exit::kUsage;
  }
  cli::print(as_bytes(*script));
  return Exit::kOk;
}

// What needs neither a hub nor a door, or fails.
Exit do_alone(const Words& words, Verb verb, const CLI::App& app) {
  if (verb == Verb::kCompletion) return complete(words.rest, app);
  if (verb == Verb::kKeygen) return keygen(words.rest.front());
  TokenPlan plan = words.token;
  if (!words.lasting.empty()) {
    const auto lasting = cli::parse_duration(words.lasting);
    if (!lasting) {
      log::error("--for: {}", lasting.error().text);
      return Exit::kUsage;
    }
    plan.lasting = *lasting;
  }
  const auto token = make_token(plan, wall_now());
  if (!token) {
    log::error("{}", token.error().text);
    return Exit::kUsage;
  }
  cli::print_line(*token);
  return Exit::kOk;
}

}  // namespace

std::optional<Exit> parse_options(int argc, const char* const* argv, Options& options) {
  Words words;
  cli::Command command{{"so-ctl", "the shell's hand on scopes and shared objects", kExamples}};
  command.option("at", cli::text(words.at, "URL"),
                 "not the bus but ws://HOST/SCOPE, rtmp://HOST/SCOPE");
  command.option("claims", cli::text(options.claims, "JSON"),
                 "on the bus: do it as somebody with these claims");
  command.option("token-file", cli::text(words.token_file, "FILE"),
                 "with --at: it holds a token, of who we are");
  command.option("sign-key", cli::text(words.token.key, "FILE"),
                 "a secret, or a private key in PEM");
  command.option("sub", cli::text(words.token.sub, "NAME"), "of whom it is");
  command.option("role", cli::text(words.token.role, "ROLE"), "for the policy");
  command.option("for", cli::text(words.lasting, "DURATION"), "until it expires, 1h");
  command.option("text", cli::flag(words.text), "VALUE is a string as it stands, not JSON");
  command.option("persistent", cli::flag(options.command.persistent),
                 "use the object as a persistent one");
  command.option("count", cli::text(words.count, "N"), "end after N lines, screens or writes");
  command.option("timeout", cli::text(words.timeout, "DURATION"),
                 "of an answer, 5s; of a call, 10s; of watch, never");
  command.option("every", cli::text(words.every, "DURATION"), "between two screens, 1s");
  command.option("speed", cli::text(words.speed, "X"), "2 is twice as fast as recorded, 0 at once");
  command.option("under-way", cli::count(options.command.under_way), "writes at a time");
  command.option("size", cli::size(options.command.bytes), "bytes of a value");
  command.option("all", cli::flag(options.command.all), "what is not persistent too");
  command.option("pattern", cli::flag(options.command.pattern), "OBJECT is a pattern of names");
  command.option("to", cli::text(options.command.to, "MEMBER"), "call: it answers; emit: only it");
  command.option("lifetime", cli::text(words.lifetime, "DURATION"),
                 "of the mailbox when nobody reads it, 168h");
  command.option("connections", cli::count(options.command.connections),
                 "that read it; the oldest gives way");
  command.option("route", cli::text(options.command.route, "ROUTE"),
                 "chat, or scopewire.v1: those");
  command.option("json", cli::flag(words.json), "ARG is all arguments, one JSON array");
  command.option("jobs", cli::text(words.jobs, "N"), "commands at once, 4");
  command.option("share", cli::flag(options.command.share), "others may take turns");
  std::vector<CLI::App*> subcommands;
  for (const VerbWords& verb : kVerbs) {
    CLI::App* sub = command.app().add_subcommand(std::string{verb.name}, std::string{verb.help});
    cli::add_words(*sub, "WORDS", words.rest, "");
    subcommands.push_back(sub);
  }
  show_own_options(command.app());
  command.app().require_subcommand(1);
  const cli::Shielded shielded{argc, argv};
  if (const auto exit = command.parse(shielded.argc(), shielded.argv())) return exit;
  cli::Shielded::unshield(words.rest);
  options.hub_address = command.common().hub;
  options.hub_keys = {command.common().key, command.common().hub_key};
  if (const auto read = read_claims(options); !read) {
    log::error("{}", read.error().text);
    return Exit::kUsage;
  }
  for (std::size_t i = 0; i < kVerbs.size(); ++i) {
    if (!*subcommands[i]) continue;
    words.token.claims = options.claims;
    if (needs_nobody(kVerbs.at(i).verb) && words.rest.size() == kVerbs.at(i).least) {
      return do_alone(words, kVerbs.at(i).verb, command.app());
    }
    if (const auto read = read_words(words, kVerbs.at(i), options); !read) {
      log::error("{}", read.error().text);
      return Exit::kUsage;
    }
  }
  return std::nullopt;
}

}  // namespace so::ctl
