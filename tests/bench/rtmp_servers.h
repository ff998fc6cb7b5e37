#pragma once

#include <algorithm>
#include <array>
#include <cstdint>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <initializer_list>
#include <iterator>
#include <memory>
#include <optional>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include <sys/epoll.h>

#include "child.h"
#include "rtmp_peers.h"
#include "support/temp_dir.h"

namespace so::bench {

// The servers that are measured, each started anew on a port of its own.

struct Server {
  std::string name;
  bool rtmp = true;
  std::uint16_t port = 0;
  std::vector<std::unique_ptr<Child>> processes{};  // the last one is what is measured

  [[nodiscard]] const Child& measured() const { return *processes.back(); }
};

constexpr const char* kNginx = "/usr/sbin/nginx";
constexpr const char* kNginxModule = "/usr/lib/nginx/modules/ngx_rtmp_module.so";

inline void spawn(Server& server, std::vector<std::string> words,
                  const std::string& log = "/dev/null") {
  server.processes.push_back(std::make_unique<Child>([words = std::move(words), log] {
    std::vector<char*> argv;
    for (const std::string& word : words) argv.push_back(const_cast<char*>(word.c_str()));
    argv.push_back(nullptr);
    if (std::freopen(log.c_str(), "w", stderr) == nullptr) std::abort();
    execv(argv[0], argv.data());
    std::abort();
  }));
}

inline bool contains(const std::string& file, const std::string& text) {
  std::ifstream in{file};
  return std::string{std::istreambuf_iterator{in}, {}}.find(text) != std::string::npos;
}

/// Until the log has all of this; ten seconds at most.
inline void await(const std::string& log, std::initializer_list<std::string> words) {
  const auto said = [&] {
    return std::ranges::all_of(words, [&](const std::string& each) { return contains(log, each); });
  };
  for (int i = 0; i < 1000 && !said(); ++i) std::this_thread::sleep_for(Millis{10});
}

inline Server ours(const TempDir& dir, const std::string& name,
                   const std::vector<std::string>& more) {
  Server server{name, true, free_port()};
  const std::string hub = "ipc://" + dir.path("bus-" + fmt::to_string(server.port));
  spawn(server, {std::string{SO_BIN} + "/so-hub", "--hub", hub});
  const std::string log = dir.path(fmt::format("log-{}", server.port));
  std::vector<std::string> words{std::string{SO_BIN} + "/rtmp-ingest", "--hub", hub, "--listen",
                                 fmt::format("127.0.0.1:{}", server.port)};
  words.insert(words.end(), more.begin(), more.end());
  spawn(server, std::move(words), log);
  await(log, {"ready on", "the hub is there"});
  return server;
}

inline std::optional<Server> nginx(const TempDir& dir) {
  if (!std::filesystem::exists(kNginx) || !std::filesystem::exists(kNginxModule))
    return std::nullopt;
  Server server{"nginx-rtmp", true, free_port()};
  const std::string config = dir.path(fmt::format("nginx-{}.conf", server.port));
  std::ofstream{config} << "load_module " << kNginxModule << ";\n"
                        << "daemon off; master_process off; error_log /dev/null;\n"
                        << "pid " << dir.path("nginx.pid") << ";\n"
                        << "events { worker_connections 4096; }\n"
                        << "rtmp { server { listen 127.0.0.1:" << server.port
                        << "; chunk_size 4096; application live { live on; } } }\n";
  spawn(server, {kNginx, "-c", config, "-p", dir.path("")});
  return server;
}

/// Knows nothing of RTMP and copies what it reads to all who said 'S', one send for each read.
inline void run_floor(std::uint16_t port) {
  const UniqueFd listener = listening(port);
  const UniqueFd poll{epoll_create1(EPOLL_CLOEXEC)};
  const auto watch = [&](int fd) {
    epoll_event event{.events = EPOLLIN, .data = {.fd = fd}};
    epoll_ctl(poll.get(), EPOLL_CTL_ADD, fd, &event);
  };
  watch(listener.get());
  std::vector<UniqueFd> players;
  Bytes buffer(64 << 10);
  while (true) {
    epoll_event event{};
    if (epoll_wait(poll.get(), &event, 1, -1) != 1) continue;
    if (event.data.fd == listener.get()) {
      UniqueFd fd{accept(listener.get(), nullptr, nullptr)};
      char role = 0;
      if (recv(fd.get(), &role, 1, MSG_WAITALL) != 1) continue;
      if (role == 'P') {
        watch(fd.release());  // until the process ends
      } else {
        send_all(fd.get(), buffer);  // its first bytes say that it is there
        players.push_back(std::move(fd));
      }
      continue;
    }
    const ssize_t got = recv(event.data.fd, buffer.data(), buffer.size(), 0);
    if (got <= 0) {  // the players of the next one come before it
      close(event.data.fd);
      players.clear();
      continue;
    }
    for (const UniqueFd& player : players)
      send_all(player.get(), ByteView{buffer}.first(static_cast<std::size_t>(got)));
  }
}

inline Server floor_server() {
  Server server{"floor", false, free_port()};
  server.processes.push_back(std::make_unique<Child>([port = server.port] { run_floor(port); }));
  return server;
}

}  // namespace so::bench
