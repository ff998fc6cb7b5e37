#include "cli/yaml_config.h"

#include <array>
#include <string>

#include <doctest/doctest.h>

using namespace so;
using cli::parse_config;

namespace {

std::string words(const cli::Config& config, const std::string& path) {
  if (!config.entries.contains(path)) return "absent";
  std::string all;
  for (const std::string& word : config.entries.at(path).words) all += "<" + word + ">";
  return all;
}

}  // namespace

TEST_CASE("every key of the file is found under its path, with its line") {
  const auto config = parse_config(R"(# all of it
hub: ipc:///run/scopewire/bus
log: {level: debug, format: json}
applications: [chat, live]
allow_anonymous: true
origins:
  - https://example.org
acceptors:
  - {ip: 0.0.0.0, port: 1935, protocol: rtmp}
  - {ip: "::1", port: 1936, protocol: rtmp}
  - ip: 127.0.0.1
    port: 8210
    protocol: wsJsonMeta
    streamname: live/cam
limits:
  ws-gateway:
    max_connections: 20000
tokens: {keys: [a.pem, b.jwks], issuer: us, audience: them, optional: false}
users: {file: who, ask: all, authmod: llnw}
tls: {cert: [a.crt, b.crt], key: a.key, ca: none}
rtmp: {record: /srv/live, gop_cache: off, second_publisher: replace}
reuse_port: true
)",
                                   "a.yaml");
  REQUIRE_MESSAGE(config, config.error().text);
  struct Case {
    std::string path, words;
    std::size_t line;
  };
  for (const Case& c : std::array{Case{"hub", "<ipc:///run/scopewire/bus>", 2},
                                  Case{"log.level", "<debug>", 3},
                                  Case{"log.format", "<json>", 3},
                                  Case{"applications", "<chat><live>", 4},
                                  Case{"tls.cert", "<a.crt><b.crt>", 20},
                                  Case{"tls.key", "<a.key>", 20},
                                  Case{"tls.ca", "<none>", 20},
                                  Case{"rtmp.record", "</srv/live>", 21},
                                  Case{"rtmp.gop_cache", "<off>", 21},
                                  Case{"rtmp.second_publisher", "<replace>", 21},
                                  Case{"reuse_port", "<true>", 22},
                                  Case{"allow_anonymous", "<true>", 5},
                                  Case{"origins", "<https://example.org>", 7},
                                  Case{"acceptors.rtmp", "<0.0.0.0:1935><[::1]:1936>", 9},
                                  Case{"acceptors.wsJsonMeta", "<127.0.0.1:8210/live/cam>", 9},
                                  Case{"acceptors.ws", "", 9},
                                  Case{"acceptors.inboundWSFMP4", "", 9},
                                  Case{"acceptors.metrics", "", 9},
                                  Case{"acceptors.rtmpMetrics", "", 9},
                                  Case{"acceptors.wsMetrics", "", 9},
                                  Case{"acceptors.wss", "", 9},
                                  Case{"acceptors.wssJsonMeta", "", 9},
                                  Case{"acceptors.inboundWSSFMP4", "", 9},
                                  Case{"acceptors.fmp4Metrics", "", 9},
                                  Case{"limits.ws-gateway.max_connections", "<20000>", 17},
                                  Case{"tokens.keys", "<a.pem><b.jwks>", 18},
                                  Case{"tokens.issuer", "<us>", 18},
                                  Case{"tokens.audience", "<them>", 18},
                                  Case{"tokens.optional", "<false>", 18},
                                  Case{"users.file", "<who>", 19},
                                  Case{"users.ask", "<all>", 19},
                                  Case{"users.authmod", "<llnw>", 19}}) {
    CHECK_MESSAGE(words(*config, c.path) == c.words, c.path);
    CHECK_MESSAGE(config->entries.at(c.path).line == c.line, c.path);
  }
  CHECK(config->entries.size() == 34);
}

TEST_CASE("an empty file, and one of comments, configures nothing") {
  for (const auto* text : {"", "\n", "# nothing\n", "---\n"}) {
    const auto config = parse_config(text, "a.yaml");
    REQUIRE_MESSAGE(config, text);
    CHECK(config->entries.empty());
  }
}

