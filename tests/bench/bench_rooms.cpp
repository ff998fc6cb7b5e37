// How long a message takes through everything: from a client to its gateway, the hub, the gateways
// of the others, and them. 5,000 messages a second to rooms of 10, half of each room at one
// gateway, half at another. Each message is a change of an object that all of the room use.
#include <algorithm>
#include <array>
#include <charconv>
#include <cstdint>
#include <string>
#include <thread>
#include <vector>

#include <sys/epoll.h>
#include <sys/resource.h>

#include <fmt/format.h>

#include "rtmp_servers.h"
#include "ws_peers.h"

using namespace so;
using bench::WsPeer;

namespace {

constexpr std::size_t kRooms = 50;
constexpr std::size_t kMembers = 10;  // of each
constexpr std::uint64_t kRate = 5'000;
constexpr Seconds kLook{10};

[[noreturn]] void give_up(std::string_view why) {
  fmt::print(stderr, "bench_rooms: {}\n", why);
  std::exit(1);
}

std::uint16_t add_gateway(bench::Server& server, const TempDir& dir, const std::string& hub) {
  const std::uint16_t port = bench::free_port();
  const std::string log = dir.path(fmt::format("log-{}", port));
  bench::spawn(server,
               {std::string{SO_BIN} + "/ws-gateway", "--hub", hub, "--listen",
                fmt::format("127.0.0.1:{}", port), "--connect-rate", "0",
                "--connect-rate-per-address", "0", "--ping-every", "1h", "--pong-within", "1h"},
               log);
  bench::await(log, {"ready on", "the hub is there"});
  return port;
}

/// Who hears, and how old what they hear is.
struct Crowd {
  void add(UniqueFd fd, std::size_t room) {
    peers.emplace_back(std::move(fd), fmt::format("/room/{}", room));
    WsPeer& peer = peers.back();
    bool uses = false;
    while (!peer.is_open()) read(peer, 0, uses);
    peer.say(R"({"id":1,"op":"use","object":"chat"})");
    while (!uses) read(peer, 0, uses);
  }
  void read(WsPeer& peer, int flags, bool& uses) {
    const bool open = peer.read(flags, [&](std::string_view text) {
      uses |= bench::word_of(text, "id") == "1" && bench::word_of(text, "ok") == "true";
      if (text.find(R"("event":"change")") == std::string_view::npos) return;
      const std::string_view stamp = bench::word_of(text, "value");
      std::int64_t then = 0;
      std::from_chars(stamp.data(), stamp.data() + stamp.size(), then);
      ages.push_back(static_cast<double>(bench::nanoseconds() - then) / 1e6);
    });
    if (!open) give_up("a gateway has closed a connection");
  }
  void say(std::size_t who) const {
    peers[who].say(fmt::format(R"({{"op":"set","object":"chat","key":"message","value":"{}"}})",
                               bench::nanoseconds()));
  }

  std::vector<WsPeer> peers;
  std::vector<double> ages;
};

}  // namespace

int main() {
  const rlimit files{4096, 4096};
  setrlimit(RLIMIT_NOFILE, &files);
  const TempDir dir;
  const std::string hub = "ipc://" + dir.path("bus");
  bench::Server server{"ws-gateway", false, 0};
  bench::spawn(server, {std::string{SO_BIN} + "/so-hub", "--hub", hub});
  const std::array<std::uint16_t, 2> ports{add_gateway(server, dir, hub),
                                           add_gateway(server, dir, hub)};
  Crowd crowd;
  crowd.peers.reserve(kRooms * kMembers);
  for (std::size_t i = 0; i < kRooms * kMembers; ++i)
    crowd.add(bench::dial(ports.at(i % ports.size())), i / kMembers);

  const UniqueFd poll{epoll_create1(EPOLL_CLOEXEC)};
  for (WsPeer& peer : crowd.peers) {
    epoll_event event{.events = EPOLLIN, .data = {.ptr = &peer}};
    epoll_ctl(poll.get(), EPOLL_CTL_ADD, peer.fd(), &event);
  }
  std::array<epoll_event, 64> events{};
  std::uint64_t sent = 0;
  const TimePoint start = Clock::now();
  const auto all = static_cast<std::uint64_t>(kLook.count()) * kRate;
  while (Clock::now() - start < kLook + Seconds{1}) {
    const std::chrono::duration<double> passed = Clock::now() - start;
    const auto due = std::min(all, static_cast<std::uint64_t>(passed.count() * double{kRate}));
    for (; sent < due; ++sent) crowd.say(sent * 7 % crowd.peers.size());  // through all rooms
    const int ready = epoll_wait(poll.get(), events.data(), events.size(), 1);
    bool ignored = false;
    for (const epoll_event& event : std::span{events}.first(std::size_t(std::max(ready, 0))))
      crowd.read(*static_cast<WsPeer*>(event.data.ptr), MSG_DONTWAIT, ignored);
  }
  if (crowd.ages.empty()) give_up("nothing was heard");
  std::ranges::sort(crowd.ages);
  const auto at = [&](double share) {
    return crowd.ages[static_cast<std::size_t>(share * double(crowd.ages.size() - 1))];
  };
  fmt::print(
      "{} messages/s to rooms of {}: p50 {:.2f} ms, p99 {:.2f} ms, at most {:.1f} ms;"
      " {:.2f} hear each\n",
      kRate, kMembers, at(0.5), at(0.99), crowd.ages.back(),
      double(crowd.ages.size()) / double(sent));
}
