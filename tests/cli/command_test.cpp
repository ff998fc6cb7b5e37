#include "cli/command.h"

#include <array>
#include <fstream>
#include <sstream>
#include <string>
#include <vector>

#include <CLI/CLI.hpp>
#include <doctest/doctest.h>

#include "base/log.h"
#include "cli/words.h"
#include "policy/policy.h"
#include "support/captured.h"
#include "support/environment.h"

using namespace so;
using cli::Command;

namespace {

/// A tool with one of each, run with some words.
struct Run {
  std::vector<cli::Listen> rtmp{{"127.0.0.1", 1935, ""}};
  std::vector<cli::Listen> meta{{"127.0.0.1", 8210, ""}};
  std::uint32_t peers = 512;
  bool standalone = false;
  std::vector<std::string> origins;
  std::string stream, direction;
  std::shared_ptr<const policy::Policy> policy;
  cli::Tokens tokens;
  cli::CommonOptions common;
  bool meta_is_default = false;
  bool debug_is_logged = false;
  std::optional<Exit> exit;
  std::string out, err;

  explicit Run(std::vector<const char*> words) {
    test::Captured to_out{stdout};
    test::Captured to_err{stderr};
    Command command{{"tool", "does one thing", "  tool tap live/cam -"}};
    command.listen("listen", "rtmp", rtmp, "where publishers come in");
    command.listen("meta-listen", "wsJsonMeta", meta, "where metadata goes out");
    command.limit("max-peers", cli::count(peers), "more are refused");
    command.option("standalone", cli::flag(standalone), "no hub");
    command.setting("origin", "origins", cli::texts(origins, "ORIGIN"), "pages that may connect");
    command.policy(policy);
    command.tokens(tokens);
    auto* tap = command.app().add_subcommand("tap", "writes a stream to stdout");
    tap->add_option("STREAM", stream, "its path")->required();
    tap->add_option("TO", direction, "-");
    words.insert(words.begin(), "tool");
    exit = command.parse(static_cast<int>(words.size()), words.data());
    common = command.common();
    meta_is_default = command.is_default("meta-listen");
    out = to_out.take();
    err = to_err.take();
    debug_is_logged = log::enabled(log::Level::kDebug);
    log::set_level(log::Level::kInfo);
    log::set_json(false);
  }
};

struct File {
  std::string path = "/tmp/so-cli-XXXXXX";
  explicit File(std::string_view text) {
    const int fd = mkstemp(path.data());
    REQUIRE(write(fd, text.data(), text.size()) == static_cast<ssize_t>(text.size()));
    close(fd);
  }
  ~File() { unlink(path.c_str()); }
};

}  // namespace

TEST_CASE("without words everything is as built in, and nothing is said") {
  const Run run{{}};
  CHECK_FALSE(run.exit);
  CHECK(run.peers == 512);
  CHECK(run.common.hub.empty());
  CHECK(run.meta_is_default);
  CHECK((run.out + run.err).empty());
}

TEST_CASE(
    "options are taken before and after a subcommand, a dash is a word, the last one counts") {
  const Run run{{"--hub", "ipc:///a", "--max-peers=7", "tap", "live/cam", "-", "--max-peers", "9",
                 "--standalone", "--origin", "a", "--origin", "b"}};
  CHECK_FALSE(run.exit);
  CHECK(run.err.empty());
  CHECK(run.common.hub == "ipc:///a");
  CHECK(run.peers == 9);
  CHECK(run.standalone);
  CHECK(run.stream == "live/cam");
  CHECK(run.direction == "-");
  CHECK(run.origins == std::vector<std::string>{"a", "b"});
}

TEST_CASE("a wrong word is a line that says what was meant, a hint, and exit code 2") {
  struct Case {
    std::vector<const char*> words;
    std::string why;
  };
  for (const Case& c : std::array{
           Case{{"--lisen", "x"}, R"(unknown option --lisen, did you mean "--listen"?)"},
           Case{{"--max-pears=5"}, R"(unknown option --max-pears, did you mean "--max-peers"?)"},
           Case{{"tap", "live/cam", "--hbu=x"}, R"(unknown option --hbu, did you mean "--hub"?)"},
           Case{{"--zebra"}, "unknown option --zebra"}, Case{{"-x"}, "unknown option -x"},
           Case{{"tpa"}, R"(unexpected "tpa", did you mean "tap"?)"},
           Case{{"tap", "a", "b", "c"}, R"(unexpected "c")"}, Case{{"tap"}, "STREAM is required"},
           Case{{"tap", "--hbu=x"}, R"(unknown option --hbu, did you mean "--hub"?)"},
           Case{{"--hub"}, "--hub needs a value"},
           Case{{"--max-peers", "many"}, R"(--max-peers: "many" is not a number)"},
           Case{{"--log-level", "loud"},
                R"(--log-level: "loud" is not one of error, warn, info, debug)"},
           Case{{"--config", "/nowhere.yaml"},
                "unable to read /nowhere.yaml: No such file or directory"},
           Case{{"--listen", "0.0.0.0:1935"},
                "--listen: 0.0.0.0:1935 is not loopback and anyone there could come in: say "
                "--allow-anonymous or `allow_anonymous: true` if that is meant"}}) {
    const Run run{c.words};
    CHECK(run.exit == Exit::kUsage);
    CHECK(run.err == "tool: " + c.why + "\nTry: tool --help\n");
    CHECK(run.out.empty());
  }
}

