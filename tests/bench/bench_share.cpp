// The servers' own share of the delay of a picture: from when its bytes are given to RTMP's socket
// to when they have come out of the WebSocket of a viewer, through rtmp-ingest, the bus and
// fmp4-serve. Streams of 2 Mbit/s with sound, a viewer each; each picture carries at its end when
// it was sent. Arguments: how many streams, 100 unless told otherwise; of how many seconds, 10.
#include <algorithm>
#include <array>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <string>
#include <thread>
#include <vector>

#include <sys/epoll.h>

#include <fmt/format.h>

#include "viewer_peers.h"

using namespace so;
using bench::Tag;

namespace {

constexpr std::string_view kMark = "\xF5so-mark";  // no picture has it but ours
constexpr std::size_t kMarked = kMark.size() + sizeof(std::int64_t);

bool has_room(const Tag& tag) {
  return tag.kind == rtmp::MediaKind::kVideo && !tag.config && tag.body.size() > 2 * kMarked;
}

// The end of a slice: no server looks into it.
void mark(Bytes& picture) {
  const std::int64_t now = bench::nanoseconds();
  std::uint8_t* at = picture.data() + picture.size() - kMarked;
  std::memcpy(at, kMark.data(), kMark.size());
  std::memcpy(at + kMark.size(), &now, sizeof now);
}

std::string name_of(std::size_t stream) {
  return fmt::format("cam{}", stream);
}

/// All streams, each a little later than the one before, so that they share the time between two
/// pictures.
[[noreturn]] void publish(std::vector<Tag> tags, std::uint16_t port, std::size_t streams) {
  struct Due {
    double ms;
    std::size_t stream;
    std::size_t tag;
  };
  constexpr double kFrame = 1000.0 / 30;
  std::vector<std::unique_ptr<bench::Client>> clients;
  std::vector<Due> plan;
  for (std::size_t stream = 0; stream < streams; ++stream) {
    clients.push_back(
        std::make_unique<bench::Client>(port, bench::Client::Role::kPublisher, name_of(stream)));
    const double later = kFrame * static_cast<double>(stream) / static_cast<double>(streams);
    for (std::size_t tag = 0; tag < tags.size(); ++tag)
      plan.push_back({tags[tag].timestamp + later, stream, tag});
  }
  std::ranges::stable_sort(plan, {}, &Due::ms);
  const TimePoint start = Clock::now();
  for (std::uint32_t round = 0;; ++round) {
    for (const Due& due : plan) {
      Tag& tag = tags[due.tag];
      if (tag.config && round > 0) continue;
      const double at = round * bench::kLoop + due.ms;
      std::this_thread::sleep_until(start + std::chrono::microseconds{std::int64_t(at * 1000)});
      if (has_room(tag)) mark(tag.body);
      clients[due.stream]->media(tag.kind, round * bench::kLoop + tag.timestamp, tag.body);
    }
  }
}

/// How old the marked pictures of one viewer are when they come.
struct Viewer {
  UniqueFd fd;
  std::string text{};  // what may be the beginning of a mark

  void read(std::vector<double>& ages) {
    static std::array<char, 1U << 16U> buffer;
    const ssize_t got = recv(fd.get(), buffer.data(), buffer.size(), MSG_DONTWAIT);
    if (got == 0) bench::give_up("fmp4-serve has closed a viewer");
    if (got < 0) return;
    const std::int64_t now = bench::nanoseconds();
    text.append(buffer.data(), static_cast<std::size_t>(got));
    std::size_t at = text.find(kMark);
    for (; at != std::string::npos && at + kMarked <= text.size(); at = text.find(kMark, at + 1)) {
      std::int64_t then = 0;
      std::memcpy(&then, text.data() + at + kMark.size(), sizeof then);
      ages.push_back(static_cast<double>(now - then) / 1e6);
    }
    text.erase(0, std::min(at, text.size() - std::min(text.size(), kMark.size() - 1)));
  }
};

std::vector<double> watch(std::vector<Viewer>& viewers, Seconds time) {
  const UniqueFd poll{epoll_create1(EPOLL_CLOEXEC)};
  for (Viewer& viewer : viewers) {
    epoll_event event{.events = EPOLLIN, .data = {.ptr = &viewer}};
    epoll_ctl(poll.get(), EPOLL_CTL_ADD, viewer.fd.get(), &event);
  }
  std::vector<double> ages;
  std::array<epoll_event, 64> events{};
  for (const TimePoint end = Clock::now() + time; Clock::now() < end;) {
    const int ready = epoll_wait(poll.get(), events.data(), events.size(), 5);
    for (const epoll_event& event : std::span{events}.first(std::size_t(std::max(ready, 0))))
      static_cast<Viewer*>(event.data.ptr)->read(ages);
  }
  return ages;
}

}  // namespace

int main(int argc, char** argv) {
  const std::size_t streams = argc > 1 ? std::strtoul(argv[1], nullptr, 10) : 100;
  const Seconds time{argc > 2 ? std::strtol(argv[2], nullptr, 10) : 10};
  bench::want_files(4096);
  const TempDir dir;
  const std::vector<Tag> tags = bench::recording(dir);
  const bench::Chain chain = bench::start_chain(dir);
  const bench::Child publisher{[&] { publish(tags, chain.rtmp, streams); }};
  std::this_thread::sleep_for(Seconds{2});
  std::vector<Viewer> viewers;
  for (std::size_t i = 0; i < streams; ++i)
    viewers.push_back({bench::open_viewer(chain.server.port, name_of(i))});
  watch(viewers, Seconds{2});  // what they began with is old
  const double spent = chain.server.measured().cpu_seconds();
  std::vector<double> ages = watch(viewers, time);
  const double cpu = (chain.server.measured().cpu_seconds() - spent) / double(time.count());
  if (ages.empty()) bench::give_up("no picture has come");
  std::ranges::sort(ages);
  const auto at = [&](double share) { return ages[std::size_t(share * double(ages.size() - 1))]; };
  fmt::print(
      "{} streams, a viewer each, {} pictures: RTMP in to WebSocket out p50 {:.2f} ms, p99 {:.2f}"
      " ms, at most {:.1f} ms; fmp4-serve {:.0f} % of a core\n",
      streams, ages.size(), at(0.5), at(0.99), ages.back(), 100 * cpu);
}
