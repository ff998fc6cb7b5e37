// The time from a write to its acknowledgement at 10,000 writes a second of 100 bytes, over ipc:
// alone, beside a tool that stopped reading, and with the store; each by itself every 100 us, and
// ten at once every ms. Beside it, in turns, the floor: a bare echo over ZeroMQ at the same rhythm,
// same bytes. What counts on a machine that is not quiet is the ratio to it.
#include <algorithm>
#include <array>
#include <chrono>
#include <cstdlib>
#include <deque>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <sys/timerfd.h>
#include <unistd.h>

#include <fmt/format.h>
#include <zmq.hpp>

#include "base/unique_fd.h"
#include "bench.h"
#include "bus_peers.h"
#include "child.h"
#include "support/raw_tool.h"

using namespace so;
using namespace so::bench;

namespace {

constexpr std::uint64_t kRate = 10'000;  // a second
constexpr std::uint64_t kTrips = 30'000;
constexpr std::uint64_t kTripTurns = 15;

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

/// Wakes `wake` so often, with how many times it is due.
class Pace {
 public:
  explicit Pace(std::chrono::nanoseconds every)
      : fd_(timerfd_create(CLOCK_MONOTONIC, TFD_NONBLOCK)) {
    const timespec step{.tv_sec = 0, .tv_nsec = every.count()};
    const itimerspec all{.it_interval = step, .it_value = step};
    if (timerfd_settime(fd_.get(), 0, &all, nullptr) != 0) std::abort();
  }
  [[nodiscard]] int fd() const { return fd_.get(); }
  [[nodiscard]] std::uint64_t due() const {
    std::uint64_t times = 0;
    return read(fd_.get(), &times, sizeof times) == sizeof times ? times : 0;
  }

 private:
  UniqueFd fd_;
};

/// How the writes of a second come: `together` at once, evenly spaced.
struct Rhythm {
  std::string_view name;
  std::uint64_t together;
  [[nodiscard]] std::chrono::nanoseconds every() const {
    return std::chrono::nanoseconds{1'000'000'000 / kRate * together};
  }
};

using Micros = std::vector<double>;
double since(TimePoint at) {
  return std::chrono::duration<double, std::micro>(Clock::now() - at).count();
}

/// The floor: a ROUTER that answers each message with itself, a DEALER, and no more.
class Echo {
 public:
  explicit Echo(const std::string& address)
      : server_([&] { serve(address); }), socket_(context_, zmq::socket_type::dealer) {
    socket_.connect(address);
  }

  void trips(const Rhythm& rhythm, std::uint64_t count, Micros& micros) {
    const std::string message = change(0, 1) + std::string(kHeader, ' ');
    const Pace pace{rhythm.every()};
    std::deque<TimePoint> under_way;
    std::uint64_t sent = 0;
    for (std::uint64_t heard = 0; heard < count;) {
      std::array<zmq::pollitem_t, 2> wait{
          {{socket_.handle(), 0, ZMQ_POLLIN, 0}, {nullptr, pace.fd(), ZMQ_POLLIN, 0}}};
      zmq::poll(wait.data(), wait.size(), std::chrono::milliseconds{-1});
      for (zmq::message_t answer; socket_.recv(answer, zmq::recv_flags::dontwait); ++heard) {
        micros.push_back(since(under_way.front()));
        under_way.pop_front();
      }
      for (std::uint64_t due = pace.due() * rhythm.together; due > 0 && sent < count; --due) {
        under_way.push_back(Clock::now());
        socket_.send(zmq::buffer(message));
        ++sent;
      }
    }
  }

  [[nodiscard]] double cpu_seconds() const { return server_.cpu_seconds(); }

 private:
  static constexpr std::size_t kHeader = 60;  // of a change frame, with scope and object

  static void serve(const std::string& address) {
    zmq::context_t context;
    zmq::socket_t router{context, zmq::socket_type::router};
    router.bind(address);
    for (;;) {
      zmq::message_t from;
      zmq::message_t message;
      if (!router.recv(from) || !router.recv(message)) continue;
      router.send(from, zmq::send_flags::sndmore);
      router.send(message, zmq::send_flags::none);
    }
  }

  Child server_;
  zmq::context_t context_;
  zmq::socket_t socket_;
};

/// A hub and a tool that writes an object of it.
class Trips {
 public:
  struct Kind {
    std::string_view name;
    bool sleeper = false;
    std::optional<store::Durability> durability{};
  };
  Trips(const std::string& directory, const Kind& kind)
      : address_("ipc://" + directory + "/bus"),
        hub_([&] { run_hub(address_, kind.durability, directory + "/store"); }) {
    if (kind.sleeper) {
      const Pipe ready;
      sleeper_.emplace([&] { run_sleeper(address_, ready); });
      ready.hear();
    }
    loop_.emplace();
    tool_.emplace(address_, *loop_);
    tool_->client.join(1, "/bench", {});
    tool_->client.use(1, "/bench", "so", {.persistent = kind.durability.has_value()},
                      [&](const bus::Reply&) { loop_->stop(); });
    loop_->run();
  }

