#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include <fmt/format.h>

#include "rtmp_servers.h"

namespace so::bench {

inline std::string start_hub(Server& server, const TempDir& dir) {
  std::string address = "ipc://" + dir.path("bus");
  spawn(server, {std::string{SO_BIN} + "/so-hub", "--hub", address});
  return address;
}

/// As many as come may come, and who answers no ping may stay.
inline std::vector<std::string> patient(std::size_t connections) {
  return {"--max-connections", fmt::to_string(connections),
          "--connect-rate",    "0",
          "--ping-every",      "1h",
          "--pong-within",     "1h"};
}

/// The next of the server's processes: a gateway of this hub.
inline void start_gateway(Server& server, const TempDir& dir, const std::string& hub,
                          std::uint16_t port, const std::vector<std::string>& more) {
  const std::string log = dir.path(fmt::format("log-{}-{}", port, server.processes.size()));
  std::vector<std::string> words{std::string{SO_BIN} + "/ws-gateway", "--hub", hub, "--listen",
                                 fmt::format("127.0.0.1:{}", port)};
  words.insert(words.end(), more.begin(), more.end());
  spawn(server, std::move(words), log);
  await(log, {"ready on", "the hub is there"});
}

}  // namespace so::bench
