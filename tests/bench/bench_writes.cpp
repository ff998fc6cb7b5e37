// Acknowledged writes through the bus: four tools write one object, each with many writes under
// way, and all four hear every change; 100 bytes a value, over ipc. Once with the hub in memory,
// once with its store (SQLite), and beside it redis-server: SET and PUBLISH in one pipeline from
// four connections to four subscribers, over a Unix socket.
#include <algorithm>
#include <array>
#include <cstdlib>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include <fcntl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <fmt/format.h>

#include "bench.h"
#include "bus_peers.h"
#include "child.h"
#include "resp.h"

using namespace so;
using namespace so::bench;

namespace {

constexpr std::uint64_t kTools = 4;
constexpr std::uint64_t kWrites = 40'000;  // of each tool
constexpr std::uint64_t kUnderWay = 64;    // of each tool
constexpr int kTurns = 5;

/// Uses the object, says so, writes when told to, and says when all is acknowledged and heard.
void run_tool(const std::string& address, std::uint64_t number, bool persistent, const Pipe& ready,
              const Pipe& go, const Pipe& done) {
  net::Loop loop;
  Tool tool{address, loop};
  std::uint64_t sent = 0;
  std::uint64_t acknowledged = 0;
  std::uint64_t heard = 0;
  const auto look = [&] {
    if (acknowledged == kWrites && heard == kWrites * kTools) loop.stop();
  };
  std::function<void(const bus::Reply&)> next = [&](const bus::Reply& reply) {
    if (!reply.ok()) std::abort();
    if (sent > 0) ++acknowledged;
    if (sent < kWrites) tool.client.change(1, "/bench", "so", change(number, sent++), next);
    look();
  };
  tool.client.listen({.event = [&](const wire::FrameView&) {
    ++heard;
    look();
  }});
  tool.client.join(1, "/bench", {});
  tool.client.use(1, "/bench", "so", {.persistent = persistent},
                  [&](const bus::Reply&) { loop.stop(); });
  loop.run();
  ready.say();
  go.hear();
  for (std::uint64_t i = 0; i < kUnderWay; ++i) {
    tool.client.change(1, "/bench", "so", change(number, sent++), next);
  }
  loop.run();
  done.say();
  loop.run();  // until it is ended
}

struct Cost {
  double wall = 0;  // writes a second, all processes on this machine's cores
  double cpu = 0;   // writes a CPU second of the server
};

// `server` is running; `client` starts the writers and listeners, of which so many say when ready.
Cost measure(const Child& server,
             const std::function<void(const Pipe&, const Pipe&, const Pipe&,
                                      std::vector<std::unique_ptr<Child>>&)>& start,
             std::uint64_t readies, std::uint64_t goes, std::uint64_t dones) {
  const Pipe ready;
  const Pipe go;
  const Pipe done;
  std::vector<std::unique_ptr<Child>> children;
  start(ready, go, done, children);
  ready.hear(readies);
  const double cpu = server.cpu_seconds();
  const TimePoint begin = Clock::now();
  go.say(goes);
  done.hear(dones);
  const double wall = std::chrono::duration<double>(Clock::now() - begin).count();
  const auto writes = static_cast<double>(kWrites * kTools);
  return {writes / wall, writes / (server.cpu_seconds() - cpu)};
}

Cost measure_hub(const std::string& directory, std::optional<store::Durability> durability) {
  const std::string address = "ipc://" + directory + "/bus";
  std::filesystem::remove(directory + "/store");
  std::filesystem::remove(directory + "/store-wal");
  const Child hub{[&] { run_hub(address, durability, directory + "/store"); }};
  return measure(
      hub,
      [&](const Pipe& ready, const Pipe& go, const Pipe& done, auto& children) {
        for (std::uint64_t i = 0; i < kTools; ++i) {
          children.push_back(std::make_unique<Child>(
              [&, i] { run_tool(address, i, durability.has_value(), ready, go, done); }));
        }
      },
      kTools, kTools, kTools);
}

// --- redis-server ---

void run_redis(const std::string& socket, bool durable, const std::string& directory) {
  const int nothing = ::open("/dev/null", O_WRONLY);
  dup2(nothing, STDOUT_FILENO);
  const char* append_only = durable ? "yes" : "no";
  execlp("redis-server", "redis-server", "--port", "0", "--unixsocket", socket.c_str(), "--save",
         "", "--appendonly", append_only, "--dir", directory.c_str(), nullptr);
  _exit(1);
}

void run_publisher(const std::string& socket, std::uint64_t number, const Pipe& ready,
                   const Pipe& go) {
  bench::Resp redis{socket};
  ready.say();
  go.hear();
  std::uint64_t sent = 0;
  std::uint64_t lines = 0;
  while (lines < 2 * kWrites) {
    std::string pipeline;
    for (; sent < kWrites && sent < lines / 2 + kUnderWay; ++sent) {
      const std::string value = fmt::format("{:0100}", sent);
      pipeline += bench::Resp::command({"SET", fmt::format("k{}", number), value});
      pipeline += bench::Resp::command({"PUBLISH", "c", value});
    }
    redis.send(pipeline);
    lines += redis.lines();
  }
  pause();
}

void run_subscriber(const std::string& socket, const Pipe& ready, const Pipe& done) {
  constexpr std::uint64_t kLines = 7;  // of a message, and 6 of the answer to SUBSCRIBE
  bench::Resp redis{socket};
  redis.send(bench::Resp::command({"SUBSCRIBE", "c"}));
  std::uint64_t lines = redis.lines();
  ready.say();
  while (lines < 6 + kLines * kWrites * kTools) lines += redis.lines();
  done.say();
  pause();
}

std::optional<Cost> measure_redis(const std::string& directory, bool durable) {
  const std::string socket = directory + "/redis";
  std::filesystem::remove(socket);
  std::filesystem::remove_all(directory + "/appendonlydir");
  const Child redis{[&] { run_redis(socket, durable, directory); }};
  const TimePoint deadline = Clock::now() + Seconds{5};
  while (!bench::Resp{socket}.connected()) {
    if (Clock::now() > deadline) return std::nullopt;
  }
  return measure(
      redis,
      [&](const Pipe& ready, const Pipe& go, const Pipe& done, auto& children) {
        for (std::uint64_t i = 0; i < kTools; ++i) {
          children.push_back(std::make_unique<Child>([&] { run_subscriber(socket, ready, done); }));
          children.push_back(
              std::make_unique<Child>([&, i] { run_publisher(socket, i, ready, go); }));
        }
      },
      2 * kTools, kTools, kTools);
}

void throughput(const std::string& directory) {
  struct Way {
    std::string name;
    std::function<std::optional<Cost>()> measure;
    std::vector<double> wall{}, cpu{}, ratio{};
  };
  std::vector<Way> ways{
      {"redis-server, memory", [&] { return measure_redis(directory, false); }},
      {"so-hub, memory", [&] { return measure_hub(directory, std::nullopt); }},
      {"redis-server, append-only", [&] { return measure_redis(directory, true); }},
      {"so-hub, store, process",
       [&] { return measure_hub(directory, store::Durability::kProcess); }},
      {"so-hub, store, power", [&] { return measure_hub(directory, store::Durability::kPower); }}};
  for (int turn = 0; turn < kTurns; ++turn) {
    for (Way& way : ways) {
      const auto cost = way.measure();
      if (!cost) continue;
      way.wall.push_back(cost->wall);
      way.cpu.push_back(cost->cpu);
      if (!ways[0].wall.empty()) way.ratio.push_back(cost->wall / ways[0].wall.back());
    }
  }
  fmt::print("writes of 100 bytes by {} tools, {} under way each, heard by all {}\n", kTools,
             kUnderWay, kTools);
  for (const Way& way : ways) {
    if (way.wall.empty()) {
      fmt::print("  {:<28} is not installed\n", way.name);
      continue;
    }
    fmt::print("  {:<28} {:>8}/s by the clock {:5.2f} x; {:>8} per CPU second of the server\n",
               way.name, bench::short_number(bench::median(way.wall)),
               way.ratio.empty() ? 1.0 : bench::median(way.ratio),
               bench::short_number(bench::median(way.cpu)));
  }
}

}  // namespace

int main() {
  std::string directory = (std::filesystem::temp_directory_path() / "bench-XXXXXX").string();
  if (mkdtemp(directory.data()) == nullptr) return 1;
  throughput(directory);
  std::filesystem::remove_all(directory);
}