TEST_CASE("the file is read from --config or SCOPEWIRE_CONFIG") {
  const File file{"hub: ipc:///b\nlimits: {so-hub: {a: 1}}\n"};
  CHECK(Run{{"--config", file.path.c_str()}}.common.hub == "ipc:///b");
  const test::Variable variable{"SCOPEWIRE_CONFIG", file.path.c_str()};
  CHECK(Run{{}}.common.hub == "ipc:///b");
  CHECK(Run{{"--hub", "ipc:///c"}}.common.hub == "ipc:///c");
}

TEST_CASE("a list of acceptors is the whole list, and it needs one for the tool") {
  const File rtmp{"acceptors: [{ip: 127.0.0.1, port: 1, protocol: rtmp}]"};
  const Run one{{"--config", rtmp.path.c_str()}};
  CHECK_FALSE(one.exit);
  CHECK(one.rtmp == std::vector<cli::Listen>{{"127.0.0.1", 1, ""}});
  CHECK(one.meta.empty());
  CHECK_FALSE(one.meta_is_default);

  const File other{"acceptors: [{ip: 127.0.0.1, port: 1, protocol: ws}]"};
  const Run none{{"--config", other.path.c_str()}};
  CHECK(none.exit == Exit::kUsage);
  CHECK(none.err.starts_with("tool: nothing to listen on: no --listen, no rtmp acceptor in "));

  const File second{"acceptors: [{ip: 127.0.0.1, port: 1, protocol: wsJsonMeta}]"};
  const Run only{{"--config", second.path.c_str()}};
  CHECK_FALSE(only.exit);
  CHECK(only.rtmp.empty());
  CHECK(only.meta.size() == 1);

  const File open{"acceptors: [{ip: 0.0.0.0, port: 1, protocol: rtmp}]\nallow_anonymous: true"};
  CHECK_FALSE(Run{{"--config", open.path.c_str()}}.exit);
  const Run closed{{"--config", open.path.c_str(), "--allow-anonymous=false"}};
  CHECK(closed.err.starts_with("tool: " + open.path + ":1: 0.0.0.0:1 is not loopback"));
}

TEST_CASE("--help fits a screen and shows options with their defaults, commands and examples") {
  const Run run{{"--help"}};
  CHECK(run.exit == Exit::kOk);
  CHECK(run.err.empty());
  for (const auto* text :
       {"does one thing\nUsage: tool [OPTIONS] [SUBCOMMAND]\n",
        "  --listen ADDRESS            where publishers come in [127.0.0.1:1935]\n",
        "  --standalone                no hub\n", "  tap ", "Examples:\n  tool tap live/cam -\n"}) {
    CHECK_MESSAGE(run.out.find(text) != std::string::npos, text, "\n", run.out);
  }
  CHECK(run.out.find("--max-peers") == std::string::npos);
  CHECK(Run{{"--help-limits"}}.out == "  --max-peers N                 more are refused [512]\n");
  std::istringstream lines{run.out};
  for (std::string line; std::getline(lines, line);) CHECK_MESSAGE(line.size() <= 80, line);
}

TEST_CASE("--version, --check-config and --print-config say what they are asked on stdout") {
  CHECK(Run{{"--version"}}.out.starts_with("tool 0."));
  const Run checked{{"--check-config"}};
  CHECK(checked.exit == Exit::kOk);
  CHECK(checked.out == "configuration: ok\n");
  CHECK(Run{{"tap", "--check-config"}}.exit == Exit::kOk);  // what is missing is not asked for
  const test::Variable directory{"SCOPEWIRE_RUNTIME_DIR", "/nowhere"};
  const Run printed{{"--print-config", "--max-peers", "5"}};
  CHECK(printed.exit == Exit::kOk);
  CHECK(printed.out.find("\nhub: \"ipc:///nowhere/bus\"  ") != std::string::npos);
  CHECK(printed.out.find("limits:\n  tool:\n    max_peers: 5  ") != std::string::npos);
  const File file{"hub: [a]"};
  CHECK(Run{{"--check-config", "--config", file.path.c_str()}}.exit == Exit::kUsage);
}