TEST_CASE("what is wrong with a file is said with its line") {
  struct Case {
    std::string text, error;
  };
  for (const Case& c : std::array{
           Case{"\naplications: [a]\n", R"(2: unknown key "aplications", did you mean )"
                                        R"("applications"?)"},
           Case{"log: {levle: info}", R"(1: unknown key "levle", did you mean "level"?)"},
           Case{"colour: red", R"(1: unknown key "colour")"},
           Case{"[1]: 2", R"(1: unknown key "?")"},
           Case{"hub: a\nhub: b", R"(2: "hub" is here twice)"},
           Case{"hub:", "1: hub has no value"},
           Case{"hub: [a]", "1: hub has no value"},
           Case{"log:\n  level: loud", "2: log.level is not one of error, warn, info, debug"},
           Case{"log: debug", "1: here belongs a map of level, format"},
           Case{"allow_anonymous: yes", "1: allow_anonymous is not one of true, false"},
           Case{"users: {ask: some}", "1: users.ask is not one of publish, all"},
           Case{"rtmp: {gop-cache: on}",
                R"(1: unknown key "gop-cache", did you mean "gop_cache"?)"},
           Case{"rtmp: {gop_cache: yes}", "1: rtmp.gop_cache is not one of on, off"},
           Case{"reuse_port: 1", "1: reuse_port is not one of true, false"},
           Case{"tls: {cert: [[a]]}", "1: tls.cert has an item that is no word"},
           Case{"applications: chat", "1: applications is not a list"},
           Case{"applications:\n- chat\n- [live]", "3: applications has an item that is no word"},
           Case{"acceptors: {ip: 127.0.0.1}", "1: acceptors is not a list"},
           Case{"acceptors:\n- {ip: 127.0.0.1, port: 1}", R"(2: an acceptor without "protocol")"},
           Case{"acceptors:\n- {ip: 127.0.0.1, port: 1, protocol: rmtp}",
                R"(2: unknown protocol "rmtp", did you mean "rtmp"?)"},
           Case{"acceptors:\n- {ip: 127.0.0.1, port: 1, protocol: ws, sslKey: a}",
                R"(2: unknown key "sslKey")"},
           Case{"acceptors:\n- ip: example.org\n  port: 1\n  protocol: ws",
                R"(2: "example.org:1" does not begin with an IP address like 127.0.0.1 or [::1])"},
           Case{"acceptors:\n- {ip: 127.0.0.1, port: 65536, protocol: ws}",
                R"(2: "127.0.0.1:65536" has no port from 0 to 65535)"},
           Case{"limits: {so-hbu: {a: 1}}", R"(1: unknown key "so-hbu", did you mean "so-hub"?)"},
           Case{"limits: {so-hub: 5}", "1: limits.so-hub is not a map of names and values"},
           Case{"limits: {so-hub: {a: [1]}}", "1: limits.so-hub.a has no value"},
           Case{"limits: {so-hub: {a: 1, a: 2}}", R"(1: "a" is here twice)"},
           Case{"[hub]",
                "1: here belongs a map of hub, hub_key, hub_secret_key, tool_keys, key, log, "
                "applications, allow_anonymous, "
                "origins, fragment, media, media_keys, store, tls, rtmp, reuse_port, durability, "
                "tokens, users, acceptors, "
                "limits, policy, "
                "hooks"}}) {
    const auto config = parse_config(c.text, "a.yaml");
    REQUIRE_FALSE_MESSAGE(config, c.text);
    CHECK(config.error().text == "a.yaml:" + c.error);
    CHECK(config.error().code == Code::kUsage);
  }
}

TEST_CASE("what is no YAML is an error too, however deep") {
  for (const std::string& text :
       {std::string{"hub: [a"}, std::string{"hub: a: b"}, std::string{"hub: &a *b"},
        std::string{"\x01"}, std::string(100'000, '['), std::string(100'000, '{')}) {
    const auto config = parse_config(text, "a.yaml");
    REQUIRE_FALSE_MESSAGE(config, text.substr(0, 20));
    CHECK_MESSAGE(config.error().text.starts_with("a.yaml:1: "), config.error().text);
  }
  CHECK(parse_config("hub: a\n---\nhub: b\n", "a.yaml").error().text ==
        "a.yaml has more than one document");
  CHECK(parse_config(std::string((1U << 20U) + 1, '#'), "a.yaml").error().text ==
        "a.yaml is over the limit of 1048576 bytes");
}

TEST_CASE("a file that cannot be read says why") {
  CHECK(cli::load_config("/nowhere/a.yaml").error().text ==
        "unable to read /nowhere/a.yaml: No such file or directory");
  CHECK(cli::load_config("/tmp").error().text == "unable to read /tmp: Is a directory");
}

TEST_CASE("a broken file that yaml-cpp finds no end of is refused") {
  const auto config = parse_config(", |\n  t\n]\n? b\n: {<<: *x}", "a.yaml");
  REQUIRE_FALSE(config);
  CHECK(config.error().text == "a.yaml has more than one document");
}
