#include "options.h"

#include <doctest/doctest.h>

#include "support/parsed.h"

using namespace so;

namespace {

test::Parsed<gateway::Options> parse(std::vector<const char*> words) {
  return test::parse(gateway::parse_options, std::move(words));
}

}  // namespace

TEST_CASE("ws-gateway without words") {
  const auto run = parse({});
  CHECK_FALSE(run.exit);
  CHECK(run.options.gateway.listen == std::vector<net::Address>{{"127.0.0.1", 8081}});
  CHECK(run.options.gateway.meta_listen ==
        std::vector<gateway::MetaListener>{{{"127.0.0.1", 8210}}});
  CHECK_FALSE(run.options.standalone);
  CHECK_FALSE(run.options.hub.applications);
}

TEST_CASE("whoever names the one port wants no other opened") {
  const auto run = parse({"--listen", "127.0.0.1:9000"});
  CHECK_FALSE(run.exit);
  CHECK(run.options.gateway.listen == std::vector<net::Address>{{"127.0.0.1", 9000}});
  CHECK(run.options.gateway.meta_listen.empty());
  const auto both = parse({"--listen", "127.0.0.1:9000", "--meta-listen", "[::1]:9001/live/cam",
                           "--meta-listen", "127.0.0.1:9002/live/b"});
  CHECK(both.options.gateway.meta_listen ==
        std::vector<gateway::MetaListener>{{{"::1", 9001}, "live/cam"},
                                           {{"127.0.0.1", 9002}, "live/b"}});
}

TEST_CASE("what its words set") {
  const auto run = parse({"--standalone", "--application", "chat", "--origin", "https://a.example",
                          "--max-connections", "7", "--max-message", "1K", "--max-queue", "2K",
                          "--hub", "ipc:///tmp/h"});
  CHECK_FALSE(run.exit);
  CHECK(run.options.standalone);
  CHECK(run.options.hub.applications == std::vector<std::string>{"chat"});
  CHECK(run.options.gateway.origins == std::vector<std::string>{"https://a.example"});
  CHECK(run.options.gateway.server.caps.total == 7);
  CHECK(run.options.gateway.message_bytes == 1024);
  CHECK(run.options.gateway.queue_bytes == 2048);
  CHECK(run.options.hub_address == "ipc:///tmp/h");
}

TEST_CASE("applications: any, or those whose names can be one") {
  CHECK_FALSE(parse({"--standalone", "--application", "*"}).options.hub.applications);
  CHECK_FALSE(parse({"--standalone", "--application", "chat", "--application", "*"})
                  .options.hub.applications);
  for (const char* name : {"a/b", "..", ".", "", "/a", "a/", "a\nb"}) {
    const auto run = parse({"--standalone", "--application", name});
    CHECK_MESSAGE(run.exit == Exit::kUsage, name);
    CHECK(run.err.find("--application: \"" + std::string{name} + "\" cannot be the name") !=
          std::string::npos);
  }
}

TEST_CASE("every listener has the bounds and origins, and its own protocols") {
  auto options = parse({"--meta-listen", "127.0.0.1:0", "--max-message", "1K"}).options.gateway;
  options.origins = {"*"};
  const auto listeners = gateway::listeners(options);
  REQUIRE(listeners.size() == 2);
  for (const net::WsListener& listener : listeners) {
    CHECK(listener.origins == options.origins);
    CHECK(listener.message_bytes == 1024);
    CHECK(listener.when_full == net::WhenFull::kDisconnect);
  }
  CHECK(listeners[0].subprotocols == std::vector<std::string>{"scopewire.v1", "chat"});
  CHECK(listeners[1].subprotocols.empty());
  CHECK(listeners[1].pages.empty());
}

TEST_CASE("an address that everybody reaches is refused without consent") {
  const auto run = parse({"--listen", "0.0.0.0:9000"});
  CHECK(run.exit == Exit::kUsage);
  CHECK_FALSE(parse({"--listen", "0.0.0.0:9000", "--allow-anonymous"}).exit);
}

TEST_CASE("what was said and would do nothing is refused") {
  const auto said = [](std::vector<const char*> words) {
    const auto run = parse(std::move(words));
    CHECK(run.exit == Exit::kUsage);
    return run.err;
  };
  CHECK(said({"--store", "/tmp/s"}).find("--store: without --standalone") != std::string::npos);
  CHECK(said({"--application", "a"}).find("--application: without") != std::string::npos);
  CHECK(said({"exec", "--meta-listen", "127.0.0.1:0", "--", "cat"})
            .find("--meta-listen: programs have no metadata") != std::string::npos);
  CHECK(said({"exec", "--standalone", "--", "cat"}).find("--standalone: programs") !=
        std::string::npos);
  CHECK(said({"--token-issuer", "us"}).find("--token-issuer: no --token-key, so") !=
        std::string::npos);
}
