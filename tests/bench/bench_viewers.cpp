// What viewers of one stream cost fmp4-serve: CPU time for each GB that it sends them, what each
// keeps resident, and how long the first picture takes. Real pictures of 2 Mbit/s with sound, from
// a publisher over RTMP through rtmp-ingest and the bus; in turns with a floor that knows nothing
// of any of that and copies what it reads to all, one send for each frame. Arguments: how many
// viewers, 1000 unless told otherwise.
#include <algorithm>
#include <array>
#include <chrono>
#include <cstdlib>
#include <string>
#include <thread>
#include <vector>

#include <sys/epoll.h>

#include <fmt/format.h>

#include "bench.h"
#include "viewer_peers.h"

using namespace so;
using bench::Child;
using bench::Server;

namespace {

constexpr std::size_t kTurns = 3;
constexpr Seconds kLook{6};  // each turn

Server our_server(const TempDir& dir, const std::vector<bench::Tag>& tags) {
  auto [server, rtmp] = bench::start_chain(dir);
  auto publisher = std::make_unique<Child>([&, port = rtmp] {
    bench::Client client{port, bench::Client::Role::kPublisher};
    bench::publish(tags, [&](rtmp::MediaKind kind, std::uint32_t at, ByteView body) {
      client.media(kind, at, body);
    });
  });
  server.processes.insert(server.processes.begin(), std::move(publisher));
  return std::move(server);
}

Server floor(const std::vector<bench::Tag>& tags) {
  Server server = bench::floor_server();
  auto publisher = std::make_unique<Child>([&] {
    const UniqueFd fd = bench::dial(server.port);
    bench::send_all(fd.get(), as_bytes("P"));
    bench::publish(tags, [&](rtmp::MediaKind, std::uint32_t, ByteView body) {
      bench::send_all(fd.get(), body);
    });
  });
  server.processes.insert(server.processes.begin(), std::move(publisher));
  return server;
}

UniqueFd open_viewer(const Server& server) {
  if (server.rtmp) return bench::open_viewer(server.port, "cam");
  UniqueFd fd = bench::dial(server.port);
  bench::send_all(fd.get(), as_bytes("S"));
  return fd;
}

/// Viewers of several servers, all of whom read all the time.
struct Audience {
  void add(const Server& server, std::size_t which, std::size_t count) {
    for (std::size_t i = 0; i < count; ++i) {
      viewers.push_back(open_viewer(server));
      const int fd = viewers.back().get();
      epoll_event event{.events = EPOLLIN,
                        .data = {.u64 = std::uint64_t{which} << 32U | std::uint32_t(fd)}};
      epoll_ctl(poll.get(), EPOLL_CTL_ADD, fd, &event);
      if (i % 20 == 0) read_for(Millis{0});
    }
    read_for(Seconds{1});
  }
  /// Bytes that came from each.
  std::array<std::uint64_t, 2> read_for(std::chrono::nanoseconds time) {
    static Bytes buffer(1U << 20U);
    std::array<std::uint64_t, 2> bytes{};
    std::array<epoll_event, 256> events{};
    const TimePoint end = Clock::now() + time;
    do {
      const int ready = epoll_wait(poll.get(), events.data(), events.size(), 5);
      for (const epoll_event& event : std::span{events}.first(std::size_t(std::max(ready, 0)))) {
        const int fd = static_cast<int>(event.data.u64 & 0xFFFFFFFFU);
        const ssize_t got = recv(fd, buffer.data(), buffer.size(), MSG_DONTWAIT);
        if (got == 0)
          bench::give_up(event.data.u64 >> 32U == 0 ? "the floor has closed a viewer"
                                                    : "fmp4-serve has closed a viewer");
        bytes.at(event.data.u64 >> 32U) += static_cast<std::size_t>(std::max<ssize_t>(got, 0));
      }
    } while (Clock::now() < end);
    return bytes;
  }

  UniqueFd poll{epoll_create1(EPOLL_CLOEXEC)};
  std::vector<UniqueFd> viewers;
};

/// CPU seconds of each for each GB that it sends.
std::array<double, 2> costs(Audience& audience, const std::array<const Server*, 2>& servers) {
  std::array<double, 2> out{};
  for (std::size_t i = 0; i < 2; ++i) out.at(i) = -servers.at(i)->measured().cpu_seconds();
  const auto bytes = audience.read_for(kLook);
  for (std::size_t i = 0; i < 2; ++i) {
    out.at(i) += servers.at(i)->measured().cpu_seconds();
    out.at(i) /= static_cast<double>(bytes.at(i)) / 1e9;
  }
  return out;
}

void first_pictures(const Server& server) {
  std::vector<double> waits(50);
  for (double& waited : waits) {
    bench::open_viewer(server.port, "cam", &waited);
    std::this_thread::sleep_for(Millis{70});
  }
  std::ranges::sort(waits);
  fmt::print("first picture, whole: {:.1f} ms, at most {:.1f} ms\n", waits[waits.size() / 2],
             waits.back());
}

}  // namespace

int main(int argc, char** argv) {
  const std::size_t count = argc > 1 ? std::strtoul(argv[1], nullptr, 10) : 1000;
  bench::want_files(1U << 17U);
  const TempDir dir;
  const auto tags = bench::recording(dir);
  const Server plain = floor(tags);
  const Server ours = our_server(dir, tags);
  std::this_thread::sleep_for(Seconds{2});  // the stream is not new
  first_pictures(ours);

  constexpr std::size_t kFirst = 100;
  Audience all;
  all.add(ours, 1, kFirst);
  const std::size_t before = ours.measured().resident();
  all.add(ours, 1, count - kFirst);
  const double kept = static_cast<double>(ours.measured().resident()) - static_cast<double>(before);
  all.add(plain, 0, count);
  std::vector<double> mine;
  std::vector<double> ratios;
  for (std::size_t turn = 0; turn < kTurns; ++turn) {
    const auto [floor_cost, cost] = costs(all, {&plain, &ours});
    mine.push_back(cost);
    ratios.push_back(cost / floor_cost);
  }
  fmt::print("{} viewers of 2 Mbit/s: {:.2f} CPU s/GB, {:.2f} x the floor's; {:.1f} KiB each\n",
             count, bench::median(mine), bench::median(ratios),
             kept / 1024 / static_cast<double>(count - kFirst));
}
