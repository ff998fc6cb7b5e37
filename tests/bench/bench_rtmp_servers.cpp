// What a stream costs the server that takes it and sends it to players, by its CPU time:
// rtmp-ingest beside nginx with its RTMP module, where that is installed, and beside a floor that
// knows nothing of RTMP and copies what it reads to all, one send for each read. In turns, in one
// run.
#include <array>
#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include <arpa/inet.h>
#include <netinet/tcp.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <fmt/format.h>

#include "base/time.h"
#include "base/unique_fd.h"
#include "bench.h"
#include "child.h"
#include "rtmp/client_session.h"
#include "support/temp_dir.h"

using namespace so;
using bench::Child;

namespace {

constexpr std::size_t kTurns = 3;
constexpr const char* kNginx = "/usr/sbin/nginx";
constexpr const char* kModule = "/usr/lib/nginx/modules/ngx_rtmp_module.so";

sockaddr_in loopback(std::uint16_t port) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  address.sin_port = htons(port);
  return address;
}

UniqueFd listening(std::uint16_t port) {
  UniqueFd fd{socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)};
  const int yes = 1;
  setsockopt(fd.get(), SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes);
  const sockaddr_in address = loopback(port);
  if (bind(fd.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0 ||
      listen(fd.get(), 1024) != 0)
    std::abort();
  return fd;
}

std::uint16_t free_port() {
  const UniqueFd fd = listening(0);
  sockaddr_in address{};
  socklen_t size = sizeof address;
  getsockname(fd.get(), reinterpret_cast<sockaddr*>(&address), &size);
  return ntohs(address.sin_port);
}

/// Tries for five seconds: the server is just starting.
UniqueFd dial(std::uint16_t port) {
  for (int i = 0; i < 500; ++i) {
    UniqueFd fd{socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)};
    const sockaddr_in address = loopback(port);
    if (connect(fd.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0) {
      const int yes = 1;
      setsockopt(fd.get(), IPPROTO_TCP, TCP_NODELAY, &yes, sizeof yes);
      return fd;
    }
    std::this_thread::sleep_for(Millis{10});
  }
  fmt::print(stderr, "nobody listens at {}\n", port);
  std::abort();
}

