// All clients of a gateway at once: it is killed and started again, and each comes back to its room
// and asks for what it missed. How long until all have it, and how long the hub takes meanwhile to
// answer somebody else. Arguments: how many clients, 10000 unless told otherwise.
#include <algorithm>
#include <array>
#include <atomic>
#include <cstdlib>
#include <new>
#include <string>
#include <thread>
#include <vector>

#include <sys/epoll.h>
#include <sys/mman.h>

#include <fmt/format.h>

#include "bus_peers.h"
#include "ws_peers.h"
#include "ws_servers.h"

using namespace so;
using bench::give_up;
using bench::WsPeer;

namespace {

constexpr std::size_t kMembers = 10;  // of a room

std::string room(std::size_t number) {
  return fmt::format("/room/{}", number);
}

/// Shared with the process that writes over the bus and measures how long the hub takes.
struct Notes {
  std::atomic<std::uint64_t> wanted{0};   // rounds of one write to each room
  std::atomic<std::uint64_t> written{0};  // and acknowledged
  std::atomic<std::uint64_t> count{0};    // answers
  std::array<double, 1U << 16U> ms{};
};

[[noreturn]] void write_and_watch(const std::string& hub, std::size_t rooms, Notes& notes) {
  net::Loop loop;
  bench::Tool tool{hub, loop};
  std::vector<std::uint64_t> members;  // one for each room, one more to ask
  std::uint64_t begun = 0;
  std::size_t open = 0;
  const std::string body = bench::change(0, 1);
  const auto ask = [&] {
    const TimePoint then = Clock::now();
    tool.client.change(members.back(), "/ask", "o", body, [&, then](const bus::Reply& reply) {
      if (!reply.ok()) give_up(reply.message);
      const std::chrono::duration<double, std::milli> took = Clock::now() - then;
      notes.ms.at(notes.count % notes.ms.size()) = took.count();
      ++notes.count;
    });
    if (begun == notes.wanted || open > 0) return;
    ++begun;
    open = rooms;
    for (std::size_t i = 0; i < rooms; ++i) {
      tool.client.change(members[i], room(i), "board", bench::change(1, begun),
                         [&](const bus::Reply& done) {
                           if (!done.ok()) give_up(done.message);
                           if (--open == 0) ++notes.written;
                         });
    }
  };
  net::Timer tick{loop, ask};
  tool.client.listen({.link = [&](bool up, std::string_view why) {
    if (!up) give_up(why);
    for (std::size_t i = 0; i <= rooms; ++i) {
      members.push_back(tool.client.new_member());
      tool.client.join(members.back(), i < rooms ? room(i) : "/ask", {});
    }
    tick.start(Millis{10}, Millis{10});
  }});
  loop.run();
  std::abort();
}

void write_round(Notes& notes) {
  const std::uint64_t round = ++notes.wanted;
  for (const TimePoint end = Clock::now() + Seconds{60}; notes.written < round;) {
    if (Clock::now() > end) give_up("the hub does not take the writes");
    std::this_thread::sleep_for(Millis{1});
  }
}

/// Where a client is in its room's object.
struct Place {
  std::string epoch{};
  std::string version{};
};

struct Came {
  std::size_t missed_one = 0;  // and were told it
  std::size_t anew = 0;        // had the whole object
};

/// All connect and use the object of their room, from where they were.
Came enter(std::vector<std::unique_ptr<WsPeer>>& peers, std::vector<Place>& places,
           std::uint16_t port) {
  const UniqueFd poll{epoll_create1(EPOLL_CLOEXEC)};
  std::vector<bool> asked(places.size());
  std::size_t left = places.size();
  Came came;
  const auto read = [&](std::size_t who) {
    WsPeer& peer = *peers[who];
    Place& place = places[who];
    const bool open = peer.read(MSG_DONTWAIT, [&](std::string_view text) {
      if (bench::word_of(text, "ok") == "false") give_up(text);
      const std::string_view event = bench::word_of(text, "event");
      if (event != "sync" && event != "resume") return;
      if (event == "resume" && text.find(R"("batches":[{)") != std::string_view::npos)
        ++came.missed_one;
      if (event == "sync") ++came.anew;
      place = {std::string{bench::word_of(text, "epoch")},
               std::string{bench::word_of(text, "version")}};
      --left;
    });
    if (!open) give_up("the gateway has closed a connection");
    if (!peer.is_open() || asked[who]) return;
    asked[who] = true;
    peer.say(
        place.epoch.empty()
            ? R"({"id":1,"op":"use","object":"board"})"
            : fmt::format(R"({{"id":1,"op":"use","object":"board","epoch":"{}","version":{}}})",
                          place.epoch, place.version));
  };
  std::array<epoll_event, 256> events{};
  const auto turn = [&](int wait) {
    const int ready = epoll_wait(poll.get(), events.data(), events.size(), wait);
    for (const epoll_event& event : std::span{events}.first(std::size_t(std::max(ready, 0))))
      read(event.data.u64);
  };
  peers.clear();
  for (std::size_t who = 0; who < places.size(); ++who) {
    peers.push_back(std::make_unique<WsPeer>(bench::dial(port), room(who / kMembers)));
    epoll_event event{.events = EPOLLIN, .data = {.u64 = who}};
    epoll_ctl(poll.get(), EPOLL_CTL_ADD, peers.back()->fd(), &event);
    if (who % 64 == 0) turn(0);
  }
  for (const TimePoint end = Clock::now() + Seconds{60}; left > 0; turn(10)) {
    if (Clock::now() > end) give_up(fmt::format("{} are not back after a minute", left));
  }
  return came;
}

}  // namespace

