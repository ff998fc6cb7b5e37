#include "cli/settings.h"

#include <array>
#include <string>
#include <vector>

#include <doctest/doctest.h>

#include "support/environment.h"

using namespace so;
using cli::Flags;
using cli::Settings;

namespace {

struct Fields {
  std::string level = "info";
  std::vector<std::string> origins;
  std::uint16_t peers = 512;
  std::size_t queue = 8U << 20U;
  Millis timeout{10'000};
  bool anonymous = false;
  std::vector<cli::Listen> rtmp{{"127.0.0.1", 1935, ""}};
};

Settings settings_of(Fields& fields) {
  Settings settings{"rtmp-ingest"};
  settings.add({"listen", "acceptors.rtmp", "", cli::addresses(fields.rtmp)});
  settings.add({"allow-anonymous", "allow_anonymous", "", cli::flag(fields.anonymous)});
  settings.add({"origin", "origins", "", cli::texts(fields.origins, "ORIGIN")});
  settings.add({"log-level", "log.level", "",
                cli::choice(fields.level, "LEVEL", {"error", "info", "debug"})});
  settings.add({"timeout", "", "", cli::duration(fields.timeout)});
  settings.add_limit("max-peers", "", cli::count(fields.peers));
  settings.add_limit("max-queue", "", cli::size(fields.queue));
  return settings;
}

cli::Config config_of(std::string_view text) {
  auto config = cli::parse_config(text, "a.yaml");
  REQUIRE_MESSAGE(config, config.error().text);
  return *config;
}

}  // namespace

TEST_CASE("a flag wins over the environment, that over the file, that over what is built in") {
  Fields fields;
  Settings settings = settings_of(fields);
  const auto level = [&](const Flags& flags, const cli::Config& config) {
    fields.level = "info";
    settings = settings_of(fields);
    REQUIRE(settings.apply(flags, config));
    return fields.level + " by " + settings.at("log-level").origin;
  };
  const Flags flags{{"log-level", {"error"}}};
  const auto config = config_of("\nlog: {level: debug}");
  CHECK(level({}, {}) == "info by default");
  CHECK(level({}, config) == "debug by a.yaml:2");
  const test::Variable variable{"SCOPEWIRE_LOG_LEVEL", "info"};
  CHECK(level({}, config) == "info by SCOPEWIRE_LOG_LEVEL");
  CHECK(level(flags, config) == "error by --log-level");
  const test::Variable empty{"SCOPEWIRE_LOG_LEVEL", ""};
  CHECK(level({}, config) == "debug by a.yaml:2");
}

TEST_CASE("values of every kind reach their fields from the file and from the environment") {
  const auto config = config_of(R"(
acceptors: [{ip: 0.0.0.0, port: 80, protocol: rtmp}, {ip: 0.0.0.0, port: 81, protocol: ws}]
allow_anonymous: true
origins: [a, b]
limits: {rtmp-ingest: {max_peers: 7, max_queue: 64K}, so-hub: {of_another: tool}}
)");
  Fields fields;
  REQUIRE(settings_of(fields).apply({}, config));
  CHECK(fields.rtmp == std::vector<cli::Listen>{{"0.0.0.0", 80, ""}});
  CHECK(fields.anonymous);
  CHECK(fields.origins == std::vector<std::string>{"a", "b"});
  CHECK(fields.peers == 7);
  CHECK(fields.queue == 65536);

  const test::Variable listen{"SCOPEWIRE_LISTEN", "127.0.0.1:1,[::1]:2"};
  const test::Variable anonymous{"SCOPEWIRE_ALLOW_ANONYMOUS", "false"};
  const test::Variable timeout{"SCOPEWIRE_TIMEOUT", "5m"};
  REQUIRE(settings_of(fields).apply({}, config));
  CHECK(fields.rtmp == std::vector<cli::Listen>{{"127.0.0.1", 1, ""}, {"::1", 2, ""}});
  CHECK_FALSE(fields.anonymous);
  CHECK(fields.timeout == std::chrono::minutes{5});
}

TEST_CASE("a wrong word is named with the place where it stands") {
  Fields fields;
  struct Case {
    Flags flags;
    std::string text, error;
  };
  for (const Case& c : std::array{
           Case{{{"log-level", {"loud"}}},
                "",
                R"(--log-level: "loud" is not one of error, info, debug)"},
           Case{{{"max-peers", {"65536"}}}, "", "--max-peers: 65536 is over 65535"},
           Case{{{"timeout", {"5"}}},
                "",
                R"(--timeout: "5" is not a duration like 500ms, 2s or 5m)"},
           Case{{{"listen", {"127.0.0.1:1", "x"}}}, "", R"(--listen: "x" is not HOST:PORT)"},
           Case{{},
                "\nlimits:\n  rtmp-ingest:\n    max_peers: many",
                R"(a.yaml:4: "many" is not a number)"},
           Case{{},
                "limits: {rtmp-ingest: {max_pears: 5}}",
                R"(a.yaml:1: rtmp-ingest has no limit "max_pears", did you mean "max_peers"?)"}}) {
    const auto status = settings_of(fields).apply(c.flags, config_of(c.text));
    REQUIRE_FALSE_MESSAGE(status, c.error);
    CHECK(status.error().text == c.error);
    CHECK(status.error().code == Code::kUsage);
  }
  const test::Variable variable{"SCOPEWIRE_ALLOW_ANONYMOUS", "yes"};
  CHECK(settings_of(fields).apply({}, {}).error().text ==
        R"(SCOPEWIRE_ALLOW_ANONYMOUS: "yes" is not true or false)");
}

TEST_CASE("what is shown names the origins, and configures the same again") {
  Fields fields;
  Settings settings = settings_of(fields);
  const Flags flags{{"listen", {"[::1]:1935", "127.0.0.1:1/live/cam"}},
                    {"origin", {"*", "https://a.org:8080"}},
                    {"max-queue", {"1000"}},
                    {"timeout", {"500ms"}}};
  REQUIRE(settings.apply(flags, config_of("log: {level: debug}")));
  const std::string shown = settings.show();
  CHECK(shown == R"(acceptors:
  - {ip: "::1", port: 1935, protocol: rtmp}     # --listen
  - {ip: 127.0.0.1, port: 1, protocol: rtmp, streamname: live/cam} # --listen
allow_anonymous: false                          # default
limits:
  rtmp-ingest:
    max_peers: 512                              # default
    max_queue: 1000                             # --max-queue
log:
  level: debug                                  # a.yaml:1
origins: ["*", "https://a.org:8080"]            # --origin
# --timeout: 500ms                              # --timeout
)");
  Fields again;
  Settings same = settings_of(again);
  REQUIRE(same.apply({}, config_of(shown)));
  CHECK(again.rtmp == fields.rtmp);
  CHECK(again.origins == fields.origins);
  CHECK(again.queue == 1000);
  CHECK(again.level == "debug");
}
