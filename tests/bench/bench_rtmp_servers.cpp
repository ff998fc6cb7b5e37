// What streams cost the server that takes them and sends them to players: CPU time, delay, bytes a
// second and memory. rtmp-ingest beside nginx with its RTMP module, where that is installed, and
// beside a floor that knows nothing of RTMP and copies what it reads to all, one send for each
// read. In turns, in one run. Its arguments choose: fan-out, crowd, stopped, first, publishers,
// ingest, memory.
#include <algorithm>
#include <array>
#include <functional>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include <sys/epoll.h>

#include <fmt/format.h>

#include "bench.h"
#include "rtmp_peers.h"
#include "rtmp_servers.h"

using namespace so;
using bench::Child;
using bench::Client;
using bench::Server;

namespace {

constexpr std::size_t kTurns = 3;
constexpr std::size_t kWatchers = 10;  // players that look at what they read

struct Load {
  std::string name;
  std::size_t publishers;  // of streams of their own; players play the first
  std::size_t players;
  bool paced;               // in real time, else as fast as it goes
  std::uint32_t frames;     // of each publisher, of 30 a second
  std::size_t stopped = 0;  // players more that never read
  std::uint32_t speed = 1;  // times real time, where it is paced
};

using Say = std::function<void(std::size_t publisher, rtmp::MediaKind, std::uint32_t, ByteView)>;

/// 2 Mbit/s each: a key frame a second, and sound.
void publish(const Load& load, const Say& say) {
  Bytes key(60'000, 0x17);
  key[1] = 1;
  Bytes inter(6'000, 0x27);
  inter[1] = 1;
  const Bytes config{0x17, 0, 0, 0, 0, 1, 100, 0, 11, 255, 225, 0, 0};
  Bytes sound(256, 0xAF);
  sound[1] = 1;
  for (std::size_t who = 0; who < load.publishers; ++who)
    say(who, rtmp::MediaKind::kVideo, 0, config);
  const TimePoint start = Clock::now();
  for (std::uint32_t i = 0; i < load.frames; ++i) {
    const std::uint32_t ms = i * 1000 / 30;
    for (std::size_t who = 0; who < load.publishers; ++who) {
      const Millis due{ms + 33 * who / load.publishers};
      if (load.paced) std::this_thread::sleep_until(start + due / load.speed);
      Bytes& picture = i % 30 == 0 ? key : inter;
      if (load.paced) bench::stamp(picture);
      say(who, rtmp::MediaKind::kVideo, ms, picture);
      say(who, rtmp::MediaKind::kAudio, ms, sound);
    }
  }
}

/// Those who publish; from here on they only speak.
struct Publishers {
  Publishers(const Server& server, std::size_t count) {
    for (std::size_t i = 0; i < count; ++i) {
      if (server.rtmp) {
        const std::string name = i == 0 ? "cam" : fmt::format("cam{}", i);
        clients.push_back(std::make_unique<Client>(server.port, Client::Role::kPublisher, name));
      } else {
        sockets.push_back(bench::dial(server.port));
        bench::send_all(sockets.back().get(), as_bytes("P"));
      }
    }
  }

  void say(const Load& load) const {
    if (!load.paced) return pour(load);
    publish(load, [&](std::size_t who, rtmp::MediaKind kind, std::uint32_t ms, ByteView body) {
      sockets.empty() ? clients[who]->media(kind, ms, body)
                      : bench::send_all(sockets[who].get(), body);
    });
  }
  // Each second is the same bytes as the one before, but for the first: to make them each time
  // would be what limits it, and not the server.
  void pour(const Load& load) const {
    std::array<Bytes, 3> seconds;
    publish({"", 1, 0, false, 90},
            [&](std::size_t, rtmp::MediaKind kind, std::uint32_t ms, ByteView body) {
              const Bytes said =
                  sockets.empty() ? clients.front()->written(kind, ms, body) : to_bytes(body);
              Bytes& second = seconds.at(ms / 1000);
              second.insert(second.end(), said.begin(), said.end());
            });
    if (seconds[1] != seconds[2]) bench::give_up("no second is like the one before");
    const int socket = sockets.empty() ? clients.front()->socket() : sockets.front().get();
    bench::send_all(socket, seconds[0]);
    for (std::uint32_t second = 1; second < load.frames / 30; ++second)
      bench::send_all(socket, seconds[1]);
  }

  std::vector<std::unique_ptr<Client>> clients;
  std::vector<UniqueFd> sockets;
};

/// Those who play, most of them without looking at what they read.
struct Players {
  Players(const Server& server, std::size_t count) {
    for (std::size_t i = 0; i < count; ++i) {
      if (!server.rtmp) {
        plain.push_back(bench::dial(server.port));
        bench::send_all(plain.back().get(), as_bytes("S"));
      } else if (i < kWatchers) {
        watchers.push_back(std::make_unique<Client>(server.port, Client::Role::kPlayer));
      } else {
        plain.push_back(Client{server.port, Client::Role::kPlayer}.take_socket());
      }
    }
  }

  struct Drained {
    std::uint64_t bytes = 0;
    TimePoint last{};  // of them, or of the publisher's end
  };
  /// Reads until the publisher has ended and nothing has come for a while.
  Drained drain(const Child& publisher) {
    const UniqueFd poll{epoll_create1(EPOLL_CLOEXEC)};
    const auto watch = [&](int fd, std::uint64_t watcher) {
      epoll_event event{.events = EPOLLIN, .data = {.u64 = watcher << 32U | std::uint32_t(fd)}};
      epoll_ctl(poll.get(), EPOLL_CTL_ADD, fd, &event);
    };
    for (const UniqueFd& player : plain) watch(player.get(), 0);
    for (std::size_t i = 0; i < watchers.size(); ++i) watch(watchers[i]->socket(), i + 1);
    static Bytes buffer(1 << 20);
    Drained out;
    std::array<epoll_event, 64> events{};
    const int patience = plain.empty() ? 2 : 500;
    while (true) {
      const int ready = epoll_wait(poll.get(), events.data(), events.size(), patience);
      if (ready > 0 || plain.empty()) out.last = Clock::now();
      if (ready <= 0 && publisher.ended()) return out;
      for (const epoll_event& event : std::span{events}.first(std::size_t(std::max(ready, 0)))) {
        const int fd = static_cast<int>(event.data.u64 & 0xFFFFFFFFU);
        const std::size_t watcher = event.data.u64 >> 32U;
        std::size_t got = 0;
        if (watcher > 0) {
          got = watchers[watcher - 1]->read(MSG_DONTWAIT);
        } else {
          const ssize_t read = recv(fd, buffer.data(), buffer.size(), MSG_TRUNC | MSG_DONTWAIT);
          got = static_cast<std::size_t>(std::max<ssize_t>(read, 0));
        }
        out.bytes += got;
        if (got == 0) epoll_ctl(poll.get(), EPOLL_CTL_DEL, fd, nullptr);
      }
    }
  }

  /// How old pictures are when they are read, in ms.
  [[nodiscard]] std::vector<double> ages() const {
    std::vector<double> all;
    for (const auto& each : watchers)
      all.insert(all.end(), each->ages_ms().begin(), each->ages_ms().end());
    std::ranges::sort(all);
    return all;
  }

  std::vector<UniqueFd> plain;
  std::vector<std::unique_ptr<Client>> watchers;
};

struct Outcome {
  double cost = 0;     // CPU seconds of the server for each GB that left it, or came where none did
  double rate = 0;     // bytes per second of the clock, likewise
  double age_p50 = 0;  // ms, when a picture is read
  double age_p99 = 0;
};

/// Players come first: all of it is for all of them. nginx lets them wait, ours is asked to.
Outcome run(const Server& server, const Load& load) {
  Players players{server, load.players};
  std::vector<UniqueFd> stopped;
  for (std::size_t i = 0; i < load.stopped; ++i)
    stopped.push_back(Client{server.port, Client::Role::kPlayer}.take_socket());
  const Publishers publishers{server, load.publishers};
  const double before = server.measured().cpu_seconds();
  const TimePoint start = Clock::now();
  const Child publisher{[&] { publishers.say(load); }};
  const Players::Drained drained = players.drain(publisher);
  std::uint64_t bytes = drained.bytes;
  const std::chrono::duration<double> spent = drained.last - start;
  if (load.players == 0) {
    Load counted = load;
    counted.paced = false;
    publish(counted, [&](std::size_t, rtmp::MediaKind, std::uint32_t, ByteView body) {
      bytes += body.size();
    });
  }
  Outcome out{(server.measured().cpu_seconds() - before) / (static_cast<double>(bytes) / 1e9),
              static_cast<double>(bytes) / spent.count()};
  if (const auto ages = players.ages(); !ages.empty()) {
    out.age_p50 = ages[ages.size() / 2];
    out.age_p99 = ages[ages.size() * 99 / 100];
  }
  return out;
}

double median_of(const std::vector<Outcome>& all, double Outcome::*what) {
  std::vector<double> values;
  values.reserve(all.size());
  for (const Outcome& each : all) values.push_back(each.*what);
  return bench::median(values);
}

using Start = std::function<std::vector<Server>()>;

/// In each turn the servers are new: where a process lies in memory makes a difference of its own.
void compare(const Start& start, const Load& load, std::size_t turns = kTurns) {
  std::vector<Server> servers;
  std::vector<std::vector<Outcome>> outcomes;
  for (std::size_t turn = 0; turn < turns; ++turn) {
    servers.clear();
    servers = start();
    outcomes.resize(servers.size());
    for (std::size_t i = 0; i < servers.size(); ++i) outcomes[i].push_back(run(servers[i], load));
  }
  fmt::print("{}\n", load.name);
  for (std::size_t i = 0; i < servers.size(); ++i) {
    std::vector<double> ratios;
    for (std::size_t turn = 0; turn < turns; ++turn)
      ratios.push_back(outcomes[i][turn].cost / outcomes[0][turn].cost);
    std::ranges::sort(ratios);
    fmt::print("  {:<28} {:6.3f} CPU s/GB {:5.2f} x   ({:.2f} .. {:.2f})", servers[i].name,
               median_of(outcomes[i], &Outcome::cost), bench::median(ratios), ratios.front(),
               ratios.back());
    if (!load.paced) fmt::print("  {:6.0f} MB/s", median_of(outcomes[i], &Outcome::rate) / 1e6);
    if (load.paced && servers[i].rtmp && load.players > 0)
      fmt::print("  age p50 {:.1f} ms, p99 {:.1f} ms", median_of(outcomes[i], &Outcome::age_p50),
                 median_of(outcomes[i], &Outcome::age_p99));
    fmt::print("\n");
  }
  std::fflush(stdout);
}

/// What players that stopped reading cost those that go on, and the server.
void beside_stopped(const std::vector<Server>& servers) {
  constexpr std::size_t kStopped = 20;
  constexpr std::uint32_t kSpeed = 8;  // the kernel alone takes some MB for each
  constexpr std::uint32_t kFrames = 1200;
  const Load alone{"", 1, 100, true, kFrames, 0, kSpeed};
  const Load beside{"", 1, 100, true, kFrames, kStopped, kSpeed};
  fmt::print("100 players, {} Mbit/s, beside {} that stopped reading\n", 2 * kSpeed, kStopped);
  for (const Server& server : servers) {
    if (!server.rtmp) continue;  // it would wait for them
    std::vector<double> ages;
    std::vector<double> ratios;
    std::vector<double> costs;
    for (std::size_t turn = 0; turn < kTurns; ++turn) {
      const double without = run(server, alone).age_p99;
      const auto resident = static_cast<double>(server.measured().resident());
      ages.push_back(run(server, beside).age_p99);
      ratios.push_back(ages.back() / without);
      costs.push_back((static_cast<double>(server.measured().resident()) - resident) / 1024);
    }
    fmt::print("  {:<28} age p99 {:.1f} ms, {:.2f} x that without; resident {:+.0f} KiB for each\n",
               server.name, bench::median(ages), bench::median(ratios),
               bench::median(costs) / kStopped);
  }
  std::fflush(stdout);
}

/// How long a player waits for its first picture, from before it connects.
void first_picture(const std::vector<Server>& servers) {
  constexpr std::size_t kPlayers = 50;
  constexpr Millis kApart{70};  // it comes anywhere between two key frames
  fmt::print("first picture of a stream with a key frame a second\n");
  for (const Server& server : servers) {
    if (!server.rtmp) continue;
    const Publishers publishers{server, 1};
    const Child publisher{[&] { publishers.say({"", 1, 0, true, 30 * 3600}); }};
    std::this_thread::sleep_for(Seconds{2});  // the stream is not new
    std::vector<double> waits;
    for (std::size_t i = 0; i < kPlayers; ++i) {
      const TimePoint start = Clock::now();
      Client player{server.port, Client::Role::kPlayer};
      while (!player.has_seen_key()) player.read(0);
      waits.push_back(std::chrono::duration<double, std::milli>(Clock::now() - start).count());
      std::this_thread::sleep_for(kApart);
    }
    std::ranges::sort(waits);
    fmt::print("  {:<28} {:6.1f} ms, at most {:.1f} ms\n", server.name, waits[kPlayers / 2],
               waits.back());
  }
  std::fflush(stdout);
}

/// What it keeps resident for each of many that came after the first.
void memory(const std::function<std::optional<Server>(const TempDir&)>& start) {
  constexpr std::size_t kEach = 200;
  const TempDir dir;
  const auto server = start(dir);
  if (!server) return;
  const auto kilobytes = [&] { return static_cast<double>(server->measured().resident()) / 1024; };
  std::vector<std::unique_ptr<Client>> clients;
  const auto publisher = [&](const std::string& name) {
    clients.push_back(std::make_unique<Client>(server->port, Client::Role::kPublisher, name));
    publish({"", 1, 0, false, 60}, [&](std::size_t, rtmp::MediaKind kind, std::uint32_t ms,
                                       ByteView body) { clients.back()->media(kind, ms, body); });
  };
  publisher("cam");
  const double first = kilobytes();
  for (std::size_t i = 0; i < kEach; ++i) publisher(fmt::format("cam{}", i + 1));
  const Players warm{*server, 1};
  const double published = kilobytes();
  const Players players{*server, kEach};
  const double played = kilobytes();
  fmt::print("  {:<28} {:6.1f} KiB a publisher, {:6.1f} KiB a player\n", server->name,
             (published - first) / kEach, (played - published) / kEach);
}

}  // namespace

int main(int argc, char** argv) {
  const std::vector<std::string> wanted{argv + 1, argv + argc};
  const auto wants = [&](const std::string& what) {
    return wanted.empty() || std::ranges::find(wanted, what) != wanted.end();
  };
  bench::want_files(4096);
  const TempDir dir;
  const auto without_budget = [&] {
    std::vector<Server> servers;
    servers.push_back(bench::floor_server());
    if (auto other = bench::nginx(dir)) servers.push_back(std::move(*other));
    servers.push_back(bench::ours(dir, "rtmp-ingest", {"--play-wait", "60s"}));
    return servers;
  };
  const auto all = [&] {
    std::vector<Server> servers = without_budget();
    servers.push_back(bench::ours(dir, "rtmp-ingest, budget 100 ms",
                                  {"--play-wait", "60s", "--latency-budget", "100ms"}));
    return servers;
  };
  if (wants("fan-out")) compare(all, {"1000 players, real time", 1, 1000, true, 120});
  if (wants("crowd")) compare(all, {"500 players, as fast as it goes", 1, 500, false, 300});
  if (wants("stopped")) beside_stopped(without_budget());
  if (wants("first")) first_picture(without_budget());
  if (wants("publishers"))
    compare(without_budget, {"100 publishers, real time", 100, 0, true, 240});
  if (wants("ingest"))
    compare(without_budget, {"a publisher, as fast as it goes", 1, 0, false, 120'000}, 9);
  if (!wants("memory")) return 0;
  fmt::print("resident memory, no pictures kept\n");
  memory(bench::nginx);
  memory([](const TempDir& at) -> std::optional<Server> {
    return bench::ours(at, "rtmp-ingest", {"--gop-bytes", "0"});
  });
}