int main(int argc, char** argv) {
  const std::size_t wanted = argc > 1 ? std::strtoul(argv[1], nullptr, 10) : 10'000;
  const std::size_t granted = bench::want_files(1U << 17U);
  const std::size_t count = std::min(wanted, granted / 20 * 18) / kMembers * kMembers;
  const std::size_t rooms = count / kMembers;
  void* const shared =
      mmap(nullptr, sizeof(Notes), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
  if (shared == MAP_FAILED) give_up("no memory");
  auto& notes = *new (shared) Notes;
  const TempDir dir;
  const std::uint16_t port = bench::free_port();
  bench::Server servers;
  const std::string hub = bench::start_hub(servers, dir);
  const bench::Child writer{[&] { write_and_watch(hub, rooms, notes); }};
  bench::start_gateway(servers, dir, hub, port, bench::patient(count + 10));
  write_round(notes);
  std::vector<std::unique_ptr<WsPeer>> peers;
  std::vector<Place> places(count);
  const TimePoint first = Clock::now();
  const Came before = enter(peers, places, port);
  const std::chrono::duration<double> opening = Clock::now() - first;
  if (before.anew != count) give_up("who came first had not the whole object");

  const std::uint64_t answers = notes.count;
  const TimePoint killed = Clock::now();
  servers.processes.pop_back();
  write_round(notes);
  bench::start_gateway(servers, dir, hub, port, bench::patient(count + 10));
  const std::chrono::duration<double> ready = Clock::now() - killed;
  const Came after = enter(peers, places, port);
  const std::chrono::duration<double> back = Clock::now() - killed;
  std::vector<double> ms(notes.ms.begin() + static_cast<std::ptrdiff_t>(answers),
                         notes.ms.begin() + static_cast<std::ptrdiff_t>(notes.count.load()));
  if (ms.empty()) give_up("the hub has answered nobody");
  std::ranges::sort(ms);
  fmt::print(
      "{} clients in rooms of {} came in {:.1f} s; the gateway killed, another was ready after"
      " {:.2f} s and all were back after {:.1f} s, {} of them told what they had missed\n"
      "the hub's answers meanwhile: p50 {:.2f} ms, p99 {:.1f} ms, at most {:.1f} ms\n",
      count, kMembers, opening.count(), ready.count(), back.count(), after.missed_one,
      ms[ms.size() / 2], ms[ms.size() * 99 / 100], ms.back());
  return after.missed_one == count ? 0 : 1;
}
