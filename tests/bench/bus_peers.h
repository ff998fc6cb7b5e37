#pragma once

#include <array>
#include <cstdint>
#include <cstdlib>
#include <memory>
#include <optional>
#include <string>

#include <unistd.h>

#include <fmt/format.h>

#include "base/unique_fd.h"
#include "bus/client.h"
#include "bus/hub_runner.h"
#include "bus/zmq_bus.h"
#include "bus/zmq_hub.h"
#include "net/loop.h"
#include "store/sqlite_store.h"

/// Both ends of the bus for benchmarks, each for a process of its own. What goes wrong ends it.
namespace so::bench {

inline std::string change(std::uint64_t tool, std::uint64_t number) {
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

/// Runs until the process is ended.
inline void run_hub(const std::string& address, const std::optional<store::Durability>& durability,
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

}  // namespace so::bench
