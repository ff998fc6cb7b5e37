#pragma once

#include <algorithm>
#include <array>
#include <charconv>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <sys/epoll.h>

#include <fmt/format.h>

#include "child.h"
#include "ws_peers.h"

namespace so::bench {

/// Who talks in rooms, and how old what they hear is. Each message is a change of an object that
/// all of the room use, and says when it was said. Ends the process when a gateway turns one away.
class Crowd {
 public:
  static constexpr std::size_t kMembers = 10;  // of each room

  /// The `i`th is at the `i`th port, and again from the first one on.
  Crowd(std::span<const std::uint16_t> ports, std::size_t rooms)
      : poll_(epoll_create1(EPOLL_CLOEXEC)) {
    peers_.reserve(rooms * kMembers);
    for (std::size_t i = 0; i < rooms * kMembers; ++i)
      add(dial(ports[i % ports.size()]), i / kMembers);
    for (WsPeer& peer : peers_) {
      epoll_event event{.events = EPOLLIN, .data = {.ptr = &peer}};
      epoll_ctl(poll_.get(), EPOLL_CTL_ADD, peer.fd(), &event);
    }
  }

  struct Heard {
    std::vector<double> ages_ms;  // from the youngest on
    std::uint64_t said = 0;

    [[nodiscard]] double at(double share) const {
      return ages_ms[static_cast<std::size_t>(share * double(ages_ms.size() - 1))];
    }
  };

  /// Says `rate` messages a second, through all rooms, and hears for as long again as it takes a
  /// late one to come.
  Heard talk(std::uint64_t rate, Millis time, Millis late = Millis{1000}) {
    Heard heard;
    ages_ = &heard.ages_ms;
    const TimePoint start = Clock::now();
    const std::uint64_t all = rate * static_cast<std::uint64_t>(time.count()) / 1000;
    while (Clock::now() - start < time + late) {
      const std::chrono::duration<double> passed = Clock::now() - start;
      const auto due = std::min(all, static_cast<std::uint64_t>(passed.count() * double(rate)));
      for (; heard.said < due; ++heard.said) say(heard.said * 7 % peers_.size());
      turn(1);
      if (heard.said == all && heard.ages_ms.size() == all * kMembers) break;
    }
    if (heard.ages_ms.empty()) give_up("nothing was heard");
    std::ranges::sort(heard.ages_ms);
    return heard;
  }

 private:
  void add(UniqueFd fd, std::size_t room) {
    peers_.emplace_back(std::move(fd), fmt::format("/room/{}", room));
    WsPeer& peer = peers_.back();
    bool uses = false;
    while (!peer.is_open()) read(peer, 0, uses);
    peer.say(R"({"id":1,"op":"use","object":"chat"})");
    while (!uses) read(peer, 0, uses);
  }
  void read(WsPeer& peer, int flags, bool& uses) {
    const bool open = peer.read(flags, [&](std::string_view text) {
      uses |= word_of(text, "id") == "1" && word_of(text, "ok") == "true";
      if (ages_ == nullptr || text.find(R"("event":"change")") == std::string_view::npos) return;
      const std::string_view stamp = word_of(text, "value");
      std::int64_t then = 0;
      std::from_chars(stamp.data(), stamp.data() + stamp.size(), then);
      ages_->push_back(static_cast<double>(nanoseconds() - then) / 1e6);
    });
    if (!open) give_up("a gateway has closed a connection");
  }
  void say(std::size_t who) const {
    peers_[who].say(fmt::format(R"({{"op":"set","object":"chat","key":"message","value":"{}"}})",
                                nanoseconds()));
  }
  void turn(int wait_ms) {
    std::array<epoll_event, 64> events{};
    const int ready = epoll_wait(poll_.get(), events.data(), events.size(), wait_ms);
    bool ignored = false;
    for (const epoll_event& event : std::span{events}.first(std::size_t(std::max(ready, 0))))
      read(*static_cast<WsPeer*>(event.data.ptr), MSG_DONTWAIT, ignored);
  }

  std::vector<WsPeer> peers_;
  std::vector<double>* ages_ = nullptr;
  UniqueFd poll_;
};

}  // namespace so::bench
