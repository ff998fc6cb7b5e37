// What a change of a shared object costs on its way through the hub: one writer, ten listeners,
// each a tool with a connection of its own, 100 bytes a change, over ipc. The hub is a process of
// its own, and what counts is its CPU time; the baseline is a relay that sends what it gets to all
// listeners and knows nothing: the floor under any hub on this bus.
#include <array>
#include <cstdlib>
#include <filesystem>
#include <functional>
#include <memory>
#include <string>
#include <vector>

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

using namespace so;
using bench::Child;

namespace {

constexpr std::size_t kListeners = 10;
constexpr std::size_t kTurns = 5;
constexpr std::uint64_t kAlone = 4000;      // changes of a turn when each waits for its reply
constexpr std::uint64_t kTogether = 40000;  // and when many are under way
const std::string kChange =
    R"({"changes":[{"op":"send","handler":"h","args":[")" + std::string(100, 'x') + R"("]}]})";

std::unique_ptr<bus::ZmqHub> bind(const std::string& address, net::Loop& loop) {
  auto bus = bus::ZmqHub::bind(address, loop);
  if (!bus) std::abort();
  return std::move(*bus);
}

void run_hub(const std::string& address) {
  net::Loop loop;
  const auto bus = bind(address, loop);
  bus::HubRunner hub{loop, {}, [&](const hub::Effects& effects) {
                       for (const hub::Send& send : effects.sends) bus->send(send);
                     }};
  bus->listen({.frame = [&](hub::ToolId from, const wire::FrameView& request) {
    hub.apply(from, request);
  }});
  loop.run();
}

/// Answers everything with done, and passes changes on to all who use anything.
void run_relay(const std::string& address) {
  net::Loop loop;
  const auto bus = bind(address, loop);
  std::vector<hub::ToolId> users;
  std::uint64_t version = 0;
  bus->listen({.frame = [&](hub::ToolId from, const wire::FrameView& request) {
    wire::Frame reply{{.kind = wire::Kind::kDone,
                       .request = request.header.request,
                       .epoch = 1,
                       .version = version},
                      {},
                      {},
                      {}};
    if (request.header.kind == wire::Kind::kUse) users.push_back(from);
    const bool change = request.header.kind == wire::Kind::kChange;
    if (request.header.request != 0) bus->send({{from}, reply, std::nullopt});
    if (!change) return;
    wire::Frame event = wire::Frame::copy(request);
    event.header = {.kind = wire::Kind::kChanged, .epoch = 1, .version = ++version};
    bus->send({users, event, std::nullopt});
  }});
  loop.run();
}

struct Tool {
  Tool(const std::string& address, net::Loop& loop)
      : bus(std::move(*bus::ZmqBus::connect(address, loop))), client(*bus, loop, "bench") {}
  std::unique_ptr<bus::ZmqBus> bus;
  bus::Client client;
};

/// Ten tools; a byte in `out` when all are ready, and one each time that all have had `changes`
/// more.
void run_listeners(const std::string& address, std::uint64_t changes, int out) {
  net::Loop loop;
  std::vector<std::unique_ptr<Tool>> tools;
  std::uint64_t ready = 0;
  std::uint64_t heard = 0;
  const auto say = [out] {
    if (write(out, "x", 1) != 1) _exit(1);
  };
  for (std::size_t i = 0; i < kListeners; ++i) {
    tools.push_back(std::make_unique<Tool>(address, loop));
    bus::Client& client = tools.back()->client;
    client.listen({.event = [&](const wire::FrameView&) {
      if (++heard % (changes * kListeners) == 0) say();
    }});
    client.join(1, "/bench", {});
    client.use(1, "/bench", "so", {}, [&](const bus::Reply&) {
      if (++ready == kListeners) say();
    });
  }
  loop.run();
}

struct Cost {
  double wall;  // deliveries a second, with all processes on this machine's cores
  double cpu;   // deliveries a CPU second of the hub
};

Cost measure(const std::string& address, void (*hub_body)(const std::string&), std::size_t window) {
  const std::uint64_t changes = window == 1 ? kAlone : kTogether;
  std::array<int, 2> ends{};
  if (pipe(ends.data()) != 0) std::abort();
  const UniqueFd in{ends[0]};
  const UniqueFd out{ends[1]};
  const Child hub{[&] { hub_body(address); }};
  const Child listeners{[&] { run_listeners(address, changes, out.get()); }};

  net::Loop loop;
  net::Poll poll{loop, in.get(), [&](net::Poll::Ready) {
                   char byte = 0;
                   if (read(in.get(), &byte, 1) == 1) loop.stop();
                 }};
  poll.want(true, false);
  loop.run();  // the listeners are ready
  Tool writer{address, loop};
  writer.client.join(1, "/bench", {}, [&](const bus::Reply&) { loop.stop(); });
  loop.run();

  std::uint64_t sent = 0;
  std::function<void(const bus::Reply&)> next = [&](const bus::Reply&) {
    if (sent == changes) return;
    ++sent;
    writer.client.change(1, "/bench", "so", kChange, next);
  };
  const double cpu = hub.cpu_seconds();
  const TimePoint start = Clock::now();
  for (std::size_t i = 0; i < window; ++i) next({});
  loop.run();
  const double wall = std::chrono::duration<double>(Clock::now() - start).count();
  const auto deliveries = static_cast<double>(changes * kListeners);
  return {deliveries / wall, deliveries / (hub.cpu_seconds() - cpu)};
}

void compare(const std::string& address, std::size_t window) {
  std::vector<double> relay;
  std::vector<double> hub;
  std::vector<double> wall;
  std::vector<double> ratio;
  for (std::size_t turn = 0; turn < kTurns; ++turn) {
    relay.push_back(measure(address, run_relay, window).cpu);
    const Cost cost = measure(address, run_hub, window);
    hub.push_back(cost.cpu);
    wall.push_back(cost.wall);
    ratio.push_back(hub.back() / relay.back());
  }
  fmt::print("change of 100 bytes to {} tools, {} under way\n", kListeners, window);
  fmt::print("  {:<28} {:>8} deliveries per CPU second\n", "relay",
             bench::short_number(bench::median(relay)));
  fmt::print(
      "  {:<28} {:>8} deliveries per CPU second {:5.2f} x, {:.2f} us each; {}/s by the clock\n",
      "hub", bench::short_number(bench::median(hub)), bench::median(ratio),
      1e6 / bench::median(hub), bench::short_number(bench::median(wall)));
}

}  // namespace

int main() {
  std::string directory = (std::filesystem::temp_directory_path() / "bench-bus-XXXXXX").string();
  if (mkdtemp(directory.data()) == nullptr) return 1;
  for (const std::size_t window : {1U, 16U, 256U}) compare("ipc://" + directory + "/bus", window);
  std::filesystem::remove_all(directory);
}