void send_all(int fd, ByteView bytes) {
  while (!bytes.empty()) {
    const ssize_t sent = ::send(fd, bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (sent <= 0) return;
    bytes = bytes.subspan(static_cast<std::size_t>(sent));
  }
}

// ---- the floor

void run_floor(std::uint16_t port) {
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

// ---- who publishes and plays

/// Does as the session says until it has heard what was waited for.
class Client {
 public:
  Client(std::uint16_t port, bool publishes)
      : fd_(dial(port)), session_({}, 1, Clock::now()), publishes_(publishes) {
    rtmp::ConnectArguments arguments;
    arguments.app = "live";
    arguments.tc_url = fmt::format("rtmp://127.0.0.1:{}/live", port);
    session_.connect(arguments);
    flush();
    Bytes buffer(64 << 10);
    while (!begun_) {
      const ssize_t got = recv(fd_.get(), buffer.data(), buffer.size(), 0);
      if (got <= 0) std::abort();
      session_.receive(ByteView{buffer}.first(static_cast<std::size_t>(got)), Clock::now());
      for (auto event = session_.next(); event && *event; event = session_.next()) on(**event);
      flush();
    }
  }
  void media(rtmp::MediaKind kind, std::uint32_t timestamp, ByteView body) {
    session_.send_media({1, kind, timestamp, body});
    flush();
  }
  UniqueFd take_socket() { return std::move(fd_); }

 private:
  void on(const rtmp::ClientEvent& event) {
    if (std::holds_alternative<rtmp::Connected>(event)) session_.create_stream();
    if (std::holds_alternative<rtmp::StreamCreated>(event))
      publishes_ ? session_.publish(1, "cam") : session_.play(1, "cam");
    const auto* status = std::get_if<rtmp::StreamStatus>(&event);
    if (status != nullptr && status->level == "error") std::abort();
    if (status != nullptr && status->code.ends_with(".Start")) begun_ = true;
  }
  void flush() { send_all(fd_.get(), session_.take_output()); }

  UniqueFd fd_;
  rtmp::ClientSession session_;
  bool publishes_;
  bool begun_ = false;
};

struct Load {
  std::string name;
  std::size_t players;
  bool paced;            // in real time, else as fast as it goes
  std::uint32_t frames;  // in all, of 30 a second
};

/// 2 Mbit/s: a key frame a second, and sound.
void publish(const Load& load,
             const std::function<void(rtmp::MediaKind, std::uint32_t, ByteView)>& say) {
  Bytes key(60'000, 0x17);
  key[1] = 1;
  Bytes inter(6'000, 0x27);
  inter[1] = 1;
  const Bytes config{0x17, 0, 0, 0, 0, 1, 100, 0, 11, 255, 225, 0, 0};
  const Bytes sound(256, 0xAF);
  const TimePoint start = Clock::now();
  say(rtmp::MediaKind::kVideo, 0, config);
  for (std::uint32_t i = 0; i < load.frames; ++i) {
    const std::uint32_t ms = i * 1000 / 30;
    if (load.paced) std::this_thread::sleep_until(start + Millis{ms});
    say(rtmp::MediaKind::kVideo, ms, i % 30 == 0 ? key : inter);
    say(rtmp::MediaKind::kAudio, ms, sound);
  }
}

/// Reads what comes for all players, without looking at it, until nothing has come for a while.
std::uint64_t drain(const std::vector<UniqueFd>& players, const Child& publisher) {
  const UniqueFd poll{epoll_create1(EPOLL_CLOEXEC)};
  for (const UniqueFd& player : players) {
    epoll_event event{.events = EPOLLIN, .data = {.fd = player.get()}};
    epoll_ctl(poll.get(), EPOLL_CTL_ADD, player.get(), &event);
  }
  static Bytes buffer(1 << 20);
  std::uint64_t bytes = 0;
  std::array<epoll_event, 64> events{};
  while (true) {
    const int ready = epoll_wait(poll.get(), events.data(), events.size(), 500);
    if (ready <= 0 && publisher.ended()) return bytes;
    for (int i = 0; i < ready; ++i) {
      const int fd = events.at(static_cast<std::size_t>(i)).data.fd;
      const ssize_t got = recv(fd, buffer.data(), buffer.size(), MSG_TRUNC | MSG_DONTWAIT);
      if (got > 0) bytes += static_cast<std::uint64_t>(got);
      if (got == 0) epoll_ctl(poll.get(), EPOLL_CTL_DEL, fd, nullptr);
    }
  }
}

// ---- the servers

struct Server {
  std::string name;
  bool rtmp = true;
  std::uint16_t port = 0;
  std::vector<std::unique_ptr<Child>> processes;  // the last one is what is measured
};

Child* spawn(Server& server, std::vector<std::string> words) {
  server.processes.push_back(std::make_unique<Child>([words] {
    std::vector<char*> argv;
    for (const std::string& word : words) argv.push_back(const_cast<char*>(word.c_str()));
    argv.push_back(nullptr);
    if (std::freopen("/dev/null", "w", stderr) == nullptr) std::abort();
    execv(argv[0], argv.data());
    std::abort();
  }));
  return server.processes.back().get();
}

Server ours(const TempDir& dir, const std::string& name, const std::vector<std::string>& more) {
  Server server{name, true, free_port(), {}};
  const std::string hub = "ipc://" + dir.path("bus-" + fmt::to_string(server.port));
  spawn(server, {std::string{SO_BIN} + "/so-hub", "--hub", hub});
  std::vector<std::string> words{
      std::string{SO_BIN} + "/rtmp-ingest",     "--hub",       hub,    "--listen",
      fmt::format("127.0.0.1:{}", server.port), "--log-level", "error"};
  words.insert(words.end(), more.begin(), more.end());
  spawn(server, words);
  return server;
}

std::optional<Server> nginx(const TempDir& dir) {
  if (!std::filesystem::exists(kNginx) || !std::filesystem::exists(kModule)) return std::nullopt;
  Server server{"nginx-rtmp", true, free_port(), {}};
  const std::string config = dir.path("nginx.conf");
  std::ofstream{config} << "load_module " << kModule << ";\n"
                        << "daemon off; master_process off; error_log /dev/null;\n"
                        << "pid " << dir.path("nginx.pid") << ";\n"
                        << "events { worker_connections 4096; }\n"
                        << "rtmp { server { listen 127.0.0.1:" << server.port
                        << "; chunk_size 4096; application live { live on; } } }\n";
  spawn(server, {kNginx, "-c", config, "-p", dir.path("")});
  return server;
}

Server floor_server() {
  Server server{"floor", false, free_port(), {}};
  const std::uint16_t port = server.port;
  server.processes.push_back(std::make_unique<Child>([port] { run_floor(port); }));
  return server;
}

/// CPU seconds of the server for each GB that has left it, or come in where there are no players.
double cost(const Server& server, const Load& load) {
  const bool rtmp = server.rtmp;
  const std::uint16_t port = server.port;
  std::vector<UniqueFd> players;
  std::optional<Client> kept;
  // Players come first: all of it is for all of them. nginx lets them wait, ours is asked to.
  for (std::size_t i = 0; i < load.players; ++i) {
    if (rtmp) {
      players.push_back(Client{port, false}.take_socket());
    } else {
      players.push_back(dial(port));
      send_all(players.back().get(), as_bytes("S"));
    }
  }
  const Child& measured = *server.processes.back();
  const double before = measured.cpu_seconds();
  std::uint64_t in = 0;
  const Child publisher{[&] {
    if (rtmp) {
      Client client{port, true};
      publish(load, [&](rtmp::MediaKind kind, std::uint32_t ms, ByteView body) {
        client.media(kind, ms, body);
      });
    } else {
      const UniqueFd fd = dial(port);
      send_all(fd.get(), as_bytes("P"));
      publish(load,
              [&](rtmp::MediaKind, std::uint32_t, ByteView body) { send_all(fd.get(), body); });
    }
  }};
  std::uint64_t bytes = drain(players, publisher);
  publish({load.name, 0, false, load.frames},
          [&](rtmp::MediaKind, std::uint32_t, ByteView body) { in += body.size(); });
  if (load.players == 0) bytes = in;
  return (measured.cpu_seconds() - before) / (static_cast<double>(bytes) / 1e9);
}

}  // namespace

int main() {
  TempDir dir;
  std::vector<Server> servers;
  servers.push_back(floor_server());
  if (auto other = nginx(dir)) servers.push_back(std::move(*other));
  servers.push_back(ours(dir, "rtmp-ingest", {"--play-wait", "60s"}));
  servers.push_back(
      ours(dir, "rtmp-ingest, budget 100 ms", {"--play-wait", "60s", "--latency-budget", "100ms"}));
  const std::array loads{Load{"200 players, real time", 200, true, 120},
                         Load{"100 players, as fast as it goes", 100, false, 1500},
                         Load{"no players, as fast as it goes", 0, false, 9000}};
  for (const Load& load : loads) {
    std::vector<std::vector<double>> costs(servers.size());
    for (std::size_t turn = 0; turn < kTurns; ++turn) {
      for (std::size_t i = 0; i < servers.size(); ++i) costs[i].push_back(cost(servers[i], load));
    }
    fmt::print("{}\n", load.name);
    for (std::size_t i = 0; i < servers.size(); ++i) {
      std::vector<double> ratios;
      for (std::size_t turn = 0; turn < kTurns; ++turn)
        ratios.push_back(costs[i][turn] / costs[0][turn]);
      std::sort(ratios.begin(), ratios.end());
      fmt::print("  {:<28} {:6.3f} CPU s/GB {:5.2f} x   ({:.2f} .. {:.2f})\n", servers[i].name,
                 bench::median(costs[i]), bench::median(ratios), ratios.front(), ratios.back());
    }
  }
}
