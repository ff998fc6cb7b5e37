// Acknowledged writes through the bus: four tools write one object, each with many writes under
// way, and all four hear every change; 100 bytes a value, over ipc. Once with the hub in memory,
// once with its store (SQLite), and beside it redis-server: SET and PUBLISH in one pipeline from
// four connections to four subscribers, over a Unix socket. Then the round trip of one write at
// 10,000 writes a second, alone, beside a tool that stopped reading, and
// with the store.
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

#include "base/unique_fd.h"
#include "bench.h"
#include "bus/client.h"
#include "bus/hub_runner.h"
#include "bus/zmq_bus.h"
#include "bus/zmq_hub.h"
#include "child.h"
#include "net/loop.h"
#include "resp.h"
#include "store/sqlite_store.h"
#include "support/raw_tool.h"

using namespace so;
using bench::Child;

namespace {

constexpr std::uint64_t kTools = 4;
constexpr std::uint64_t kWrites = 40'000;  // of each tool
constexpr std::uint64_t kUnderWay = 64;    // of each tool
constexpr int kTurns = 5;

std::string change(std::uint64_t tool, std::uint64_t number) {
  return fmt::format(R"({{"changes":[{{"op":"set","key":"k{}","value":"{:0100}"}}]}})", tool,
                     number);
}

/// Where processes tell each other that they are ready and done.
struct Pipe {
  Pipe() {
    std::array<int, 2> ends{};
    if (pipe(ends.data()) != 0) std::abort();
    in = UniqueFd{ends[0]};
    out = UniqueFd{ends[1]};
  }
  void say(std::uint64_t times = 1) const {
    for (; times > 0; --times) {
      if (write(out.get(), "x", 1) != 1) std::abort();
    }
  }
  void hear(std::uint64_t times = 1) const {
    char byte = 0;
    for (; times > 0; --times) {
      if (read(in.get(), &byte, 1) != 1) std::abort();
    }
  }
  UniqueFd in, out;
};

void run_hub(const std::string& address, const std::optional<store::Durability>& durability,
             const std::string& file) {
  net::Loop loop;
  auto bus = bus::ZmqHub::bind(address, loop);
  if (!bus) std::abort();
  bus::HubRunner hub{loop, {}, [&](const hub::Effects& effects) {
                       for (const hub::Send& send : effects.sends) (*bus)->send(send);
                     }};
  if (durability) {
    auto opened = store::SqliteStore::open(file, *durability);
    if (!opened || !hub.keep_in(std::move(*opened))) std::abort();
  }
  (*bus)->listen({.frame = [&](hub::ToolId from, const wire::FrameView& request) {
    hub.apply(from, request);
  }});
  loop.run();
}

struct Tool {
  Tool(const std::string& address, net::Loop& loop)
      : bus(std::move(*bus::ZmqBus::connect(address, loop))), client(*bus, loop, "bench") {}
  std::unique_ptr<bus::ZmqBus> bus;
  bus::Client client;
};

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

// --- round trips ---

constexpr std::uint64_t kRate = 10'000;  // a second
constexpr std::uint64_t kTrips = 30'000;

/// A tool that uses the object and never reads again.
void run_sleeper(const std::string& address, const Pipe& ready) {
  RawTool tool{address, 1};
  std::uint32_t request = 0;
  const auto ask = [&](wire::Kind kind, std::string_view scope, std::string_view name,
                       std::string_view body) {
    tool.send({.header = {.kind = kind, .request = ++request, .member = 1},
               .scope = scope,
               .name = name,
               .body = body});
  };
  ask(wire::Kind::kHello, {}, {}, R"({"tool":"sleeper","incarnation":"00000000000000ff"})");
  ask(wire::Kind::kJoin, "/bench", {}, {});
  ask(wire::Kind::kUse, "/bench", "so", {});
  int replies = 0;
  while (replies < 3) {
    if (auto message = tool.receive()) {
      Cursor in{*message};
      for (auto frame = wire::read_frame(in); frame && *frame; frame = wire::read_frame(in)) {
        ++replies;
      }
    }
  }
  ready.say();
  pause();
}

struct Trip {
  std::string_view name;
  bool sleeper;
  std::optional<store::Durability> durability;
};

void round_trips(const std::string& directory, const Trip& trip) {
  const std::string address = "ipc://" + directory + "/bus";
  const Child hub{[&] { run_hub(address, trip.durability, directory + "/store"); }};
  const Pipe ready;
  std::optional<Child> sleeper;
  if (trip.sleeper) {
    sleeper.emplace([&] { run_sleeper(address, ready); });
    ready.hear();
  }
  net::Loop loop;
  Tool tool{address, loop};
  tool.client.join(1, "/bench", {});
  tool.client.use(1, "/bench", "so", {.persistent = trip.durability.has_value()},
                  [&](const bus::Reply&) { loop.stop(); });
  loop.run();
  std::vector<double> micros;
  std::uint64_t sent = 0;
  const TimePoint begin = Clock::now();
  net::Timer pace{
      loop, [&] {
        const double passed = std::chrono::duration<double>(Clock::now() - begin).count();
        const auto due = static_cast<std::uint64_t>(passed * kRate);
        for (; sent < std::min(due, kTrips); ++sent) {
          tool.client.change(
              1, "/bench", "so", change(0, sent), [&, at = Clock::now()](const auto&) {
                micros.push_back(
                    std::chrono::duration<double, std::micro>(Clock::now() - at).count());
                if (micros.size() == kTrips) loop.stop();
              });
        }
        pace.start(Millis{1});
      }};
  pace.start(Millis{1});
  loop.run();
  std::sort(micros.begin(), micros.end());
  const auto at = [&](double part) {
    return micros[static_cast<std::size_t>(part * static_cast<double>(micros.size() - 1))];
  };
  fmt::print("  {:<28} p50 {:.0f} us, p99 {:.0f} us, p99.9 {:.0f} us\n", trip.name, at(0.5),
             at(0.99), at(0.999));
}

}  // namespace

int main() {
  std::string directory = (std::filesystem::temp_directory_path() / "bench-XXXXXX").string();
  if (mkdtemp(directory.data()) == nullptr) return 1;
  throughput(directory);
  fmt::print("write to acknowledgement at {} writes a second\n", kRate);
  for (const Trip& trip : {Trip{"alone", false, std::nullopt},
                           Trip{"beside one that does not read", true, std::nullopt},
                           Trip{"stored, process", false, store::Durability::kProcess},
                           Trip{"stored, power", false, store::Durability::kPower}}) {
    std::filesystem::remove(directory + "/store");
    std::filesystem::remove(directory + "/store-wal");
    round_trips(directory, trip);
  }
  std::filesystem::remove_all(directory);
}
