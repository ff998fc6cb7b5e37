#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/exit_code.h"
#include "cli/policy_file.h"
#include "cli/settings.h"
#include "cli/tokens.h"
#include "cli/users.h"

namespace CLI {
class App;
}

namespace so::cli {

/// What every tool has: --hub, --key, --hub-key, --log-level, --log-format.
struct CommonOptions {
  std::string hub;      // as named; empty: nobody named one, hub_address() knows where to look
  std::string key;      // files for a hub at tcp://: our secret key, and
  std::string hub_key;  // the hub's public one
  std::string log_level = "info";
  std::string log_format = "text";
  std::string config;  // the file that was read; empty: none
};

/// The command line of a tool: one table of settings makes flags, environment variables, keys of
/// the file, --help, --check-config and --print-config. A tool's options.cpp adds its own and calls
/// parse() once:
///
///     Command command{{"fmp4-serve", "live video in browsers", "  fmp4-serve tap live/cam -"}};
///     command.listen("listen", "inboundWSFMP4", options.listen, "where viewers come in");
///     command.limit("max-viewers", count(options.max_viewers), "more are answered 503");
///     if (const auto exit = command.parse(argc, argv)) return exit;
///
/// All fields are borrowed, and must outlive parse().
class Command {
 public:
  struct Text {
    std::string_view tool;
    std::string_view purpose;   // one line
    std::string_view examples;  // lines, indented by two
  };
  explicit Command(Text text);
  ~Command();
  Command(const Command&) = delete;
  Command& operator=(const Command&) = delete;

  /// --flag and SCOPEWIRE_FLAG.
  void option(std::string flag, Value value, std::string help) {
    setting(std::move(flag), "", std::move(value), std::move(help));
  }
  /// The same, and a key of the file: "origins".
  void setting(std::string flag, std::string yaml, Value value, std::string help);
  /// The same, in the tool's own section of `limits`, and shown by --help-limits, not by --help.
  void limit(std::string flag, Value value, std::string help);
  /// Listeners: the acceptors of this protocol in the file. Brings --allow-anonymous. One of those
  /// that are added so has to have an address in the end.
  void listen(std::string flag, std::string_view protocol, std::vector<Listen>& field,
              std::string help);

  /// The same, but an address of these alone is not enough, and none is needed.
  void listen_if_any(std::string flag, std::string_view protocol, std::vector<Listen>& field,
                     std::string help);

  /// The listener for Prometheus and health checks: --metrics, and acceptors of a protocol of the
  /// tool's own, as tools share the file. The last one; there is none unless somebody asks for it.
  void metrics(std::string_view protocol, std::vector<Listen>& field);

  /// What else has to be right before parse() lets the tool start, or --check-config says that all
  /// is well: asked when all fields are set; says what is wrong and answers with the exit code.
  void check(std::function<std::optional<Exit>()> last);

  /// How clients prove who they are: --token-key, --token-issuer, --token-audience,
  /// --token-optional. Where a token is required, listening anywhere needs no --allow-anonymous.
  void tokens(Tokens& field);

  /// Who comes with user and password: --users, --users-ask, --authmod. As with tokens, where all
  /// are asked, listening anywhere needs no --allow-anonymous.
  void users(Users& field);

  /// The rules of the file; nullptr stays where it has none.
  void policy(std::shared_ptr<const policy::Policy>& field);
  /// The rules and hooks of the file, for who runs a hub.
  void rules(Rules& field);

  /// The keys of who runs a hub, in place of a tool's: --key and --tool-keys.
  void hub_keys(std::string& own, std::string& tools);

  /// For subcommands and positional arguments, which are no settings. Include <CLI/CLI.hpp>.
  CLI::App& app();

  /// Fills all fields, and sets up the log. An answer ends the process with that exit code: --help
  /// and the like are printed, an error is said on stderr in one line and a hint.
  std::optional<Exit> parse(int argc, const char* const* argv);

  /// After parse().
  [[nodiscard]] const CommonOptions& common() const;
  [[nodiscard]] bool is_default(std::string_view flag) const;
  /// It was said on the command line, for this tool and no other.
  [[nodiscard]] bool is_said(std::string_view flag) const;

 private:
  struct State;
  struct Listener;
  void add_listener(Listener listener, std::string help);

  std::unique_ptr<State> state_;
};

}  // namespace so::cli
