#include "cli/command.h"

#include <algorithm>
#include <array>
#include <cstdio>

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include "base/log.h"
#include "cli/policy_show.h"
#include "cli/runtime_dir.h"
#include "cli/suggest.h"

namespace so::cli {

struct Command::Listener {
  std::string flag;
  std::string_view protocol;
  std::vector<Listen>* field;
  bool needed;  // one of those that are has to have an address in the end
};

struct Command::State {
  explicit State(Text text)
      : tool(text.tool), app(std::string{text.purpose}, tool), settings(tool) {}

  std::string tool;
  CLI::App app;
  Settings settings;
  CommonOptions common;
  Config config;
  std::shared_ptr<const policy::Policy>* policy = nullptr;
  std::shared_ptr<const std::vector<policy::Hook>>* hooks = nullptr;
  Tokens* tokens = nullptr;
  Users* users = nullptr;
  std::vector<Listener> listeners;
  bool is_hub = false;
  bool allow_anonymous = false;
  std::vector<std::string> limits;
  bool help_limits = false;
  bool check_config = false;
  std::function<std::optional<Exit>()> last_check;
  bool print_config = false;

  void add_flag(const std::string& flag, const Value& value, const std::string& help);
  std::optional<Exit> read_words(int argc, const char* const* argv);
  [[nodiscard]] std::string unexpected() const;
  [[nodiscard]] Flags flags_given() const;
  Status apply();
  [[nodiscard]] Status apply_tokens() const;
  [[nodiscard]] Status check_listeners() const;
  void print() const;
  void print_limits() const;
  [[nodiscard]] Exit refuse(std::string_view why) const;
};

namespace {

Value hub_value(std::string& field) {
  Value value = text(field, "ADDRESS");
  value.show = [&field] {
    return std::vector{field.empty() ? RuntimeDir::choose().hub_address() : field};
  };
  return value;
}

const std::array<std::pair<std::string, log::Level>, 4> kLevels{{{"error", log::Level::kError},
                                                                 {"warn", log::Level::kWarn},
                                                                 {"info", log::Level::kInfo},
                                                                 {"debug", log::Level::kDebug}}};

std::vector<std::string> log_levels() {
  std::vector<std::string> names;
  names.reserve(kLevels.size());
  for (const auto& [name, level] : kLevels) names.push_back(name);
  return names;
}

void set_up_log(const CommonOptions& common) {
  for (const auto& [name, level] : kLevels) {
    if (common.log_level == name) log::set_level(level);
  }
  log::set_json(common.log_format == "json");
}

// CLI11 begins its texts with a capital letter, and they may have several lines.
std::string in_our_words(std::string_view text) {
  std::string words{text.substr(0, text.find('\n'))};
  const bool word = words.size() > 1 && words[0] >= 'A' && words[0] <= 'Z' &&
                    (words[1] == ' ' || (words[1] >= 'a' && words[1] <= 'z'));
  if (word) words[0] = static_cast<char>(words[0] - 'A' + 'a');
  return words;
}

}  // namespace

Command::Command(Text text) : state_(std::make_unique<State>(text)) {
  CLI::App& app = state_->app;
  log::set_name(text.tool);
  app.fallthrough();
  app.set_version_flag("--version", fmt::format("{} {}", text.tool, SO_VERSION),
                       "print the version and end");
  app.get_help_ptr()->description("print this and end");
  app.get_formatter()->column_width(30);
  for (const auto* noise : {"TEXT", "REQUIRED"}) app.get_formatter()->label(noise, "");
  app.footer(
      fmt::format("Every option is a variable too, as SCOPEWIRE_HUB, and many are keys of "
                  "the file;\nthe option wins, then the variable. See man {}, "
                  "man scopewire.yaml.\n\nExamples:\n{}",
                  text.tool, text.examples));
}

Command::~Command() = default;

void Command::State::add_flag(const std::string& flag, const Value& value,
                              const std::string& help) {
  const std::string name = "--" + flag;
  if (value.placeholder.empty()) {
    app.add_flag(name, help);
    return;
  }
  const std::string now = fmt::format("{}", fmt::join(value.show(), ", "));
  auto* option = app.add_option(name, CLI::callback_t{},
                                now.empty() ? help : fmt::format("{} [{}]", help, now));
  option->option_text(value.placeholder)->expected(1);
  option->multi_option_policy(value.is_list ? CLI::MultiOptionPolicy::TakeAll
                                            : CLI::MultiOptionPolicy::TakeLast);
}

void Command::setting(std::string flag, std::string yaml, Value value, std::string help) {
  state_->add_flag(flag, value, help);
  state_->settings.add({std::move(flag), std::move(yaml), std::move(help), std::move(value)});
}

void Command::limit(std::string flag, Value value, std::string help) {
  state_->add_flag(flag, value, help);
  state_->app.get_option("--" + flag)->group("");  // --help is one screen
  state_->limits.push_back(flag);
  state_->settings.add_limit(std::move(flag), std::move(help), std::move(value));
}

void Command::listen(std::string flag, std::string_view protocol, std::vector<Listen>& field,
                     std::string help) {
  add_listener({std::move(flag), protocol, &field, true}, std::move(help));
}

void Command::listen_if_any(std::string flag, std::string_view protocol, std::vector<Listen>& field,
                            std::string help) {
  add_listener({std::move(flag), protocol, &field, false}, std::move(help));
}

void Command::metrics(std::string_view protocol, std::vector<Listen>& field) {
  add_listener({"metrics", protocol, &field, false}, "GET /metrics (Prometheus) and /healthz");
}

void Command::add_listener(Listener listener, std::string help) {
  setting(listener.flag, fmt::format("acceptors.{}", listener.protocol), addresses(*listener.field),
          std::move(help));
  if (state_->listeners.empty()) {
    setting("allow-anonymous", "allow_anonymous", cli::flag(state_->allow_anonymous),
            "listen anywhere; all who reach it come in");
  }
  state_->listeners.push_back(std::move(listener));
}

void Command::check(std::function<std::optional<Exit>()> last) {
  state_->last_check = std::move(last);
}

void Command::tokens(Tokens& field) {
  state_->tokens = &field;
  setting("token-key", "tokens.keys", texts(field.files, "FILE"),
          "clients bring tokens that this key has signed");
  setting("token-issuer", "tokens.issuer", text(field.issuer, "NAME"), "their iss");
  setting("token-audience", "tokens.audience", text(field.audience, "NAME"), "in their aud");
  setting("token-optional", "tokens.optional", flag(field.optional),
          "who brings none comes in as anonymous");
}

void Command::users(Users& field) {
  state_->users = &field;
  setting("users", "users.file", text(field.file, "FILE"),
          "encoders have a user and password of it");
  setting("users-ask", "users.ask", choice(field.ask, "WHOM", {"publish", "all"}),
          "who is asked: publish or all");
  setting("authmod", "users.authmod", choice(field.scheme, "HOW", {"adobe", "llnw"}),
          "how they are asked: adobe, llnw");
}

void Command::policy(std::shared_ptr<const policy::Policy>& field) {
  state_->policy = &field;
}

void Command::rules(Rules& field) {
  state_->policy = &field.policy;
  state_->hooks = &field.hooks;
}

void Command::hub_keys(std::string& own, std::string& tools) {
  state_->is_hub = true;
  setting("key", "hub_secret_key", text(own, "FILE"), "over tcp://: our secret key");
  setting("tool-keys", "tool_keys", text(tools, "FILE"), "over tcp://: who may come in");
}

CLI::App& Command::app() {
  return state_->app;
}

const CommonOptions& Command::common() const {
  return state_->common;
}

bool Command::is_default(std::string_view flag) const {
  return state_->settings.at(flag).origin == "default";
}

bool Command::is_said(std::string_view flag) const {
  return state_->settings.at(flag).origin.starts_with("--");
}

std::optional<Exit> Command::parse(int argc, const char* const* argv) {
  State& state = *state_;
  CommonOptions& common = state.common;
  setting("hub", "hub", hub_value(common.hub), "where the hub is");
  if (!state.is_hub) {
    setting("key", "key", text(common.key, "FILE"), "over tcp://: our secret key");
    setting("hub-key", "hub_key", text(common.hub_key, "FILE"),
            "over tcp://: the hub's public key");
  }
  setting("log-level", "log.level", choice(common.log_level, "LEVEL", log_levels()),
          "error, warn, info or debug");
  setting("log-format", "log.format", choice(common.log_format, "FORMAT", {"text", "json"}),
          "text or json");
  option("config", text(common.config, "FILE"), "read scopewire.yaml from here");
  if (!state.limits.empty()) {
    state.app.add_flag("--help-limits", state.help_limits, "print the options for limits, and end");
  }
  state.app.add_flag("--check-config", state.check_config, "say if all is well, and end");
  state.app.add_flag("--print-config", state.print_config, "print all with origins, and end");

  if (const auto exit = state.read_words(argc, argv)) return exit;
  if (state.help_limits) {
    state.print_limits();
    return Exit::kOk;
  }
  if (const auto status = state.apply(); !status) return state.refuse(status.error().text);
  set_up_log(common);
  if (state.print_config) state.print();
  if (state.last_check && (state.check_config || !state.print_config)) {
    if (const auto exit = state.last_check()) return exit;
  }
  if (state.check_config) fmt::print("configuration: ok\n");
  if (state.print_config || state.check_config) return Exit::kOk;
  return std::nullopt;
}

// nullopt: read, and there is more to do.
std::optional<Exit> Command::State::read_words(int argc, const char* const* argv) {
  try {
    app.parse(argc, argv);
    return std::nullopt;
  } catch (const CLI::CallForVersion& version) {
    fmt::print("{}\n", version.what());
    return Exit::kOk;
  } catch (const CLI::CallForHelp&) {
    fmt::print("{}", app.help());
    return Exit::kOk;
  } catch (const CLI::ExtrasError&) {
    return refuse(unexpected());
  } catch (const CLI::RequiredError& error) {
    if (!app.remaining(true).empty()) return refuse(unexpected());
    if (check_config || print_config || help_limits)
      return std::nullopt;  // what is missing is not asked for
    return refuse(in_our_words(error.what()));
  } catch (const CLI::ArgumentMismatch& error) {
    const std::string_view text = error.what();
    return refuse(fmt::format("{} needs a value", text.substr(0, text.find(':'))));
  } catch (const CLI::ParseError& error) {
    return refuse(in_our_words(error.what()));
  }
}

std::string Command::State::unexpected() const {
  const auto rest = app.remaining(true);
  const std::string first = rest.empty() ? "" : rest.front();
  std::vector<std::string> known;
  if (!first.starts_with('-')) {
    if (app.get_subcommands().empty()) {
      for (const auto* command : app.get_subcommands({})) known.push_back(command->get_name());
    }
    return fmt::format("unexpected \"{}\"{}", first, suggestion(first, known));
  }
  for (const auto* option : app.get_options()) {
    for (const auto& name : option->get_lnames()) known.push_back("--" + name);
  }
  const std::string name = first.substr(0, first.find('='));
  return fmt::format("unknown option {}{}", name, suggestion(name, known));
}

Flags Command::State::flags_given() const {
  Flags flags;
  for (const Setting& setting : settings.all()) {
    const auto* option = app.get_option("--" + setting.flag);
    if (option->count() == 0) continue;
    auto& words = flags[setting.flag] = option->results();
    if (!setting.value.is_list) words = {words.back()};
  }
  return flags;
}

Status Command::State::apply() {
  const Flags flags = flags_given();
  if (auto status = settings.apply_alone("config", flags); !status) return status;
  if (!common.config.empty()) {
    auto loaded = load_config(common.config);
    if (!loaded) return fail(loaded.error());
    config = *std::move(loaded);
  }
  if (auto status = settings.apply(flags, config); !status) return status;
  if (policy != nullptr && config.policy) *policy = config.policy;
  if (hooks != nullptr && config.hooks) *hooks = config.hooks;
  if (tokens != nullptr) {
    if (auto status = apply_tokens(); !status) return status;
  }
  if (users != nullptr && !users->file.empty()) {
    auto passwords = read_passwords(users->file);
    if (!passwords) return fail(passwords.error());
    users->passwords = *std::move(passwords);
  }
  return check_listeners();
}

// What is said of tokens while nobody looks at them is a mistake that lets all in.
Status Command::State::apply_tokens() const {
  if (!tokens->files.empty()) return read_keys(*tokens);
  const std::array<std::pair<const char*, bool>, 3> all{
      {{"token-issuer", !tokens->issuer.empty()},
       {"token-audience", !tokens->audience.empty()},
       {"token-optional", tokens->optional}}};
  for (const auto& [flag, said] : all) {
    if (!said) continue;
    return fail(Code::kUsage, fmt::format("{}: no --token-key, so tokens are not looked at",
                                          settings.at(flag).origin));
  }
  return {};
}

Status Command::State::check_listeners() const {
  const bool proven =
      (tokens != nullptr && tokens->required()) || (users != nullptr && users->required());
  const auto serves = [](const Listener& each) { return each.needed && !each.field->empty(); };
  const auto first = std::ranges::find_if(listeners, &Listener::needed);
  if (first != listeners.end() && std::ranges::none_of(listeners, serves)) {
    return fail(Code::kUsage, fmt::format("nothing to listen on: no --{}, no {} acceptor in {}",
                                          first->flag, first->protocol, config.file));
  }
  for (const Listener& listener : listeners) {
    for (const Listen& listen : *listener.field) {
      if (auto status = may_listen(listen, allow_anonymous || proven); !status) {
        return fail(Code::kUsage,
                    fmt::format("{}: {}", settings.at(listener.flag).origin, status.error().text));
      }
    }
  }
  return {};
}

void Command::State::print() const {
  fmt::print("{}", settings.show());
  if (policy != nullptr && *policy) fmt::print("{}", show_policy((*policy)->tables(), config.file));
  if (hooks != nullptr && *hooks) fmt::print("{}", show_hooks(**hooks, config.file));
}

void Command::State::print_limits() const {
  for (const std::string& limit : limits) {
    const CLI::Option* option = app.get_option("--" + limit);
    const std::string words = fmt::format("--{} {}", limit, option->get_option_text());
    fmt::print("  {:<30}{}\n", words, option->get_description());
  }
}

Exit Command::State::refuse(std::string_view why) const {
  fmt::print(stderr, "{}: {}\nTry: {} --help\n", tool, why, tool);
  return Exit::kUsage;
}

}  // namespace so::cli