  void trips(const Rhythm& rhythm, std::uint64_t count, Micros& micros) {
    const Pace pace{rhythm.every()};
    std::uint64_t sent = 0;
    std::uint64_t heard = 0;
    net::Poll due{*loop_, pace.fd(), [&](net::Poll::Ready) {
                    for (std::uint64_t n = pace.due() * rhythm.together; n > 0 && sent < count;
                         --n) {
                      ++sent;
                      tool_->client.change(1, "/bench", "so", change(0, ++value_),
                                           [&, at = Clock::now()](const bus::Reply& reply) {
                                             if (!reply.ok()) std::abort();
                                             micros.push_back(since(at));
                                             if (++heard == count) loop_->stop();
                                           });
                    }
                  }};
    due.want(true, false);
    loop_->run();
  }
  [[nodiscard]] double cpu_seconds() const { return hub_.cpu_seconds(); }

 private:
  std::string address_;
  Child hub_;
  std::optional<Child> sleeper_;
  std::optional<net::Loop> loop_;  // after the children were made
  std::optional<Tool> tool_;
  std::uint64_t value_ = 0;
};

struct Spread {
  double p50, p99, p999;
};
Spread spread(Micros micros) {
  std::sort(micros.begin(), micros.end());
  const auto at = [&](double part) {
    return micros[static_cast<std::size_t>(part * static_cast<double>(micros.size() - 1))];
  };
  return {at(0.5), at(0.99), at(0.999)};
}

/// One of the two that are compared: its trips, and the CPU time of its server for each.
class Side {
 public:
  template <class From>
  void trips(From& from, const Rhythm& rhythm) {
    const double cpu = from.cpu_seconds();
    Micros micros;
    from.trips(rhythm, kTrips / kTripTurns, micros);
    cpu_.push_back((from.cpu_seconds() - cpu) * 1e6 * kTripTurns / kTrips);
    medians_.push_back(spread(micros).p50);
    all_.insert(all_.end(), micros.begin(), micros.end());
  }
  [[nodiscard]] double ratio_to(const Side& other) const {
    std::vector<double> ratios;
    for (std::size_t i = 0; i < medians_.size(); ++i) {
      ratios.push_back(medians_[i] / other.medians_[i]);
    }
    return median(ratios);
  }
  [[nodiscard]] std::string show() const {
    const Spread all = spread(all_);
    return fmt::format("p50 {:.0f} us, p99 {:.0f} us, p99.9 {:.0f} us, CPU {:.1f} us", all.p50,
                       all.p99, all.p999, median(cpu_));
  }

 private:
  Micros all_;
  std::vector<double> medians_, cpu_;
};

// In turns with the echo, so that both had the same machine; the ratio is of neighbours.
void round_trips(const std::string& directory, const Trips::Kind& kind, const Rhythm& rhythm) {
  std::filesystem::remove(directory + "/store");
  std::filesystem::remove(directory + "/store-wal");
  Trips hub{directory, kind};
  Echo echo{"ipc://" + directory + "/echo"};
  Side bare;
  Side ours;
  for (std::uint64_t turn = 0; turn < kTripTurns; ++turn) {
    bare.trips(echo, rhythm);
    ours.trips(hub, rhythm);
  }
  fmt::print("{}, {}\n  {:<28} {}\n  {:<28} {}, p50 {:.2f} x\n", kind.name, rhythm.name, "echo",
             bare.show(), "hub", ours.show(), ours.ratio_to(bare));
}

}  // namespace

int main() {
  std::string directory = (std::filesystem::temp_directory_path() / "bench-XXXXXX").string();
  if (mkdtemp(directory.data()) == nullptr) return 1;
  fmt::print("write to acknowledgement at {} writes a second; CPU is of the server, a write\n",
             kRate);
  const Rhythm one{"each by itself", 1};
  const Rhythm ten{"ten at once", 10};
  round_trips(directory, {"alone"}, one);
  round_trips(directory, {"alone"}, ten);
  round_trips(directory, {"beside one that does not read", true}, one);
  round_trips(directory, {"stored, process", false, store::Durability::kProcess}, one);
  round_trips(directory, {"stored, power", false, store::Durability::kPower}, one);
  std::filesystem::remove_all(directory);
}