TEST_CASE("the rules of the file are checked and printed by a tool that has them") {
  CHECK(Run{{}}.policy == nullptr);
  const File file{"policy:\n  rules:\n    - deny: write\n"};
  const Run run{{"--config", file.path.c_str()}};
  REQUIRE(run.policy);
  CHECK(run.policy->tables().rules.size() == 1);
  CHECK(run.common.config == file.path);
  const Run printed{{"--print-config", "--config", file.path.c_str()}};
  CHECK(printed.out.find("policy:\n  rules:\n    - {deny: [write], scope: \"/**\"} ") !=
        std::string::npos);
  CHECK(printed.out.find("# " + file.path + ":3\n") != std::string::npos);
  const File wrong{"policy:\n  rules:\n    - deny: wirte\n"};
  const Run checked{{"--check-config", "--config", wrong.path.c_str()}};
  CHECK(checked.exit == Exit::kUsage);
  CHECK(checked.err.find(wrong.path + ":3: unknown action") != std::string::npos);
}

TEST_CASE("the log is set up as asked") {
  CHECK(Run{{"--log-level", "debug"}}.debug_is_logged);
  CHECK_FALSE(Run{{}}.debug_is_logged);
  CHECK(Run{{"--log-format", "json"}}.common.log_format == "json");
}

TEST_CASE("positional words arrive as they were typed") {
  std::vector<std::string> values;
  Command command{{"tool", "does one thing", "  tool [1,2]"}};
  cli::add_words(command.app(), "VALUES", values, "any number");
  constexpr std::array kWords{"tool", "[1,[2]]", "{}", "-1", "", "[]"};
  CHECK_FALSE(command.parse(kWords.size(), kWords.data()));
  CHECK(values == std::vector<std::string>{"[1,[2]]", "{}", "-1", "", "[]"});
}

TEST_CASE("keys for tokens are read at the start, and stand for --allow-anonymous") {
  const File secret{"thirty-two bytes of secret, or so\n"};
  const File weak{"too short"};
  const auto run = [](std::vector<const char*> words) { return Run{std::move(words)}; };
  const Run plain = run({"--token-key", secret.path.c_str(), "--listen", "0.0.0.0:1935"});
  CHECK_FALSE(plain.exit);
  CHECK(plain.tokens.required());
  REQUIRE(plain.tokens.verifier);
  CHECK(plain.tokens.verifier->keys() == 1);

  const Run optional =
      run({"--token-key", secret.path.c_str(), "--token-optional", "--listen", "0.0.0.0:1935"});
  CHECK(optional.exit == Exit::kUsage);
  CHECK(optional.err.find("not loopback") != std::string::npos);

  const Run bad = run({"--token-key", weak.path.c_str()});
  CHECK(bad.exit == Exit::kUsage);
  CHECK(bad.err.find(weak.path + ": a secret of 9 bytes") != std::string::npos);
  const Run none = run({"--token-key", "/nowhere/key"});
  CHECK(none.err.find("unable to read /nowhere/key: No such file") != std::string::npos);
}

TEST_CASE("keys are read again; those that are wrong stay out") {
  File file{"thirty-two bytes of secret, or so"};
  cli::Tokens tokens;
  CHECK_FALSE(cli::keys_again(tokens));
  tokens.files = {file.path};
  REQUIRE(cli::read_keys(tokens));
  const auto before = tokens.verifier;
  test::Captured err{stderr};
  std::ofstream{file.path} << "weak";
  CHECK_FALSE(cli::keys_again(tokens));
  CHECK(tokens.verifier == before);
  std::ofstream{file.path} << "another secret of thirty-two bytes";
  CHECK(cli::keys_again(tokens));
  CHECK(tokens.verifier != before);
  CHECK(err.take().find("the keys for tokens stay as they were: /tmp/so-cli-") !=
        std::string::npos);
}

TEST_CASE("no secret comes in place of public keys while they are in force") {
  constexpr std::string_view kPublic = R"({"keys":[{"kty":"EC","crv":"P-256",
    "x":"f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU",
    "y":"x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0"}]})";
  File shared{"thirty-two bytes of secret, or so"};
  File jwks{kPublic};
  cli::Tokens tokens;
  tokens.files = {shared.path, jwks.path};
  REQUIRE(cli::read_keys(tokens));
  const auto before = tokens.verifier;
  test::Captured err{stderr};
  std::ofstream{jwks.path} << "upstream connect error, or reset before headers";
  CHECK_FALSE(cli::keys_again(tokens));
  CHECK(tokens.verifier == before);
  CHECK(
      err.take().find(jwks.path + ": a secret in place of public keys is taken at a start only") !=
      std::string::npos);
  std::ofstream{shared.path} << kPublic;
  std::ofstream{jwks.path} << kPublic;
  CHECK(cli::keys_again(tokens));
  CHECK(tokens.verifier->keys() == 2);
}
