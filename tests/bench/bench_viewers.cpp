// What viewers of one stream cost fmp4-serve: CPU time for each GB that it sends them, what each
// keeps resident, and how long the first picture takes. Real pictures of 2 Mbit/s with sound, from
// a publisher over RTMP through rtmp-ingest and the bus; in turns with a floor that knows nothing
// of any of that and copies what it reads to all, one send for each frame. Arguments: how many
// viewers, 1000 unless told otherwise.
#include <algorithm>
#include <array>
#include <chrono>
#include <cstdlib>
#include <fstream>
#include <iterator>
#include <string>
#include <thread>
#include <vector>

#include <sys/epoll.h>
#include <sys/resource.h>

#include <fmt/format.h>

#include "bench.h"
#include "flv/tag.h"
#include "net/socket.h"
#include "rtmp_peers.h"
#include "rtmp_servers.h"

using namespace so;
using bench::Child;
using bench::Server;

namespace {

constexpr std::size_t kTurns = 3;
constexpr Seconds kLook{6};              // each turn
constexpr std::uint32_t kLoop = 10'000;  // ms of the recording

[[noreturn]] void give_up(std::string_view why) {
  fmt::print(stderr, "bench_viewers: {}\n", why);
  std::exit(1);
}

struct Tag {
  rtmp::MediaKind kind;
  std::uint32_t timestamp;
  bool config;
  Bytes body;
};

std::vector<Tag> recording(const TempDir& dir) {
  const std::string file = dir.path("source.flv");
  const std::string make = fmt::format(
      "ffmpeg -v error -f lavfi -i testsrc2=s=640x360:r=30 -f lavfi -i sine=sample_rate=48000 -t {}"
      " -c:v libx264 -preset ultrafast -g 30 -b:v 2M -c:a aac -f flv {}",
      kLoop / 1000, file);
  if (std::system(make.c_str()) != 0) give_up("ffmpeg makes no stream");
  std::ifstream in{file, std::ios::binary};
  const Bytes all{std::istreambuf_iterator<char>{in}, {}};
  flv::Reader reader;
  reader.receive(all);
  std::vector<Tag> out;
  while (const auto tag = *reader.next()) {
    if (tag->type == flv::TagType::kScript || tag->body.size() < 2) continue;
    const bool video = tag->type == flv::TagType::kVideo;
    out.push_back({video ? rtmp::MediaKind::kVideo : rtmp::MediaKind::kAudio, tag->timestamp,
                   tag->body[1] == 0 && tag->timestamp == 0, to_bytes(tag->body)});
  }
  return out;
}

/// In real time, for ever.
template <class Say>
[[noreturn]] void publish(const std::vector<Tag>& tags, Say say) {
  const TimePoint start = Clock::now();
  for (std::uint32_t round = 0;; ++round) {
    for (const Tag& tag : tags) {
      if (tag.config && round > 0) continue;
      const std::uint32_t at = round * kLoop + tag.timestamp;
      std::this_thread::sleep_until(start + Millis{at});
      say(tag.kind, at, tag.body);
    }
  }
}

Server our_server(const TempDir& dir, const std::vector<Tag>& tags) {
  Server server{"fmp4-serve", true, bench::free_port()};
  const std::string bin{SO_BIN};
  const std::string hub = "ipc://" + dir.path("bus");
  const std::uint16_t rtmp = bench::free_port();
  bench::spawn(server, {bin + "/so-hub", "--hub", hub});
  bench::spawn(server,
               {bin + "/rtmp-ingest", "--hub", hub, "--listen", fmt::format("127.0.0.1:{}", rtmp)});
  bench::spawn(
      server,
      {bin + "/fmp4-serve", "--hub", hub, "--listen", fmt::format("127.0.0.1:{}", server.port),
       "--connect-rate", "0", "--connect-rate-per-address", "0", "--max-connections", "15000",
       "--ping-every", "1h", "--pong-within", "1h"},
      dir.path("log"));
  bench::await(dir.path("log"), {"ready on", "the hub is there"});
  auto publisher = std::make_unique<Child>([&] {
    bench::Client client{rtmp, bench::Client::Role::kPublisher};
    publish(tags, [&](rtmp::MediaKind kind, std::uint32_t at, ByteView body) {
      client.media(kind, at, body);
    });
  });
  server.processes.insert(server.processes.begin(), std::move(publisher));
  return server;
}

Server floor(const std::vector<Tag>& tags) {
  Server server = bench::floor_server();
  auto publisher = std::make_unique<Child>([&] {
    const UniqueFd fd = bench::dial(server.port);
    bench::send_all(fd.get(), as_bytes("P"));
    publish(tags, [&](rtmp::MediaKind, std::uint32_t, ByteView body) {
      bench::send_all(fd.get(), body);
    });
  });
  server.processes.insert(server.processes.begin(), std::move(publisher));
  return server;
}

/// A viewer of the stream; how long it waited for its first picture.
UniqueFd open_viewer(const Server& server, double* waited = nullptr) {
  const TimePoint start = Clock::now();
  UniqueFd fd = bench::dial(server.port);
  if (!server.rtmp) {
    bench::send_all(fd.get(), as_bytes("S"));
    return fd;
  }
  bench::send_all(fd.get(),
                  as_bytes("GET /live/cam HTTP/1.1\r\nHost: 127.0.0.1\r\nUpgrade: websocket\r\n"
                           "Connection: Upgrade\r\nSec-WebSocket-Version: 13\r\n"
                           "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n"));
  // The first picture is whole when the fragment behind it begins.
  std::string got;
  std::array<char, 4096> buffer{};
  const auto complete = [&] {
    const std::size_t first = got.find("moof");
    return first != std::string::npos && got.find("moof", first + 4) != std::string::npos;
  };
  do {
    const ssize_t read = recv(fd.get(), buffer.data(), buffer.size(), 0);
    if (read <= 0) give_up("the server has closed: " + got.substr(0, 200));
    got.append(buffer.data(), static_cast<std::size_t>(read));
    if (!got.starts_with("HTTP/1.1 101 ")) give_up(got.substr(0, 200));
  } while (waited != nullptr && !complete());
  if (waited != nullptr)
    *waited = std::chrono::duration<double, std::milli>(Clock::now() - start).count();
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
          give_up(event.data.u64 >> 32U == 0 ? "the floor has closed a viewer"
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
    open_viewer(server, &waited);
    std::this_thread::sleep_for(Millis{70});
  }
  std::ranges::sort(waits);
  fmt::print("first picture, whole: {:.1f} ms, at most {:.1f} ms\n", waits[waits.size() / 2],
             waits.back());
}

}  // namespace

int main(int argc, char** argv) {
  const std::size_t count = argc > 1 ? std::strtoul(argv[1], nullptr, 10) : 1000;
  const rlimit files{1U << 17U, 1U << 17U};  // more than the hard limit takes root
  if (setrlimit(RLIMIT_NOFILE, &files) != 0) net::set_descriptor_limit(files.rlim_cur);
  const TempDir dir;
  const auto tags = recording(dir);
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
